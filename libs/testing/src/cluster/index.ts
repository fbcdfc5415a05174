export { startCluster, type ClusterOptions, type TestCluster } from './start-cluster';
export { parseReadyInfo, type ReadyInfo } from './ready-info';
