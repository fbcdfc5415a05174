export { openQueue, type JobQueue, type QueueOptions, type TriggerOutcome } from './queue';
export { openWorker, type JobInfo, type JobWorker, type WorkerOptions } from './worker';
