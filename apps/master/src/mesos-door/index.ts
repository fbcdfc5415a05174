export { mesosDoor, type MesosDoor } from './mesos-door';
export { schedulerCalls } from './scheduler-calls';
export type { Leader } from './leader';
