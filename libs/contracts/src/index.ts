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
export { mesosJson, mesosProtobuf, type MesosFormat } from './mesos';
