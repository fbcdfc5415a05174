import { rm, writeFile } from 'node:fs/promises';
import type { TaskId } from '@holdfast/core/base';
import { isTerminal } from '@holdfast/core/tasks';
import type { Logger } from '@holdfast/platform/process';
import { describeFault } from '../files';
import { endWithGroup, launchFailed, type TaskEnd } from './end-status';
import type { Launch } from './launch';

/** Where the members wait for one another: all written down; all set up, so that nothing is left that could keep a command from running. */
export type Stage = 'written' | 'ready';

/** Why none of its tasks runs: which of them cannot, and how that one ends. */
export interface Verdict {
  readonly taskId: TaskId;
  readonly end: TaskEnd;
}

/**
 * The tasks of a LAUNCH_GROUP: all start or none (B-074), and none outlives the failure or kill of another (D-058). There is no executor
 * process that would see to that: the agent itself is the default executor, and what the ExecutorInfo asks for is accounted by the master
 * only.
 *
 * A file, the gate, tells across a crash whether the group has been let go. No container starts before the gate is there, and none runs its
 * command until it is gone. So an agent that finds it there knows that no command has run, and ends the group; one that does not find it
 * knows that every command that could be started runs, or ran.
 */
export class TaskGroup {
  private readonly members = new Set<Launch>();
  private readonly stages: Readonly<Record<Stage, Barrier>>;
  private verdict: Verdict | undefined;
  private isEnding = false;
  private isRecovering = false;

  /** `size`: how many members it has, all of which join before anything else happens. */
  constructor(
    readonly gate: string,
    size: number,
    private readonly log: Logger,
  ) {
    this.stages = { written: new Barrier(size), ready: new Barrier(size) };
  }

  join(member: Launch): void {
    this.members.add(member);
  }

  /**
   * A member has come to a stage, or to an end instead. Resolves with undefined once every member is there, or as soon as one has come to an
   * end: with how this one is to end, too.
   */
  async meet(member: Launch, stage: Stage, end: TaskEnd | undefined): Promise<TaskEnd | undefined> {
    if (end) this.giveUp({ taskId: member.ref.taskId, end });
    else if (this.stages[stage].arrive() && !this.verdict) await this.pass(stage, member);
    await this.stages[stage].passed;
    return this.endOf(member);
  }

  /** The others go with it, unless they end already. Resolves when that is written down. */
  async endOthers(member: Launch, because: string): Promise<void> {
    if (this.isEnding || this.isRecovering) return;
    this.isEnding = true;
    await Promise.all([...this.members].filter((other) => other !== member).map((other) => other.terminate({ because })));
  }

  /** A member is over, its process gone, and that is to be told next. */
  async ended(member: Launch, { state, message }: TaskEnd): Promise<void> {
    if (state !== 'TASK_FINISHED') await this.endOthers(member, `task ${member.ref.taskId} of its group ended as ${state} (${message})`);
    if ([...this.members].every((one) => one === member || one.isGone)) await this.removeGate();
  }

  /** None of its commands has run, and none will; the first to say why is right. */
  giveUp(verdict: Verdict): void {
    this.verdict ??= verdict;
    for (const stage of Object.values(this.stages)) stage.open();
  }

  /** How a member of a group that was given up ends; undefined if it was not. */
  endOf(member: Launch): TaskEnd | undefined {
    if (!this.verdict) return undefined;
    return this.verdict.taskId === member.ref.taskId ? this.verdict.end : endWithGroup(this.verdict.end, this.verdict.taskId);
  }

  /** Until `recovered`, members that turn out to be over do not end the others, which may not have been read yet. */
  recovering(): void {
    this.isRecovering = true;
  }

  /** All members that an earlier agent has left are read. */
  async recovered(): Promise<void> {
    this.isRecovering = false;
    const members = [...this.members];
    const failed = members.find(({ state, isBeingKilled }) => isBeingKilled || (isTerminal(state) && state !== 'TASK_FINISHED'));
    const how = failed?.isBeingKilled ? 'was killed' : `ended as ${failed?.state}`;
    if (failed) await this.endOthers(failed, `task ${failed.ref.taskId} of its group ${how}`);
    if (members.every(({ isGone }) => isGone)) await this.removeGate();
  }

  private async pass(stage: Stage, member: Launch): Promise<void> {
    try {
      if (stage === 'written') await writeFile(this.gate, '', { flag: 'wx' });
      else await rm(this.gate);
    } catch (fault) {
      return this.giveUp({ taskId: member.ref.taskId, end: launchFailed(`its group cannot be let go: ${describeFault(fault)}`) });
    }
    this.stages[stage].open();
  }

  /** Only when no container is left that could take its absence for permission. */
  private async removeGate(): Promise<void> {
    await rm(this.gate, { force: true }).catch((fault: unknown) =>
      this.log.warn({ err: fault, gate: this.gate }, 'what is left of a task group could not be removed'),
    );
  }
}

class Barrier {
  open!: () => void;
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));

  constructor(private missing: number) {}

  /** True for the last. */
  arrive(): boolean {
    return --this.missing === 0;
  }
}
