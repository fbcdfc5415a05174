export { executorJson, executorProtobuf } from './executor-format';
export type { MesosFormat } from './mesos-formats';
export { mesosJson, mesosProtobuf, type SchedulerFormat } from './scheduler-format';
