import { unlink, writeFile } from 'node:fs/promises';
import type { TaskId } from '@holdfast/core/base';
import { isTerminal } from '@holdfast/core/tasks';
import type { Logger } from '@holdfast/platform/process';
import { describeFault, removeIfPresent } from '../files';
import { endWithGroup, launchFailed, type TaskEnd } from './end-status';
import type { KeptTask } from './kept-task';

export type GroupMember = Pick<KeptTask, 'ref' | 'state' | 'isGone' | 'isBeingKilled' | 'terminate'>;

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
  private readonly members = new Set<GroupMember>();
  /** Their processes are gone, which may not be written down yet. */
  private readonly over = new Set<GroupMember>();
  private readonly stages: Readonly<Record<Stage, Barrier>>;
  private verdict: Verdict | undefined;
  private isEnding = false;
  private isRecovering = false;
  /** Who was found to take the others along before all were there. */
  private found: { readonly member: GroupMember; readonly because: string } | undefined;

  /** `size`: how many members it has, all of which join before anything else happens. */
  constructor(
    readonly gate: string,
    size: number,
    private readonly log: Logger,
  ) {
    this.stages = { written: new Barrier(size), ready: new Barrier(size) };
  }

  join(member: GroupMember): void {
    this.members.add(member);
  }

  /**
   * A member has come to a stage, or to an end instead. Resolves with undefined once every member is there, or as soon as one has come to an
   * end: with how this one is to end, too.
   */
  async meet(member: GroupMember, stage: Stage, end: TaskEnd | undefined): Promise<TaskEnd | undefined> {
    if (end) this.giveUp({ taskId: member.ref.taskId, end });
    else if (this.stages[stage].arrive() && !this.verdict) await this.pass(stage, member);
    await this.stages[stage].passed;
    return this.endOf(member);
  }

  /** The others go with it, unless they end already. Resolves when that is written down. */
  async endOthers(member: GroupMember, because: string): Promise<void> {
    if (this.isRecovering) this.found ??= { member, because };
    if (this.isEnding || this.isRecovering) return;
    this.isEnding = true;
    await Promise.all([...this.members].filter((other) => other !== member).map((other) => other.terminate({ because })));
  }

  /** A member is over, its process gone, and that is to be told next. */
  async ended(member: GroupMember, { state, message }: TaskEnd): Promise<void> {
    this.over.add(member);
    if (state !== 'TASK_FINISHED') await this.endOthers(member, `task ${member.ref.taskId} of its group ended as ${state} (${message})`);
    if ([...this.members].every((one) => one.isGone || this.over.has(one))) await this.removeGate();
  }

  /** None of its commands has run, and none will; the first to say why is right. */
  giveUp(verdict: Verdict): void {
    this.verdict ??= verdict;
    for (const stage of Object.values(this.stages)) stage.open();
  }

  /** How a member of a group that was given up ends; undefined if it was not. */
  endOf(member: GroupMember): TaskEnd | undefined {
    return this.verdict && endOfMember(this.verdict, member.ref.taskId);
  }

  /** Until `recovered`, members that turn out to be over do not end the others, which may not have been read yet. */
  recovering(): void {
    this.isRecovering = true;
  }

  /** All members that an earlier agent has left are read. */
  async recovered(): Promise<void> {
    this.isRecovering = false;
    const members = [...this.members];
    // What was found meanwhile may not be written down yet, and until it is does not show in the member's state.
    const found = this.found ?? this.findCause(members);
    if (found) await this.endOthers(found.member, found.because);
    if (members.every(({ isGone }) => isGone)) await this.removeGate();
  }

  private findCause(members: readonly GroupMember[]): TaskGroup['found'] {
    const member = members.find(({ state, isBeingKilled }) => isBeingKilled || (isTerminal(state) && state !== 'TASK_FINISHED'));
    const how = member?.isBeingKilled ? 'was killed' : `ended as ${member?.state}`;
    return member && { member, because: `task ${member.ref.taskId} of its group ${how}` };
  }

  private async pass(stage: Stage, member: GroupMember): Promise<void> {
    try {
      if (stage === 'written') await writeFile(this.gate, '', { flag: 'wx' });
      else await unlink(this.gate);
    } catch (fault) {
      return this.giveUp({ taskId: member.ref.taskId, end: launchFailed(`its group cannot be let go: ${describeFault(fault)}`) });
    }
    this.stages[stage].open();
  }

  /** Only when no container is left that could take its absence for permission. */
  private async removeGate(): Promise<void> {
    await removeIfPresent(this.gate).catch((fault: unknown) =>
      this.log.warn({ err: fault, gate: this.gate }, 'what is left of a task group could not be removed'),
    );
  }
}

/** How a task of a group ends that none of runs. */
export const endOfMember = (verdict: Verdict, taskId: TaskId): TaskEnd =>
  verdict.taskId === taskId ? verdict.end : endWithGroup(verdict.end, verdict.taskId);

class Barrier {
  open!: () => void;
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));

  constructor(private missing: number) {}

  /** True for the last. */
  arrive(): boolean {
    return --this.missing === 0;
  }
}
