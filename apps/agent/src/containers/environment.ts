import type { AgentId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { TaskInfo } from '@holdfast/core/tasks';
import type { ContainerSpec } from './container-spec';

/**
 * What a container's set-up runs with and its command finds. Nothing of the task's is in it: this runs before the user is switched. The
 * agent's directory for temporary files is not there in a container with namespaces, which has its own at /tmp.
 */
export function baseEnvironment(
  inherited: Readonly<Record<string, string>>,
  { sandbox, user, isolation }: Pick<ContainerSpec, 'sandbox' | 'user' | 'isolation'>,
): Readonly<Record<string, string>> {
  const { TMPDIR, ...rest } = inherited;
  const kept = TMPDIR === undefined || isolation === 'namespaces' ? rest : { ...rest, TMPDIR };
  return user === undefined ? { HOME: sandbox, ...kept } : { ...kept, HOME: sandbox };
}

export interface TaskSurroundings {
  readonly agentId: AgentId;
  readonly framework: FrameworkInfo;
  readonly info: TaskInfo;
  readonly sandbox: string;
  /** `host:port` of the agent's HTTP port. */
  readonly endpoint: string;
  readonly shutdownGraceMs: number;
}

/** What a task is told (architecture 11.10), then its own variables, which win. A command task is its own executor, as in Mesos. */
export function taskEnvironment(task: TaskSurroundings): readonly (readonly [string, string])[] {
  const { agentId, framework, info, sandbox, endpoint } = task;
  return [
    ['MESOS_SANDBOX', sandbox],
    ['MESOS_DIRECTORY', sandbox],
    ['MESOS_TASK_ID', info.taskId],
    ['MESOS_EXECUTOR_ID', info.executor?.executorId ?? info.taskId],
    ['MESOS_FRAMEWORK_ID', framework.id ?? ''],
    ['MESOS_AGENT_ID', agentId],
    ['MESOS_SLAVE_ID', agentId],
    ['MESOS_SLAVE_PID', `slave(1)@${endpoint}`],
    ['MESOS_AGENT_ENDPOINT', endpoint],
    ['MESOS_CHECKPOINT', framework.checkpoint ? '1' : '0'],
    ['MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD', `${task.shutdownGraceMs}ms`],
    ['MESOS_HTTP_COMMAND_EXECUTOR', '0'],
    ...(info.command?.environment ?? []).map(({ name, value }) => [name, value] as const),
  ];
}
