export { mesosDoor, type MesosDoor } from './mesos-door';
export { BodyReader } from './read-body';
export { schedulerCalls } from './scheduler-calls';
export type { Leader } from './leader';
