import { type AgentId, type Refusal, refuse, type TaskId } from '@holdfast/core/base';
import { idProblem, type Resources } from '@holdfast/core/resources';
import type { Command, TaskInfo } from './task';
import { type TaskVolume, taskVolumesProblem, volumesOf } from './task-volumes';

/** What a task is judged against. */
export interface TaskSurroundings {
  /** The agent of the accepted offers. */
  readonly agentId: AgentId;
  /** Whether the framework has a task of this id that is not over and acknowledged, or that is unreachable (D-031). */
  readonly isTaskKnown: (taskId: TaskId) => boolean;
}

/**
 * Refuses a task that is wrong in itself, wherever it would run: `task_invalid` with the first error in the order of D-030.
 * Whether it fits into the offers is the planner's question. `volumes`: those of the task, for a caller that has them.
 */
export function checkTask(
  task: TaskInfo,
  surroundings: TaskSurroundings,
  volumes: readonly TaskVolume[] = volumesOf(task),
): Refusal | undefined {
  const problem =
    idOfTask(task, surroundings) ??
    agentOfTask(task, surroundings) ??
    gracePeriod(task) ??
    unsupported(task) ??
    resourcesProblem(task.resources) ??
    taskVolumesProblem(volumes) ??
    commandProblem(task.command);
  return problem === undefined ? undefined : refuse('task_invalid', { taskId: task.taskId, problem });
}

function idOfTask({ taskId }: TaskInfo, { isTaskKnown }: TaskSurroundings): string | undefined {
  const problem = idProblem(taskId);
  if (problem !== undefined) return `its id ${problem}.`;
  return isTaskKnown(taskId) ? 'the framework already has a task with this id.' : undefined;
}

/** D-032. */
const agentOfTask = (task: TaskInfo, { agentId }: TaskSurroundings): string | undefined =>
  task.agentId === agentId ? undefined : `it names agent ${task.agentId || '(none)'}, but the accepted offers are of agent ${agentId}.`;

/** D-040. */
const gracePeriod = ({ killGraceMs }: TaskInfo): string | undefined =>
  killGraceMs === undefined || killGraceMs >= 0 ? undefined : 'kill_policy.grace_period must not be negative.';

/**
 * Refused rather than run without what it asks for. Custom executors are among them, and with them what D-033, D-034 and A-052
 * say of executors: an executor with a shared volume is refused because it is an executor.
 */
const unsupported = ({ unsupportedFields: fields }: TaskInfo): string | undefined =>
  fields.length === 0
    ? undefined
    : `it sets ${fields.join(', ')}, which Holdfast does not carry out; leave ${fields.length === 1 ? 'it' : 'them'} out.`;

/** D-034. That each resource is well formed was seen to when the call was read (B-076). */
function resourcesProblem(resources: Resources): string | undefined {
  if (resources.isEmpty) return 'it uses no resources.';
  let role: string | undefined;
  let first = true;
  const revocable = new Map<string, boolean>();
  for (const { resource } of resources.entries()) {
    if (!first && resource.allocationRole !== role) return 'its resources are allocated to more than one role.';
    first = false;
    role = resource.allocationRole;
    if ((revocable.get(resource.name) ?? resource.revocable) !== resource.revocable)
      return `it mixes revocable and non-revocable ${resource.name}.`;
    revocable.set(resource.name, resource.revocable);
  }
  return undefined;
}

/** D-033; without executors a task is its command. */
function commandProblem(command: Command | undefined): string | undefined {
  if (command === undefined) return 'it has no command.';
  if (command.value === undefined || command.value === '') return 'its command has no value, which is what to run.';
  if (command.value.includes('\0') || command.args.some((arg) => arg.includes('\0'))) return 'its command contains a NUL character.';
  for (const { name, value } of command.environment) {
    if (name === '' || name.includes('=') || name.includes('\0')) return `its environment has a variable with the invalid name '${name}'.`;
    if (value.includes('\0')) return `its environment variable ${name} contains a NUL character.`;
  }
  return undefined;
}
