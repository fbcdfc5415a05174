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
  statusDetailsCodec,
  taskInfoCodec,
  taskStatusCodec,
} from './codec';
