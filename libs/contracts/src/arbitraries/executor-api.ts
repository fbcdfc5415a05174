import fc from 'fast-check';
import type { ExecutorCall, ExecutorEvent, ExecutorUpdate } from '../messages';
import { agentInfo } from './internal';
import { executor, framework, groupTask, status } from './task';
import { durationMs, id, recordOf, text, uuid } from './words';

const data = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

const update = (executorId: string): fc.Arbitrary<ExecutorUpdate> =>
  fc
    .tuple(status, uuid, fc.boolean())
    .filter(([{ state }]) => state !== 'TASK_STAGING')
    .map(([{ timestampMs, executorId: said, ...rest }, bytes, isTimed]) => ({
      ...rest,
      source: 'SOURCE_EXECUTOR',
      uuid: bytes,
      ...(said !== undefined && { executorId }),
      ...(isTimed && { timestampMs }),
    }));

export const executorCall: fc.Arbitrary<ExecutorCall> = fc.record({ frameworkId: id, executorId: id }).chain((ref) =>
  fc
    .oneof<fc.Arbitrary<ExecutorCall>[]>(
      fc.record({
        type: fc.constant('SUBSCRIBE' as const),
        frameworkId: id,
        executorId: id,
        unacknowledgedTasks: fc.array(id, { maxLength: 3 }),
        unacknowledgedUpdates: fc.array(update(ref.executorId), { maxLength: 2 }),
      }),
      fc.record({ type: fc.constant('UPDATE' as const), frameworkId: id, executorId: id, status: update(ref.executorId) }),
      fc.record({ type: fc.constant('MESSAGE' as const), frameworkId: id, executorId: id, data }),
      fc.record({ type: fc.constant('HEARTBEAT' as const), frameworkId: id, executorId: id }),
    )
    .map((call) => ({ ...call, ...ref })),
);

export const executorEvent: fc.Arbitrary<ExecutorEvent> = fc.oneof<fc.Arbitrary<ExecutorEvent>[]>(
  fc.record({ type: fc.constant('SUBSCRIBED' as const), framework, executor, agent: agentInfo, containerId: id }),
  fc.record({ type: fc.constant('LAUNCH' as const), task: groupTask }),
  fc.record({ type: fc.constant('LAUNCH_GROUP' as const), tasks: fc.array(groupTask, { maxLength: 2 }) }),
  recordOf<Extract<ExecutorEvent, { type: 'KILL' }>>(
    { type: fc.constant('KILL' as const), taskId: id, graceMs: durationMs },
    { requiredKeys: ['type', 'taskId'] },
  ),
  fc.record({ type: fc.constant('ACKNOWLEDGED' as const), taskId: id, uuid }),
  fc.record({ type: fc.constant('MESSAGE' as const), data }),
  fc.record({ type: fc.constant('SHUTDOWN' as const) }),
  fc.record({ type: fc.constant('ERROR' as const), message: text }),
  fc.record({ type: fc.constant('HEARTBEAT' as const) }),
);
