export { childrenOf, findProcesses, type ProcessSearch } from './find-processes';
export { ProcessFinder } from './process-finder';
export { isAlive, markOf, type ProcessMark } from './process-mark';
export { sendSignal } from './send-signal';
