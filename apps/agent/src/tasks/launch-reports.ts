import type { AgentId, World } from '@holdfast/core/base';
import type { AgentMessage } from '@holdfast/contracts';
import { isTerminal, type TaskRef, type TaskState, type TaskStatus } from '@holdfast/core/tasks';
import { failpoint } from '@holdfast/platform/failpoints';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import type { ToldOfChecks } from '../checks';
import { type PendingStatus, Repeater, type RetryTimes, UpdateStream } from '../updates';
import type { LaunchEvent, LaunchJournal } from './launch-journal';
import { type LaunchRecord, refOf } from './launch-record';

/** Events of what is told, and of what was answered; kills, for one, are not. */
export type ToldEvent = Extract<LaunchEvent, { kind: 'status' | 'acknowledged' | 'gone' | 'gone_confirmed' }>;

export interface ReportDeps {
  readonly world: World;
  readonly settings: { readonly updateRetry: RetryTimes };
  readonly agentId: () => AgentId;
  /** To the master, if there is one just now. */
  readonly send: (message: AgentMessage) => void;
}

const STATUSES_KEPT = 20;

/** `uuid` and `timestampMs` are made here, unless they come from a custom executor. */
export type Told = Pick<
  TaskStatus,
  'state' | 'source' | 'reason' | 'message' | 'healthy' | 'checkResult' | 'limitation' | 'data' | 'labels' | 'uuid'
> &
  Partial<Pick<TaskStatus, 'timestampMs'>>;

/**
 * What one launch tells the master: its statuses, one at a time, and that it is gone; each written down before it is said, and said again
 * until the master has confirmed it.
 */
export class LaunchReports {
  readonly ref: TaskRef;
  private readonly updates: UpdateStream;
  private readonly goneRepeater: Repeater;
  private readonly said = new Set<TaskState>();
  private recent: readonly PendingStatus[] = [];
  /** What later statuses repeat. */
  private known: ToldOfChecks = { wasHealthy: false };
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

  /** The newest last. */
  get statuses(): readonly TaskStatus[] {
    return this.recent;
  }

  /** What its checks have found so far, as it was told. */
  get toldOfChecks(): ToldOfChecks {
    return this.known;
  }

  hasSaid(state: TaskState): boolean {
    return this.said.has(state);
  }

  /** The status that its file begins with. Resolves when both are written down, and it is on its way; throws if they cannot be. */
  async sayFirst(what: Told): Promise<void> {
    const status = this.statusOf(what);
    await this.reporting(status, () => this.journal.create(this.record, { kind: 'status', status }));
    this.keep(status);
  }

  /** Resolves when it is written down, after `first`, and on its way. */
  async say(what: Told, ...first: readonly LaunchEvent[]): Promise<void> {
    const status = this.statusOf(what);
    this.keep(status);
    await this.reporting(status, () => this.journal.append(...first, { kind: 'status', status }));
  }

  /** Its last status, and that it is gone. */
  async sayGone(end: Told): Promise<void> {
    this.isGoneNoted = true;
    const status = this.statusOf(end);
    this.keep(status);
    // The status first: a master that learns of the end from it releases the volumes before it passes the status on.
    await this.reporting(status, () => this.journal.append({ kind: 'gone' }, { kind: 'status', status }));
    this.goneRepeater.start();
  }

  /** Its last status has been said before, while volumes of it were still mounted. Resolves when it is written down and on its way. */
  async sayGoneAfterEnd(): Promise<void> {
    this.isGoneNoted = true;
    await this.journal.append({ kind: 'gone' });
    this.goneRepeater.start();
  }

  /** False: not the status that waits. */
  acknowledge(uuid: Uint8Array): boolean {
    if (!this.updates.acknowledge(uuid)) return false;
    const event = { kind: 'acknowledged', uuid } as const;
    // Lost with the agent, it costs a repetition, which the master answers as long as it is of the newest status that it knows.
    if (!this.isDrained) void this.journal.append(event);
    else if (!this.isComplete) this.journal.appendLater(event);
    return true;
  }

  confirmGone(): void {
    if (!this.isGoneNoted || this.isGoneConfirmed) return;
    this.isGoneConfirmed = true;
    this.goneRepeater.stop();
    if (!this.isComplete) this.journal.appendLater({ kind: 'gone_confirmed' });
  }

  /** Takes in what an earlier agent has written down. */
  replay(event: ToldEvent): void {
    switch (event.kind) {
      case 'status':
        this.keep(event.status);
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

  private keep(status: PendingStatus): void {
    const { state, healthy, checkResult } = status;
    this.said.add(state);
    this.known = {
      wasHealthy: this.known.wasHealthy || healthy === true,
      ...(healthy !== undefined && { healthy }),
      ...(checkResult && { checkResult }),
    };
    this.recent = [...this.recent.slice(1 - STATUSES_KEPT), status];
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
    const uuid = what.uuid ?? Buffer.from(world.ids.uuid().replaceAll('-', ''), 'hex');
    const timestampMs = what.timestampMs ?? world.nowMs();
    const executorId = executor && { executorId: executor.executorId };
    return { ...this.repeated(what.state), ...what, taskId, agentId: agentId(), timestampMs, uuid, ...executorId };
  }

  /** While it runs, what its checks have found is in every status, as in Mesos: before the first result that there is none. */
  private repeated(state: TaskState): Pick<TaskStatus, 'healthy' | 'checkResult'> {
    const { check, executor } = this.record.info;
    if (state === 'TASK_STARTING' || isTerminal(state) || executor?.type === 'CUSTOM') return {};
    const { healthy, checkResult = check && { kind: check.probe.kind } } = this.known;
    return { ...(healthy !== undefined && { healthy }), ...(checkResult && { checkResult }) };
  }

  private sendStatus(status: PendingStatus, latestState: TaskState): void {
    const { frameworkId, launchId } = this.ref;
    this.deps.send({ kind: 'task_update', frameworkId, launchId, status, latestState });
  }
}
