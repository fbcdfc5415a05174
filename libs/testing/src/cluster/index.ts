export { startCluster, type ClusterOptions, type ClusterPorts, type TestCluster } from './start-cluster';
export { parseReadyInfo, type ReadyInfo } from './ready-info';
