export { Executor } from './executor';
export type { ExecutorTimes } from './executor-deps';
export { executorDoor } from './executor-door';
export { ExecutorKeeper } from './executor-keeper';
