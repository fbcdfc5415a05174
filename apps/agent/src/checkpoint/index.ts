export { commitDurations } from './checkpoint-metrics';
export { Checkpoint, CheckpointBroken, type CheckpointDeps } from './checkpoint';
export { checkpointFiles, type CheckpointFiles } from './checkpoint-files';
export type { CheckpointRecord } from './checkpoint-record';
