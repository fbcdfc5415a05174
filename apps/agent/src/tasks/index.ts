export { Launch, type LaunchDeps, type LaunchSettings } from './launch';
export { startSandboxCleaner } from './sandbox-cleaner';
export { type ReceivedGroup, TaskKeeper, type TaskKeeperDeps } from './task-keeper';
export { taskMetrics, type TaskMetrics } from './task-metrics';
