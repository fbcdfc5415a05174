import { isTerminal } from '@holdfast/core/tasks';
import type { AgentMessage } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { endExecutorOf } from '../executors/end-executor';
import { dropIfFinished, taskIsGone, taskIsOver } from './finish-task';
import { sendStatus } from './send-status';
import { holderOf, type Task } from './task-book';

type TaskUpdate = Extract<AgentMessage, { kind: 'task_update' }>;
type TaskGone = Extract<AgentMessage, { kind: 'task_gone' }>;

/**
 * A status from an agent. The newest state decides at once about holders and resources; the status itself goes to
 * the framework, which acknowledges it.
 */
export async function updateTask(deps: Deps, agent: Agent, update: TaskUpdate): Promise<void> {
  const { frameworkId, launchId, status } = update;
  const task = deps.tasks.get(frameworkId, status.taskId);
  const isCurrent = task?.launchId === launchId && task.agentId === agent.id;
  if (!isCurrent || !deps.frameworks.get(frameworkId)) {
    // Nobody will ever acknowledge it: an earlier launch, or a framework that was removed.
    if (isCurrent && isTerminal(update.latestState)) {
      await taskIsOver(deps, task, update.latestState);
      endExecutorOf(deps, task);
    }
    if (status.uuid) agent.link?.send({ kind: 'acknowledge_update', frameworkId, taskId: status.taskId, uuid: status.uuid });
    return;
  }
  if (isSame(task.unacknowledged?.uuid, status.uuid)) return forward(deps, task);
  if (isSame(task.status.uuid, status.uuid)) {
    // Its framework has acknowledged it: the agent was restarted before it had written that down.
    if (status.uuid) agent.link?.send({ kind: 'acknowledge_update', frameworkId, taskId: status.taskId, uuid: status.uuid });
    return;
  }
  if (task.state !== status.state) deps.metrics.taskState(status.state);
  if (status.state === 'TASK_RUNNING' && task.state !== 'TASK_RUNNING') recordRunning(deps, agent, task);
  task.state = status.state;
  task.status = status;
  task.unacknowledged = status.uuid ? status : undefined;
  if (isTerminal(update.latestState)) {
    task.isEnding = true;
    await taskIsOver(deps, task, update.latestState);
    task.isEnding = false;
  }
  forward(deps, task);
  // A framework hears of the end of its last task before that of its executor.
  if (task.gone) endExecutorOf(deps, task);
  dropIfFinished(deps, task);
}

/**
 * Evidence that a launch has left nothing behind, for tasks whose framework is no longer told. Confirmed when the ledger has the release, not
 * before: until then only the agent knows of it for certain, and repeats it.
 */
export async function confirmTaskGone(deps: Deps, agent: Agent, gone: TaskGone): Promise<void> {
  const { frameworkId, taskId, launchId } = gone;
  const task = deps.tasks.get(frameworkId, taskId);
  const isKnown = task?.launchId === launchId && task.agentId === agent.id;
  if (isKnown) {
    await taskIsGone(deps, task, gone.cause);
    endExecutorOf(deps, task);
  }
  const release = agent.releasing.get(launchId);
  if (release) {
    // What it repeats meanwhile is answered together.
    if (!agent.link || release.awaitedBy === agent.link) return;
    release.awaitedBy = agent.link;
    await release.written;
  } else if (!isKnown && !agent.isReconciled) {
    // Reconciliation releases whom the agent no longer reports; it is still to come.
    return;
  }
  agent.link?.send({ kind: 'task_gone_confirmed', frameworkId, taskId, launchId });
}

function forward(deps: Deps, task: Task): void {
  sendStatus(deps.frameworks.get(task.frameworkId), task.status);
}

function recordRunning(deps: Deps, agent: Agent, task: Task): void {
  if (task.volumes.length === 0) return;
  void deps.ledger.record(agent.storeId, {
    kind: 'holder_running',
    holder: holderOf(task),
    volumes: task.volumes.map(({ volume }) => volume),
  });
}

const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
