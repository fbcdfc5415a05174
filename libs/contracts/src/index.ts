export * from './messages';
export type { Codec, Method } from './method';
export {
  agentLinkService,
  allocatorService,
  operatorService,
  publicServices,
  schedulerService,
  volumeRegistryService,
  volumeService,
} from './services';
export {
  descriptorSet,
  executorCallCodec,
  executorEventCodec,
  executorInfoCodec,
  frameworkInfoCodec,
  refusalCodec,
  resourceCodec,
  schedulerCallCodec,
  schedulerEventCodec,
  statusDetailsCodec,
  taskInfoCodec,
  taskStatusCodec,
  withExecutor,
} from './codec';
export { executorJson, executorProtobuf, mesosJson, mesosProtobuf, type MesosFormat, type SchedulerFormat } from './mesos';
