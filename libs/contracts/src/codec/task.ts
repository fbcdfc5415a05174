import type { ExecutorInfo, TaskInfo } from '@holdfast/core/tasks';
import type { KillPolicy } from '../gen/holdfast/v1/health';
import { TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import { readCommand, writeCommand } from './command';
import { codecOf, readBytes, readOptional, readPart, required, writeBytes } from './edge';
import { executorInfoMessage, readExecutorInfo, writeExecutorInfo } from './executor';
import { Frame, replacePart } from './frame';
import { readId, writeId } from './ids';
import { readLabels, writeLabels } from './label';
import { readValidResources, writeCopies } from './resource';
import { readDurationMs, writeDurationMs } from './time';

/** Field numbers of TaskInfo, for what is kept as it came. */
const TASK_INFO = { executor: 5 } as const;

/** Fields that change how a task runs and that we do not carry out; the command adds its own. */
const UNSUPPORTED = {
  container: 'container',
  healthCheck: 'health_check',
  check: 'check',
  maxCompletionTime: 'max_completion_time',
} as const satisfies Partial<Record<keyof WireTaskInfo, string>>;

const UNSUPPORTED_KEYS = Object.keys(UNSUPPORTED) as (keyof typeof UNSUPPORTED)[];

/** Throws what `readBytes` does, or Malformed. The bytes are kept for passing on, in memory of their own. */
export function readTaskInfo(bytes: Uint8Array): TaskInfo {
  const wire = readBytes(WireTaskInfo, bytes);
  const unsupportedFields: string[] = UNSUPPORTED_KEYS.filter((key) => wire[key] !== undefined).map((key) => UNSUPPORTED[key]);
  if (Object.keys(wire.limits).length > 0) unsupportedFields.push('limits');
  const name = required(wire.name, 'name');
  const taskId = readId(wire.taskId, 'task_id');
  const agentId = readId(wire.agentId, 'agent_id');
  const resources = readValidResources(wire.resources, 'resources');
  const command = readOptional(wire.command, 'command', (part) => readCommand(part, unsupportedFields));
  const executor = wire.executor && readPart(new Frame(bytes).part(TASK_INFO.executor), 'executor', readExecutorInfo);
  const killGraceMs = readOptional(wire.killPolicy, 'kill_policy', readKillGraceMs);
  return {
    taskId,
    name,
    agentId,
    resources,
    ...(command !== undefined && { command }),
    ...(executor !== undefined && { executor }),
    ...(killGraceMs !== undefined && { killGraceMs }),
    labels: readLabels(wire.labels, 'labels'),
    ...(wire.data !== undefined && { data: wire.data }),
    unsupportedFields,
    wire: Buffer.from(bytes),
  };
}

/** Undefined: the policy is there and says nothing. */
export const readKillGraceMs = (wire: KillPolicy): number | undefined =>
  wire.gracePeriod === undefined ? undefined : readDurationMs(wire.gracePeriod, 'grace_period');

export const writeKillPolicy = (graceMs: number | undefined): KillPolicy | undefined =>
  graceMs === undefined ? undefined : { gracePeriod: writeDurationMs(graceMs) };

/** As it came, if it came over a wire; else made of its fields, which is how a framework that speaks TypeScript makes one. */
export const writeTaskInfo = (info: TaskInfo): Uint8Array =>
  info.wire.length > 0 ? info.wire : writeBytes(WireTaskInfo, taskInfoMessage(info));

/** A task that came over a wire keeps all that it said. */
export const taskInfoMessage = (info: TaskInfo): WireTaskInfo =>
  info.wire.length > 0
    ? readBytes(WireTaskInfo, info.wire)
    : {
        name: info.name,
        taskId: writeId(info.taskId),
        agentId: writeId(info.agentId),
        resources: writeCopies(info.resources),
        executor: info.executor && executorInfoMessage(info.executor),
        command: info.command && writeCommand(info.command),
        killPolicy: writeKillPolicy(info.killGraceMs),
        data: info.data && Buffer.from(info.data),
        labels: writeLabels(info.labels),
        limits: {},
      };

/** The task as it goes to an agent when it is launched in a group: under the group's executor, whatever it said itself. */
export const withExecutor = (info: TaskInfo, executor: ExecutorInfo): TaskInfo => ({
  ...info,
  executor,
  wire: replacePart(writeTaskInfo(info), TASK_INFO.executor, writeExecutorInfo(executor)),
});

/** A TaskInfo by itself: what an agent keeps on its disk. */
export const taskInfoCodec = codecOf((info: TaskInfo) => Buffer.from(writeTaskInfo(info)), readTaskInfo);
