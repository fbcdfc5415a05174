import type { ExecutorInfo, TaskInfo } from '@holdfast/core/tasks';
import type { KillPolicy } from '../gen/holdfast/v1/health';
import { TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import { readCheck, readHealthCheck, writeCheck, writeHealthCheck } from './check';
import { readCommand, writeCommand } from './command';
import { codecOf, readBytes, readOptional, readPart, required, writeBytes } from './edge';
import { executorInfoMessage, readExecutorInfo, writeExecutorInfo } from './executor';
import { Frame, replacePart } from './frame';
import { readId, writeId } from './ids';
import { readLabels, writeLabels } from './label';
import { readValidResources, writeCopies } from './resource';
import { readLimits, writeLimits } from './task-limits';
import { readDurationMs, writeDurationMs } from './time';

/** Field numbers of TaskInfo, for what is kept as it came. */
const TASK_INFO = { executor: 5 } as const;

/** Throws what `readBytes` does, or Malformed. The bytes are kept for passing on, in memory of their own. */
export function readTaskInfo(bytes: Uint8Array): TaskInfo {
  const wire = readBytes(WireTaskInfo, bytes);
  // What changes how a task runs and is not carried out; command and checks add their own.
  const unsupportedFields: string[] = wire.container === undefined ? [] : ['container'];
  const name = required(wire.name, 'name');
  const taskId = readId(wire.taskId, 'task_id');
  const agentId = readId(wire.agentId, 'agent_id');
  const resources = readValidResources(wire.resources, 'resources');
  const command = readOptional(wire.command, 'command', (part) => readCommand(part, unsupportedFields));
  const executor = wire.executor && readPart(new Frame(bytes).part(TASK_INFO.executor), 'executor', readOwnExecutor);
  const killGraceMs = readOptional(wire.killPolicy, 'kill_policy', readKillGraceMs);
  const healthCheck = readOptional(wire.healthCheck, 'health_check', (part) => readHealthCheck(part, unsupportedFields));
  const check = readOptional(wire.check, 'check', (part) => readCheck(part, unsupportedFields));
  const maxCompletionMs = wire.maxCompletionTime && readDurationMs(wire.maxCompletionTime, 'max_completion_time');
  const limits = readLimits(wire.limits);
  return {
    taskId,
    name,
    agentId,
    resources,
    ...(command !== undefined && { command }),
    ...(executor !== undefined && { executor }),
    ...(healthCheck !== undefined && { healthCheck }),
    ...(check !== undefined && { check }),
    ...(maxCompletionMs !== undefined && { maxCompletionMs }),
    ...(limits !== undefined && { limits }),
    ...(killGraceMs !== undefined && { killGraceMs }),
    labels: readLabels(wire.labels, 'labels'),
    ...(wire.data !== undefined && { data: wire.data }),
    unsupportedFields,
    wire: Buffer.from(bytes),
  };
}

/** One that comes with a task and says no type is brought by its framework, as in Mesos; a group must say which it wants (D-037). */
function readOwnExecutor(bytes: Uint8Array): ExecutorInfo {
  const executor = readExecutorInfo(bytes);
  return { ...executor, type: executor.type ?? 'CUSTOM' };
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
        healthCheck: info.healthCheck && writeHealthCheck(info.healthCheck),
        check: info.check && writeCheck(info.check),
        killPolicy: writeKillPolicy(info.killGraceMs),
        data: info.data && Buffer.from(info.data),
        labels: writeLabels(info.labels),
        maxCompletionTime: info.maxCompletionMs === undefined ? undefined : writeDurationMs(info.maxCompletionMs),
        limits: writeLimits(info.limits),
      };

/** The task as it goes to an agent when it is launched in a group: under the group's executor, whatever it said itself. */
export const withExecutor = (info: TaskInfo, executor: ExecutorInfo): TaskInfo => ({
  ...info,
  executor,
  wire: replacePart(writeTaskInfo(info), TASK_INFO.executor, writeExecutorInfo(executor)),
});

/** A TaskInfo by itself: what an agent keeps on its disk. */
export const taskInfoCodec = codecOf((info: TaskInfo) => Buffer.from(writeTaskInfo(info)), readTaskInfo);
