export { connectScheduler, type Scheduler } from './scheduler';
export type { FrameworkChange, SchedulerOptions } from './scheduler-options';
export type { SchedulerEvents } from './scheduler-events';
export type { FrameworkDescription } from './framework';
export { awaitEvent, AwaitTimeoutError, SubscriptionEndedError, type AwaitOptions } from './await-event';
export { allApplied, firstRefusal, orThrow, RefusedError } from './refused-error';
export {
  cpus,
  disk,
  findVolume,
  mem,
  mounted,
  offeredCpus,
  offeredMemMb,
  persistentVolume,
  reserved,
  reservedDiskMb,
  unreservedDiskMb,
  type ReservationOptions,
  type VolumeOptions,
} from './resources';
export {
  createVolume,
  destroyVolume,
  destroyWhenUnused,
  growVolume,
  launch,
  launchGroup,
  reserve,
  shrinkVolume,
  unreserve,
  withId,
} from './operations';
export type { CheckOptions, HealthCheckOptions, ProbeOptions } from './checks';
export type { CommandOptions, UriOptions } from './command';
export { customExecutor, defaultExecutor, type CustomExecutorOptions, type ExecutorOptions } from './executor';
export { executorTask, task, type ExecutorTaskOptions, type TaskOptions, type TaskVolume } from './task';
export { connectOperator, type Operator } from './operator';
export type {
  DestroyVolumeRequest,
  HistoryAnswer,
  HistoryQuery,
  HoldersAnswer,
  HoldersQuery,
  KillTaskRequest,
  ReleaseHolderAnswer,
  ReleaseHolderRequest,
  RepairAnswer,
  RepairRequest,
  VerifyAnswer,
  VerifyQuery,
  VolumeAnswer,
  VolumeName,
  VolumesAnswer,
  VolumesQuery,
  WatchAnswer,
  WatchedEntry,
  WatchQuery,
} from '@holdfast/contracts';
export type { DifferenceKind, LedgerDifference, LedgerRepair, VerifiedStore } from '@holdfast/core/verification';
export type { Drain, DrainOutcome, LedgerEntry, LedgerVolume, StorePosition, VolumeState, WhenUnused } from '@holdfast/core/volumes';
export type { InStream } from '@holdfast/platform/rpc';
