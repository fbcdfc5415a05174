export { startCluster, type Cluster } from './cluster';
export { ClusterStartError, type ClusterListener } from './running-cluster';
export { PortsInUseError } from './ports';
export { replaceWithJson, type ReadyState } from './ready-file';
export { RedisMissingError } from './redis-server';
export type { ClusterOptions, Dial } from './service-plan';
export { WorkDirInUseError } from './work-dir-lock';
