export { canBecome, isTerminal, stateFor, type TaskState } from './task-state';
export type { Command, EnvironmentVariable, ExecutorInfo, StatusReason, StatusSource, TaskInfo, TaskRef, TaskStatus } from './task';
export { keyOfVolume, taskVolumesProblem, volumesOf, type TaskVolume } from './task-volumes';
export { checkTask, type TaskSurroundings } from './check-task';
export { checkExecutor } from './check-executor';
export { isSameExecutor } from './same-executor';
export { usageProblem } from './usage-problem';
export { userProblem } from './user-problem';
export { masterStatus, refusedLaunchStatus, type MasterStatusInput, type RefusedLaunch } from './master-status';
