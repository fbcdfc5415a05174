import type { Holder } from '@holdfast/core/base';
import type { ExecutorUpdate, ReportedTask } from '@holdfast/contracts';
import { isTerminal, type TaskRef, type TaskState, type TaskStatus, type TaskVolume, volumesOf } from '@holdfast/core/tasks';
import {
  droppedByRestart,
  type Excess,
  type KeeperOf,
  type KeptTask,
  type Kill,
  type KillWish,
  killedDuringLaunch,
  LaunchAccount,
  launchFailed,
  type LaunchEvent,
  type LaunchRecord,
  mergeKill,
  type TaskEnd,
  type Told,
} from '../tasks';
import type { Executor } from './executor';
import type { ExecutorDeps } from './executor-deps';

export interface TaskPlaces {
  /** The executor that a task which begins now is to have; a new one if there is none. */
  readonly executorFor: (task: ExecutorTask) => Executor;
  /** That of a task from an earlier agent; undefined: it never came to one. */
  readonly executorLeft: (task: ExecutorTask) => Executor | undefined;
}

/**
 * A task that a custom executor runs. Its states are what the executor says; the agent writes them down, passes them on, and sees to its
 * volumes: it holds them from its arrival until they are unmounted in the executor's container, or that is gone.
 */
export class ExecutorTask implements KeptTask {
  readonly volumes: readonly TaskVolume[];
  /** Never: it shares that of its executor. */
  readonly container = undefined;
  readonly whenGone: Promise<void>;
  private readonly account: LaunchAccount;
  private resolveGone!: () => void;
  private executor: Executor | undefined;
  private kill: Kill | undefined;
  private isStarting = false;
  /** Handed to the executor, or about to be, as far as an earlier agent has written down. */
  private isHandedOver = false;
  /** Uuids of statuses that the executor has sent, to tell those that it sends again. */
  private readonly known = new Set<string>();
  /** What concerns its end is done one after the other. */
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly given: LaunchRecord,
    file: string,
    private readonly deps: ExecutorDeps,
    readonly keeper: KeeperOf,
    private readonly places: TaskPlaces,
  ) {
    this.volumes = volumesOf(given.info);
    this.account = new LaunchAccount(given, file, deps, () => keeper.onFinished(this));
    this.whenGone = new Promise<void>((resolve) => (this.resolveGone = resolve));
  }

  /** Its sandbox is that of its executor. */
  get record(): LaunchRecord {
    return this.executor ? { ...this.given, sandbox: this.executor.record.sandbox } : this.given;
  }

  get ref(): TaskRef {
    return this.account.ref;
  }

  get state(): TaskState {
    return this.account.state;
  }

  get isOver(): boolean {
    return isTerminal(this.state);
  }

  get isGone(): boolean {
    return this.account.isGone;
  }

  get isBeingKilled(): boolean {
    return this.kill !== undefined && !this.isGone;
  }

  get isHolding(): boolean {
    return this.isStarting && !this.isGone;
  }

  /** The executor has been sent it, as far as we know. */
  get isDelivered(): boolean {
    return this.isHandedOver;
  }

  get pid(): number | undefined {
    return this.isGone ? undefined : this.executor?.pid;
  }

  get statuses(): readonly TaskStatus[] {
    return this.account.reports.statuses;
  }

  get report(): ReportedTask | undefined {
    const { framework, info, launchId } = this.given;
    // What it holds is not released before it is gone, whatever its state says.
    if (this.isOver && this.isHolding) return { framework, info, launchId, state: this.state, isHolding: true };
    return this.account.report;
  }

  /** The kill that its executor is to hear of, and has not obeyed yet. */
  get pendingKill(): Kill | undefined {
    return this.isOver ? undefined : this.kill;
  }

  holderOf({ mode }: TaskVolume): Holder {
    const state = this.kill || this.isOver ? 'ending' : this.isHandedOver ? 'running' : 'pending';
    return { ...this.ref, agentId: this.deps.agentId(), mode, state, sinceMs: this.given.receivedMs };
  }

  async begin(refusal: TaskEnd | undefined): Promise<void> {
    const executor = this.places.executorFor(this);
    this.executor = executor;
    this.isStarting = refusal === undefined;
    // At once, so that the container is started with the volumes of all tasks that come together.
    executor.join(this);
    const problem = await this.account.remember(() => (this.kill ? [{ kind: 'kill', ...this.kill }] : []));
    await executor.admit(this, refusal ?? (problem === undefined ? undefined : launchFailed(problem)));
  }

  async resume(events: readonly LaunchEvent[]): Promise<void> {
    for (const event of events) if (event.kind === 'status') this.known.add(hex(event.status.uuid));
    for (const event of this.account.replay(events)) {
      if (event.kind === 'kill') this.kill = event;
      else this.isHandedOver = true;
    }
    if (this.account.resumeIfOver()) return this.resolveGone();
    this.isStarting = true;
    this.executor = this.places.executorLeft(this);
    if (this.executor) this.executor.join(this);
    else await this.endedWithout(this.kill ? killedDuringLaunch(this.kill) : droppedByRestart);
  }

  /** How it ends if it is killed now: before its executor has it, the agent says so itself (D-058). */
  killedEarly(): TaskEnd | undefined {
    return this.kill && !this.isHandedOver ? killedDuringLaunch(this.kill) : undefined;
  }

  async terminate(wish: KillWish = {}): Promise<void> {
    if (this.isGone || this.isOver) return;
    const { monotonicMs, settings } = this.deps;
    const kill = mergeKill(this.kill, wish, monotonicMs(), this.given.info.killGraceMs ?? settings.killGraceMs);
    this.kill = kill;
    const written = this.account.note({ kind: 'kill', ...kill });
    await this.executor?.kill(this, wish.isAskedOfAll ?? false);
    await written;
  }

  /** One container has them all: it is ended. */
  exceeded({ message, reason, limitation }: Excess): void {
    if (!this.isGone) this.executor?.killBecause({ reason, message, limitation });
  }

  acknowledge(uuid: Uint8Array): boolean {
    return this.account.acknowledge(uuid);
  }

  confirmGone(): void {
    this.account.confirmGone();
  }

  resend(): void {
    this.account.reports.resend();
  }

  async close(): Promise<void> {
    await this.account.close();
  }

  /** Resolves when it is written down that the executor is being sent it. */
  handOver(): Promise<void> {
    return this.account.note({ kind: 'running', sinceMs: this.deps.monotonicMs() });
  }

  handedOver(): void {
    this.isHandedOver = true;
    this.deps.metrics.started(this.deps.world.nowMs() - this.given.receivedMs);
  }

  /** Whether its executor has ever said anything of it. */
  get hasSpoken(): boolean {
    return this.state !== 'TASK_STAGING';
  }

  /** A status of the executor; resolves when it is written down, or is known already. */
  update(status: ExecutorUpdate): Promise<void> {
    return this.inTurn(async () => {
      const uuid = hex(status.uuid);
      if (this.known.has(uuid)) return;
      if (this.isOver) return this.deps.log.warn({ ...this.ref, state: status.state }, 'a status of a task that is over is passed over');
      this.known.add(uuid);
      const { taskId: _task, agentId: _agent, executorId: _executor, ...told } = status;
      this.isHandedOver = true;
      if (isTerminal(status.state)) await this.over(told);
      else await this.account.reports.say(told);
    });
  }

  /** It will not run any more, or never has, and the agent says so. */
  endAs(end: TaskEnd): Promise<void> {
    return this.inTurn(async () => {
      if (!this.isOver) await this.over(end);
    });
  }

  /** It is over, but holds its volumes; resolves when that is written down to be no more so, or could not be changed. */
  freeAgain(): Promise<void> {
    return this.inTurn(async () => {
      if (this.isGone || !(await this.executor?.freeVolumesOf(this))) return;
      await this.account.reports.sayGoneAfterEnd();
      this.gone();
    });
  }

  /** No process of its executor is left. */
  executorGone(end: TaskEnd): Promise<void> {
    return this.inTurn(async () => {
      if (this.isGone) return;
      if (this.isOver) await this.account.reports.sayGoneAfterEnd();
      else await this.told(this.kill ? killed(this.kill, end) : end);
      this.gone();
    });
  }

  /** The volumes first, then the status (A-154, D-053); if they cannot be unmounted, the status goes out all the same (architecture 11.1). */
  private async over(end: Told): Promise<void> {
    const isFree = !this.isStarting || !this.executor || (await this.executor.freeVolumesOf(this));
    if (isFree) {
      await this.told(end);
      this.gone();
    } else {
      await this.account.reports.say(end);
      this.deps.metrics.ended(end.state);
    }
    this.executor?.taskOver(this, end.state);
  }

  private async told(end: Told): Promise<void> {
    await this.account.reports.sayGone(end);
    this.deps.metrics.ended(end.state);
  }

  private gone(): void {
    this.resolveGone();
    this.executor?.leave(this);
  }

  /** It never came to an executor. */
  private async endedWithout(end: TaskEnd): Promise<void> {
    if (this.isOver) await this.account.reports.sayGoneAfterEnd();
    else await this.told(end);
    this.resolveGone();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A task that was told to end is killed, however its executor took it, as one with a container of its own is. */
function killed(kill: Kill, { message }: TaskEnd): TaskEnd {
  if (kill.end) return kill.end;
  const because = kill.because === undefined ? '' : `, because ${kill.because}`;
  return {
    state: 'TASK_KILLED',
    source: 'SOURCE_AGENT',
    reason: kill.isFrameworkRemoved ? 'REASON_FRAMEWORK_REMOVED' : 'REASON_EXECUTOR_TERMINATED',
    message: `Killed${because}. ${message}`,
  };
}
