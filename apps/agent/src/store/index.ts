export { AgentIdentity, type IdentityDeps } from './agent-identity';
export { readBootId } from './boot-id';
export { Fence } from './fence';
export { StartFault } from './start-fault';
export { openStoreId } from './store-id';
export { openWorkDir, unusable, type WorkDir } from './work-dir';
export { lockWorkDir } from './work-dir-lock';
