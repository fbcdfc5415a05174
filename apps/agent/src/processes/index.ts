export { childrenOf, findProcesses, type ProcessSearch, variablesOf } from './find-processes';
export { descendsFrom, foreignMountNamespaces, mountNamespaceOf } from './mount-namespaces';
export { ProcessFinder } from './process-finder';
export { isAlive, markOf, type ProcessMark } from './process-mark';
export { sendSignal } from './send-signal';
