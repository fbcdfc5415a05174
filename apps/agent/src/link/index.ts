export { Instructions, type InstructionDeps } from './instructions';
export { MasterLink, type MasterLinkDeps, type Registered } from './master-link';
