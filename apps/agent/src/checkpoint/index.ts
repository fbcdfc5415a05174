export { commitDurations } from './checkpoint-metrics';
export { Checkpoint, CheckpointBroken, type CheckpointChange, type CheckpointDeps } from './checkpoint';
export { checkpointFiles, type CheckpointFiles } from './checkpoint-files';
export { isSameOperation } from './checkpoint-record';
export type { CheckpointRecord, OperationOutcome, TrackedOperation, UnfinishedOperation } from './checkpoint-record';
