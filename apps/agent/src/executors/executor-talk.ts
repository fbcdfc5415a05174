import type { ExecutorCall, ExecutorEvent, ExecutorUpdate } from '@holdfast/contracts';
import type { OutStream } from '@holdfast/platform/rpc';
import type { Conversation } from './conversation';
import type { ExecutorDeps } from './executor-deps';
import { neverReceived } from './executor-end';
import { type ExecutorRecord, refOf } from './executor-record';
import type { ExecutorRoster } from './executor-roster';
import type { ExecutorTask } from './executor-task';

export type Subscribe = Extract<ExecutorCall, { type: 'SUBSCRIBE' }>;

/** What an executor and the agent tell each other of its tasks, but for their launches (wire 7.2). */
export class ExecutorTalk {
  constructor(
    private readonly record: ExecutorRecord,
    private readonly tasks: ExecutorRoster,
    private readonly conversation: Conversation,
    private readonly deps: Pick<ExecutorDeps, 'agent' | 'log'>,
  ) {}

  /** The executor has subscribed: both get to know what they have missed. False: it has subscribed once more meanwhile, or gone away. */
  async begin(call: Subscribe, stream: OutStream<ExecutorEvent>): Promise<boolean> {
    const { framework, info, runId } = this.record;
    stream.send({ type: 'SUBSCRIBED', framework, executor: info, agent: this.deps.agent(), containerId: runId });
    for (const status of call.unacknowledgedUpdates) await this.update(status);
    if (this.conversation.current !== stream) return false;
    const mentioned = new Set([...call.unacknowledgedTasks, ...call.unacknowledgedUpdates.map(({ taskId }) => taskId)]);
    for (const task of [...this.tasks]) {
      if (!task.isDelivered || task.isOver) continue;
      if (!task.hasSpoken && !mentioned.has(task.ref.taskId)) void task.endAs(neverReceived);
      else if (task.pendingKill) this.kill(task);
    }
    return true;
  }

  /** A status of one of its tasks: written down, passed on, acknowledged (D-050). */
  async update(status: ExecutorUpdate): Promise<void> {
    const { taskId, uuid } = status;
    const task = this.tasks.find(taskId);
    // Of one that is over for long, or of nobody's: the executor need not keep it.
    if (!task)
      this.deps.log.warn({ ...refOf(this.record), taskId, state: status.state }, 'an executor reports a task that it does not have');
    await task?.update(status);
    this.conversation.send({ type: 'ACKNOWLEDGED', taskId, uuid });
  }

  /** At most once: whoever is not there misses it. */
  message(data: Uint8Array): void {
    if (this.conversation.send({ type: 'MESSAGE', data })) return;
    this.deps.log.info({ ...refOf(this.record), bytes: data.length }, 'a message for an executor that is not subscribed is dropped');
  }

  kill(task: ExecutorTask): void {
    const kill = task.pendingKill;
    if (kill) this.conversation.send({ type: 'KILL', taskId: task.ref.taskId, graceMs: kill.graceMs });
  }
}
