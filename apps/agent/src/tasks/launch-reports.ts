import type { AgentId, World } from '@holdfast/core/base';
import type { AgentMessage } from '@holdfast/contracts';
import type { TaskRef, TaskState } from '@holdfast/core/tasks';
import { failpoint } from '@holdfast/platform/failpoints';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import { type PendingStatus, Repeater, type RetryTimes, UpdateStream } from '../updates';
import type { TaskEnd } from './end-status';
import type { LaunchEvent, LaunchJournal } from './launch-journal';
import { type LaunchRecord, refOf } from './launch-record';

export interface ReportDeps {
  readonly world: World;
  readonly settings: { readonly updateRetry: RetryTimes };
  readonly agentId: () => AgentId;
  /** To the master, if there is one just now. */
  readonly send: (message: AgentMessage) => void;
}

type Told = Omit<TaskEnd, 'message'> & { readonly message?: string };

/**
 * What one launch tells the master: its statuses, one at a time, and that it is gone; each written down before it is said, and said again
 * until the master has confirmed it.
 */
export class LaunchReports {
  readonly ref: TaskRef;
  private readonly updates: UpdateStream;
  private readonly goneRepeater: Repeater;
  private readonly said = new Set<TaskState>();
  private isGoneNoted = false;
  private isGoneConfirmed = false;

  constructor(
    private readonly record: LaunchRecord,
    private readonly journal: LaunchJournal,
    private readonly deps: ReportDeps,
  ) {
    const { world, settings, send } = deps;
    this.ref = refOf(record);
    this.updates = new UpdateStream({
      send: (status, latestState) => this.sendStatus(status, latestState),
      times: settings.updateRetry,
      timers: world,
    });
    const sendGone = () => {
      failpoint('agent.before_gone');
      send({ kind: 'task_gone', ...this.ref, cause: this.state });
    };
    this.goneRepeater = new Repeater(sendGone, settings.updateRetry, world);
  }

  /** The newest state, which the master may not have been told yet. */
  get state(): TaskState {
    return this.updates.latestState;
  }

  /** It has been written down that no process is left. */
  get isGone(): boolean {
    return this.isGoneNoted;
  }

  /** Every status has been acknowledged. */
  get isDrained(): boolean {
    return this.updates.isDrained;
  }

  /** The master has confirmed everything. */
  get isComplete(): boolean {
    return this.isGoneNoted && this.isGoneConfirmed && this.updates.isDrained;
  }

  hasSaid(state: TaskState): boolean {
    return this.said.has(state);
  }

  /** Resolves when it is written down and on its way. */
  async say(what: Told): Promise<void> {
    this.said.add(what.state);
    const status = this.statusOf(what);
    await this.reporting(status, () => this.journal.append({ kind: 'status', status }));
  }

  /** Its last status, and that it is gone. */
  async sayGone(end: TaskEnd): Promise<void> {
    this.isGoneNoted = true;
    const status = this.statusOf(end);
    // The status first: a master that learns of the end from it releases the volumes before it passes the status on.
    await this.reporting(status, () => this.journal.append({ kind: 'gone' }, { kind: 'status', status }));
    this.goneRepeater.start();
  }

  /** False: not the status that waits. */
  acknowledge(uuid: Uint8Array): boolean {
    if (!this.updates.acknowledge(uuid)) return false;
    if (!this.isComplete) void this.journal.append({ kind: 'acknowledged', uuid });
    return true;
  }

  confirmGone(): void {
    if (!this.isGoneNoted || this.isGoneConfirmed) return;
    this.isGoneConfirmed = true;
    this.goneRepeater.stop();
    if (!this.isComplete) void this.journal.append({ kind: 'gone_confirmed' });
  }

  /** Takes in what an earlier agent has written down; kills are not told. */
  replay(event: Exclude<LaunchEvent, { kind: 'kill' }>): void {
    switch (event.kind) {
      case 'status':
        this.said.add(event.status.state);
        return this.updates.push(event.status);
      case 'acknowledged':
        return void this.updates.acknowledge(event.uuid);
      case 'gone':
        this.isGoneNoted = true;
        return;
      case 'gone_confirmed':
        this.isGoneConfirmed = true;
    }
  }

  /** That it was gone was written down without how it ended: that is to be found out again. */
  retractGone(): void {
    this.isGoneNoted = false;
  }

  /** A master has registered us and may have missed anything. */
  resend(): void {
    this.updates.resend();
    if (this.isGoneNoted && !this.isGoneConfirmed) this.goneRepeater.start();
  }

  /** No more timers; what is not confirmed is the next agent's. */
  stop(): void {
    this.updates.stop();
    this.goneRepeater.stop();
  }

  /** Written down, then told; a span in the trace of the launch, however long after it. */
  private reporting(status: PendingStatus, write: () => Promise<void>): Promise<void> {
    return withSpan('report task status', { [ATTR.taskState]: status.state }, async () => {
      await write();
      this.updates.push(status);
    });
  }

  private statusOf(what: Told): PendingStatus {
    const { world, agentId } = this.deps;
    const { taskId, executor } = this.record.info;
    const uuid = Buffer.from(world.ids.uuid().replaceAll('-', ''), 'hex');
    const executorId = executor && { executorId: executor.executorId };
    return { ...what, taskId, agentId: agentId(), timestampMs: world.nowMs(), uuid, ...executorId };
  }

  private sendStatus(status: PendingStatus, latestState: TaskState): void {
    const { frameworkId, launchId } = this.ref;
    this.deps.send({ kind: 'task_update', frameworkId, launchId, status, latestState });
  }
}
