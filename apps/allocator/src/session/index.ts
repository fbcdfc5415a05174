export type { MasterSession, MasterStream, SessionEvents } from './master-session';
export { Sessions } from './sessions';
