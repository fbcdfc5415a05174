import type { Holder } from '@holdfast/core/base';
import type { ReportedTask } from '@holdfast/contracts';
import { hasCapability } from '@holdfast/core/offers';
import { isTerminal, type TaskRef, type TaskState, type TaskStatus, type TaskVolume, volumesOf } from '@holdfast/core/tasks';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import { type Container, endOf, readContainerLog } from '../containers';
import { DiskFault } from '../disks';
import { faultCode } from '../files';
import { droppedByRestart, endStatus, killedDuringLaunch, launchFailed, type TaskEnd } from './end-status';
import type { Excess, KeptTask, KillWish } from './kept-task';
import { type Kill, Killer, mergeKill } from './kill';
import { LaunchAccount } from './launch-account';
import type { LaunchDeps } from './launch-deps';
import type { LaunchEvent } from './launch-journal';
import type { LaunchRecord } from './launch-record';
import type { Told } from './launch-reports';
import { clearSandbox } from './sandbox';
import { setUpContainer } from './set-up-container';
import { Supervision } from './supervision';
import type { Stage, TaskGroup } from './task-group';

/**
 * One RunTask that is a container of its own, from its arrival to the master's confirmation of its end. Everything that the next agent would
 * have to know is on the disk before it is said to anybody.
 */
export class Launch implements KeptTask {
  readonly volumes: readonly TaskVolume[];
  private readonly account: LaunchAccount;
  private readonly killer: Killer;
  private readonly supervision: Supervision;
  private current: Container | undefined;
  private runningSinceMs: number | undefined;
  private kill: Kill | undefined;
  /** Judged and found good: from then on its volumes are held. */
  private isStarting = false;
  private resolveGone!: () => void;
  readonly whenGone = new Promise<void>((resolve) => (this.resolveGone = resolve));

  constructor(
    readonly record: LaunchRecord,
    /** Its journal, in which its container says how it does, too. */
    private readonly file: string,
    private readonly deps: LaunchDeps,
    private readonly group?: TaskGroup,
  ) {
    this.volumes = volumesOf(record.info);
    this.killer = new Killer(deps);
    this.account = new LaunchAccount(record, file, deps, () => {
      this.killer.stop();
      deps.onFinished(this);
    });
    this.supervision = new Supervision(this, this.account.reports, deps);
    group?.join(this);
  }

  get ref(): TaskRef {
    return this.account.ref;
  }

  get state(): TaskState {
    return this.account.state;
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

  get container(): Container | undefined {
    return this.isGone ? undefined : this.current;
  }

  get pid(): number | undefined {
    return this.container?.entrance;
  }

  get statuses(): readonly TaskStatus[] {
    return this.account.reports.statuses;
  }

  get report(): ReportedTask | undefined {
    return this.account.report;
  }

  holderOf({ mode }: TaskVolume): Holder {
    const state = this.kill ? 'ending' : this.current?.hasRun ? 'running' : 'pending';
    return { ...this.ref, agentId: this.deps.agentId(), mode, state, sinceMs: this.record.receivedMs };
  }

  async begin(refusal: TaskEnd | undefined, traceParent: string | undefined): Promise<void> {
    this.isStarting = refusal === undefined;
    const attributes = { [ATTR.taskId]: this.record.info.taskId, [ATTR.launchId]: this.record.launchId };
    await withSpan(
      'run task',
      attributes,
      async (span) => {
        // Of a group none starts before all are written down.
        const first = this.isStarting && !this.kill && !this.group ? STARTING : undefined;
        const problem = await this.account.remember(() => (this.kill ? [{ kind: 'kill', ...this.kill }] : []), first);
        const early = await this.agreed('written', refusal ?? (problem === undefined ? undefined : launchFailed(problem)));
        const end = early ?? (await this.start());
        if (end) await this.ended(end);
        span.setAttribute(ATTR.taskState, this.state);
      },
      traceParent === undefined ? {} : { traceParent },
    );
  }

  async resume(events: readonly LaunchEvent[]): Promise<void> {
    for (const event of this.account.replay(events)) {
      if (event.kind === 'kill') this.kill = event;
      else this.runningSinceMs ??= event.sinceMs;
    }
    if (this.account.resumeIfOver()) return this.resolveGone();
    this.isStarting = true;
    const { launchId, isolation, bootId } = this.record;
    const given = this.group?.endOf(this);
    if (!given && bootId !== this.deps.settings.bootId) return this.endedWithMachine();
    const container = await this.deps.runtime.adopt(launchId, isolation, this.file);
    if (given) return this.endedBefore(container, given);
    if (!container) return this.ended(this.neverStarted());
    this.follow(container);
    if (this.kill) this.killer.carryOut(this.kill, container, true);
  }

  /**
   * Ends it: SIGTERM, and after the grace SIGKILL (D-057). Its group goes with it (D-058). Resolves when that is written down.
   */
  async terminate(wish: KillWish = {}): Promise<void> {
    if (this.isGone || isTerminal(this.state)) return;
    const { monotonicMs, settings } = this.deps;
    const isFirst = this.kill === undefined;
    const kill = mergeKill(this.kill, wish, monotonicMs(), this.record.info.killGraceMs ?? settings.killGraceMs);
    this.kill = kill;
    this.supervision.stop();
    const written = this.account.note({ kind: 'kill', ...kill });
    // What has used too much is not asked to end.
    if (isFirst && !kill.end?.limitation) this.sayKilling();
    if (this.current) this.killer.carryOut(kill, this.current, isFirst);
    if (!wish.isAskedOfAll) await this.group?.endOthers(this, kill.because ?? becauseOf(kill, this.ref));
    await written;
  }

  exceeded({ message, reason, limitation }: Excess): void {
    if (this.kill?.graceMs === 0) return;
    void this.terminate({ graceMs: 0, end: { state: 'TASK_FAILED', source: 'SOURCE_AGENT', reason, message, limitation } });
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

  close(): Promise<void> {
    this.killer.stop();
    this.supervision.stop();
    return this.account.close();
  }

  /** Undefined: it runs, or is over and has been reported. */
  private async start(): Promise<TaskEnd | undefined> {
    if (this.group) return this.startWithGroup(this.group);
    const problem = await this.setUp();
    const { current } = this;
    if (problem || !current) return problem;
    this.follow(current);
    await this.mounting(current.whenRunning);
    return undefined;
  }

  /** Set up beside the others, it runs when all are. */
  private async startWithGroup({ gate }: TaskGroup): Promise<TaskEnd | undefined> {
    const problem = await this.setUp(gate);
    const { current } = this;
    if (current) await this.mounting(Promise.race([current.whenReady, current.whenGone]));
    const lost = current && !current.isReady ? endStatus(await current.whenGone, this.kill, false) : undefined;
    const end = await this.agreed('ready', problem ?? lost);
    if (!current) return end;
    if (end) {
      current.kill();
      await current.whenGone;
      return end;
    }
    this.deps.runtime.release(current);
    this.follow(current);
    await current.whenRunning;
    return undefined;
  }

  /** What the group makes of how far this one has come; a task by itself goes its own way. */
  private agreed(stage: Stage, end: TaskEnd | undefined): Promise<TaskEnd | undefined> {
    return this.group ? this.group.meet(this, stage, end) : Promise.resolve(end);
  }

  /** Up to its container, which is there unless it cannot be. */
  private async setUp(gate?: string): Promise<TaskEnd | undefined> {
    const killed = () => this.kill && killedDuringLaunch(this.kill);
    const early = killed();
    if (early) return early;
    if (!this.account.reports.hasSaid('TASK_STARTING')) void this.account.reports.say(STARTING);
    const started = await this.deps.slots.during(async () => {
      const late = killed();
      return late ?? setUpContainer(this, { log: this.file, ...(gate !== undefined && { gate }) }, killed, this.deps);
    });
    if ('state' in started) return started;
    this.current = started;
    if (this.kill) this.killer.carryOut(this.kill, started, true);
    return undefined;
  }

  private async mounting(set: Promise<unknown>): Promise<void> {
    const volumes = this.volumes.map(({ volume }) => volume);
    if (volumes.length === 0) await set;
    else await withSpan('mount volumes', { [ATTR.volumeId]: volumes }, () => set);
  }

  private follow(container: Container): void {
    this.current = container;
    this.seeThrough(container).catch((fault: unknown) => {
      // Whether anything of it is left is not known, so its volumes stay held.
      this.deps.log.error({ err: fault, ...this.ref }, 'the end of a task could not be made out');
    });
  }

  private async seeThrough(container: Container): Promise<void> {
    await container.whenRunning;
    if (container.hasRun) await this.running(container);
    const end = await container.whenGone;
    await this.ended(endStatus(end, this.kill, container.hasRun));
  }

  private async running(container: Container): Promise<void> {
    const { monotonicMs, metrics, world } = this.deps;
    const sinceMs = (this.runningSinceMs ??= monotonicMs());
    if (!this.account.reports.hasSaid('TASK_RUNNING')) {
      metrics.started(world.nowMs() - this.record.receivedMs);
      await this.account.reports.say({ state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR' }, { kind: 'running', sinceMs });
    }
    if (!this.kill) this.supervision.start(container, sinceMs);
  }

  /** Once, and only to a framework that wants to know; what has not run is ended without. */
  private sayKilling(): void {
    if (!this.current?.hasRun || !hasCapability(this.record.framework, 'TASK_KILLING_STATE')) return;
    void this.account.reports.say({ state: 'TASK_KILLING', source: 'SOURCE_EXECUTOR', message: 'Asked to end' });
  }

  private async endedWithMachine(): Promise<void> {
    const log = await readContainerLog(this.file);
    if (log.mark === undefined) return this.ended(this.neverStarted());
    const end = endOf(log, undefined);
    const isKnown = end.kind !== 'lost';
    return this.ended(
      endStatus(isKnown ? end : { kind: 'lost', problem: 'the machine was restarted while it ran' }, this.kill, log.isRunning),
    );
  }

  /** Of a group that an earlier agent has given up, or left before it was let go. */
  private async endedBefore(container: Container | undefined, end: TaskEnd): Promise<void> {
    container?.kill();
    await container?.whenGone;
    return this.ended(end);
  }

  private neverStarted(): TaskEnd {
    return this.kill ? killedDuringLaunch(this.kill) : droppedByRestart;
  }

  /** In this order: no process, hence no mounts; links taken away; written down; told (architecture 11.2). */
  private async ended(end: TaskEnd): Promise<void> {
    this.killer.stop();
    this.supervision.stop();
    await this.clearSandbox();
    // Before a master can have heard of it: it would confirm, and this end be forgotten while the group does not know of it.
    await this.group?.ended(this, end);
    await this.account.reports.sayGone(end);
    this.deps.metrics.ended(end.state);
    this.resolveGone();
  }

  private async clearSandbox(): Promise<void> {
    try {
      await clearSandbox(
        this.record,
        this.record.isolation === 'plain' ? this.deps.access.locate(this.volumes) : [],
        this.deps.world.nowMs(),
      );
    } catch (fault) {
      // It was never made, or never could be.
      if (faultCode(fault) === 'ENOENT' || fault instanceof DiskFault) return;
      this.deps.log.warn({ err: fault, ...this.ref }, 'a sandbox could not be cleared');
    }
  }
}

const STARTING: Told = { state: 'TASK_STARTING', source: 'SOURCE_EXECUTOR' };

/** Why the others of its group go with it. */
const becauseOf = ({ end }: Kill, { taskId }: TaskRef): string =>
  end ? `task ${taskId} of its group was ended (${end.message})` : `task ${taskId} of its group was killed`;
