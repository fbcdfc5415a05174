export { connectScheduler, type Scheduler, type SchedulerOptions } from './scheduler';
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
export { createVolume, destroyVolume, launch, reserve, unreserve, withId } from './operations';
export { task, type TaskOptions, type TaskVolume } from './task';
export { connectOperator, type Operator } from './operator';
