export { closeInherited } from './close-inherited';
export { childrenOf, findProcesses, type ProcessSearch, variablesOf } from './find-processes';
export { descendsFrom, foreignMountNamespaces, mountNamespaceOf } from './mount-namespaces';
export { ProcessFinder } from './process-finder';
export { groupOf, isAlive, markOf, type ProcessMark } from './process-mark';
export { sendSignal } from './send-signal';
