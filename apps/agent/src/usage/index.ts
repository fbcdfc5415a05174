export { measuringProblem } from './measuring-problem';
export { type MeasuredSizes } from './over-size';
export { observeVolumes } from './usage-metrics';
export { type UsageSettings, UsageWatch, type UsageWatchDeps, type VolumeUsage, type WatchedTask } from './usage-watch';
