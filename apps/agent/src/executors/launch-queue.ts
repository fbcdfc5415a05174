import type { LaunchId } from '@holdfast/core/base';
import { droppedByRestart, endWithGroup, type TaskEnd } from '../tasks';
import type { Conversation } from './conversation';
import type { ExecutorTask } from './executor-task';

/** Tasks that go to the executor in one event. */
interface Batch {
  readonly tasks: readonly ExecutorTask[];
  readonly isGroup: boolean;
}

interface Admitted {
  readonly task: ExecutorTask;
  readonly problem: TaskEnd | undefined;
}

/**
 * Tasks on their way to an executor, in the order in which they came. Those of a group wait for one another: they go together, or none of them
 * does (B-074).
 */
export class LaunchQueue {
  private readonly waiting: Batch[] = [];
  private readonly gathering = new Map<LaunchId, Admitted[]>();
  private isSending = false;

  /** What becomes of tasks by this one: they are ready to go, or end without. */
  admit(task: ExecutorTask, problem: TaskEnd | undefined): readonly Admitted[] {
    const { group } = task.record;
    if (!group) {
      if (!problem) this.waiting.push({ tasks: [task], isGroup: false });
      return [{ task, problem }];
    }
    const members = [...(this.gathering.get(group.id) ?? []), { task, problem }];
    this.gathering.set(group.id, members);
    if (members.length < group.size) return [];
    this.gathering.delete(group.id);
    const first = members.find((member) => member.problem !== undefined);
    if (!first?.problem) {
      this.waiting.push({ tasks: members.map((member) => member.task), isGroup: true });
      return members;
    }
    const { taskId } = first.task.ref;
    const verdict = first.problem;
    return members.map((member) => ({
      task: member.task,
      problem: member === first ? verdict : endWithGroup(verdict, taskId),
    }));
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Sends what waits, as long as there is somebody to send it to. */
  async send(conversation: Conversation, mayGo: () => boolean): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (mayGo() && (await this.sendNext(conversation)));
    } finally {
      this.isSending = false;
    }
  }

  /** What an earlier agent has not sent. A group of which it has not got all members together is not started. */
  async takeOver(tasks: Iterable<ExecutorTask>, reasonAgainst: (task: ExecutorTask) => TaskEnd | undefined): Promise<void> {
    const ends: Promise<void>[] = [];
    for (const task of tasks) {
      if (task.isDelivered || task.isOver) continue;
      const end = task.killedEarly() ?? reasonAgainst(task);
      for (const { task: member, problem } of this.admit(task, end)) if (problem) ends.push(member.endAs(problem));
    }
    for (const members of this.gathering.values()) ends.push(...members.map(({ task }) => task.endAs(droppedByRestart)));
    this.gathering.clear();
    await Promise.all(ends);
  }

  /** False: nothing waits, or nobody is there. */
  private async sendNext(conversation: Conversation): Promise<boolean> {
    const batch = this.waiting[0];
    const stream = conversation.current;
    if (!batch || !stream) return false;
    const lost = batch.tasks.find((task) => task.isOver || task.killedEarly());
    if (lost) {
      this.waiting.shift();
      for (const task of batch.tasks) void task.endAs(task.killedEarly() ?? endWithGroup(droppedByRestart, lost.ref.taskId));
      return true;
    }
    await Promise.all(batch.tasks.map((task) => task.handOver()));
    // Meanwhile another stream may have come, or a kill.
    if (conversation.current !== stream || batch.tasks.some((task) => task.killedEarly())) return true;
    this.waiting.shift();
    for (const task of batch.tasks) task.handedOver();
    const tasks = batch.tasks.map((task) => task.record.info);
    conversation.send(batch.isGroup ? { type: 'LAUNCH_GROUP', tasks } : { type: 'LAUNCH', task: tasks[0]! });
    return true;
  }
}
