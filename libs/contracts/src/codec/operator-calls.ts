import { KillTaskRequest as WireKillTask } from '../gen/holdfast/v1/operator_service';
import type { KillTaskRequest } from '../messages';
import { defineCodec } from './edge';
import { readId, writeId } from './ids';
import { readDurationMs, writeDurationMs } from './time';

export const killTaskRequestCodec = defineCodec(
  WireKillTask,
  ({ frameworkId, taskId, graceMs }: KillTaskRequest) => ({
    frameworkId: writeId(frameworkId),
    taskId: writeId(taskId),
    gracePeriod: graceMs === undefined ? undefined : writeDurationMs(graceMs),
  }),
  (wire): KillTaskRequest => ({
    frameworkId: readId(wire.frameworkId, 'framework_id'),
    taskId: readId(wire.taskId, 'task_id'),
    ...(wire.gracePeriod && { graceMs: readDurationMs(wire.gracePeriod, 'grace_period') }),
  }),
);
