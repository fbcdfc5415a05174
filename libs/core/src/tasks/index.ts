export { canBecome, isTerminal, stateFor, type TaskState } from './task-state';
export type {
  Check,
  CheckResult,
  Command,
  CommandUri,
  EnvironmentVariable,
  ExecutorInfo,
  HealthCheck,
  Probe,
  StatusReason,
  StatusSource,
  TaskInfo,
  TaskLimits,
  TaskRef,
  TaskStatus,
} from './task';
export { keyOfVolume, taskVolumesProblem, volumesOf, type TaskVolume } from './task-volumes';
export { checkTask, type TaskSurroundings } from './check-task';
export { executorProblem, executorShortage, type LaunchedBy } from './check-executor';
export { outputOfUri, pathOfUri, uriProblem } from './command-uri';
export { isSameExecutor } from './same-executor';
export { usageProblem } from './usage-problem';
export { userProblem } from './user-problem';
export { masterStatus, refusedLaunchStatus, type MasterStatusInput, type RefusedLaunch } from './master-status';
