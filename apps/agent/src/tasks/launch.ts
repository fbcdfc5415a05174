import { rm } from 'node:fs/promises';
import type { AgentId, Holder, World } from '@holdfast/core/base';
import type { ReportedTask } from '@holdfast/contracts';
import { hasCapability } from '@holdfast/core/offers';
import { isTerminal, type TaskRef, type TaskState, type TaskVolume, volumesOf } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import { type Container, type ContainerMount, type ContainerRuntime, endOf, LaunchFault, readContainerLog } from '../containers';
import { DiskFault, type VolumeDirectories } from '../disks';
import { describeFault, faultCode } from '../files';
import type { RetryTimes } from '../updates';
import { droppedByRestart, endStatus, type KillCause, killedDuringLaunch, launchFailed, type TaskEnd } from './end-status';
import { type LaunchEvent, LaunchJournal } from './launch-journal';
import type { LaunchRecord } from './launch-record';
import { LaunchReports, type ReportDeps } from './launch-reports';
import { type ContainerSurroundings, planContainer, planMounts, requireVolumes } from './plan-container';
import { clearSandbox, makeSandbox } from './sandbox';
import type { Stage, TaskGroup } from './task-group';
import type { TaskMetrics } from './task-metrics';

export interface LaunchSettings extends Omit<ContainerSurroundings, 'agentId'> {
  readonly updateRetry: RetryTimes;
  readonly bootId: string;
}

export interface LaunchDeps extends ReportDeps {
  readonly world: World;
  readonly log: Logger;
  readonly runtime: ContainerRuntime;
  readonly directories: VolumeDirectories;
  readonly settings: LaunchSettings;
  readonly metrics: TaskMetrics;
  readonly agentId: () => AgentId;
  /** Whether another launch of this agent has the volume. */
  readonly isUsedByOthers: (launch: Launch, volume: VolumeKey) => boolean;
  /** The master has confirmed everything; it may be forgotten. */
  readonly onFinished: (launch: Launch) => void;
}

/** What one launch keeps on the disk; in a directory that all share, so that starting and ending make few changes there. */
export interface LaunchFiles {
  readonly journal: string;
  /** Written by the container and its spawner. */
  readonly log: string;
}

interface Kill extends KillCause {
  readonly startMs: number;
  readonly graceMs: number;
}

export interface KillWish extends Partial<KillCause> {
  /** Else that of the task. */
  readonly graceMs?: number;
  /** Whoever asks, asks the others of its group as well. */
  readonly isAskedOfAll?: boolean;
}

/**
 * One RunTask, from its arrival to the master's confirmation of its end. Everything that the next agent would have to know is on the disk
 * before it is said to anybody.
 */
export class Launch {
  readonly volumes: readonly TaskVolume[];
  private readonly journal: LaunchJournal;
  private readonly reports: LaunchReports;
  private container: Container | undefined;
  private kill: Kill | undefined;
  private cancelKillTimer: (() => void) | undefined;
  /** On the disk, so that events can be added to it. */
  private isRemembered = false;
  /** Judged and found good: from then on its volumes are held. */
  private isStarting = false;
  private resolveGone!: () => void;
  /** Resolves when no process of it is left. */
  readonly whenGone = new Promise<void>((resolve) => (this.resolveGone = resolve));

  constructor(
    readonly record: LaunchRecord,
    private readonly files: LaunchFiles,
    private readonly deps: LaunchDeps,
    private readonly group?: TaskGroup,
  ) {
    this.volumes = volumesOf(record.info);
    this.journal = new LaunchJournal(files.journal, (fault) =>
      deps.log.error({ err: fault, ...this.ref }, 'what happened to a task could not be written down'),
    );
    this.reports = new LaunchReports(record, this.journal, deps);
    group?.join(this);
  }

  get ref(): TaskRef {
    return this.reports.ref;
  }

  /** The newest state, which the master may not have been told yet. */
  get state(): TaskState {
    return this.reports.state;
  }

  /** No process of it is left. */
  get isGone(): boolean {
    return this.reports.isGone;
  }

  get isBeingKilled(): boolean {
    return this.kill !== undefined && !this.isGone;
  }

  /** True while a process of it may exist. */
  get isHolding(): boolean {
    return this.isStarting && !this.isGone;
  }

  get pid(): number | undefined {
    return this.isGone ? undefined : this.container?.mark.pid;
  }

  /** As it stands in the report to a master that may know nothing: until it is gone, and until its last state has been acknowledged. */
  get report(): ReportedTask | undefined {
    const { framework, info, launchId } = this.record;
    return isTerminal(this.state) && this.reports.isDrained ? undefined : { framework, info, launchId, state: this.state };
  }

  holderOf({ mode }: TaskVolume): Holder {
    const state = this.kill ? 'ending' : this.container?.hasRun ? 'running' : 'pending';
    return { ...this.ref, agentId: this.deps.agentId(), mode, state, sinceMs: this.record.receivedMs };
  }

  /** Starts it, or with a refusal only reports that. Resolves when its command runs or never will. */
  async begin(refusal: TaskEnd | undefined, traceParent: string | undefined): Promise<void> {
    this.isStarting = refusal === undefined;
    const attributes = { [ATTR.taskId]: this.record.info.taskId, [ATTR.launchId]: this.record.launchId };
    await withSpan(
      'run task',
      attributes,
      async (span) => {
        const problem = await this.remember();
        const early = await this.agreed('written', refusal ?? (problem === undefined ? undefined : launchFailed(problem)));
        const end = early ?? (await this.start());
        if (end) await this.ended(end);
        span.setAttribute(ATTR.taskState, this.state);
      },
      traceParent === undefined ? {} : { traceParent },
    );
  }

  /** Goes on where an earlier agent has stopped. */
  async resume(events: readonly LaunchEvent[]): Promise<void> {
    this.isRemembered = true;
    for (const event of events) {
      if (event.kind === 'kill') this.kill = event;
      else this.reports.replay(event);
    }
    if (this.isGone && isTerminal(this.state)) {
      this.resolveGone();
      if (!this.finishIfConfirmed()) this.reports.resend();
      return;
    }
    this.reports.retractGone();
    this.isStarting = true;
    const { launchId, isolation, bootId } = this.record;
    const given = this.group?.endOf(this);
    if (!given && bootId !== this.deps.settings.bootId) return this.endedWithMachine();
    const container = await this.deps.runtime.adopt(launchId, isolation, this.files.log);
    if (given) return this.endedBefore(container, given);
    if (!container) return this.ended(this.neverStarted());
    this.follow(container);
    if (this.kill) this.carryOutKill();
  }

  /**
   * Ends it: SIGTERM, and after the grace SIGKILL (D-057). Asked again, the grace can only become shorter; it counts from the first time.
   * Its group goes with it (D-058). Resolves when that is written down.
   */
  async terminate(wish: KillWish = {}): Promise<void> {
    if (this.isGone || isTerminal(this.state)) return;
    const { world, settings } = this.deps;
    const isFirst = this.kill === undefined;
    const graceMs = wish.graceMs ?? this.kill?.graceMs ?? this.record.info.killGraceMs ?? settings.killGraceMs;
    const because = this.kill ? this.kill.because : wish.because;
    const kill: Kill = {
      startMs: this.kill?.startMs ?? world.nowMs(),
      graceMs: Math.min(graceMs, this.kill?.graceMs ?? Infinity),
      isFrameworkRemoved: wish.isFrameworkRemoved ?? this.kill?.isFrameworkRemoved ?? false,
      ...(because !== undefined && { because }),
    };
    this.kill = kill;
    const written = this.isRemembered ? this.journal.append({ kind: 'kill', ...kill }) : undefined;
    if (isFirst) this.sayKilling();
    this.carryOutKill(isFirst);
    if (!wish.isAskedOfAll) await this.group?.endOthers(this, because ?? `task ${this.ref.taskId} of its group was killed`);
    await written;
  }

  /** False: not the status that waits. */
  acknowledge(uuid: Uint8Array): boolean {
    const isExpected = this.reports.acknowledge(uuid);
    if (isExpected) this.finishIfConfirmed();
    return isExpected;
  }

  confirmGone(): void {
    this.reports.confirmGone();
    this.finishIfConfirmed();
  }

  /** A master has registered us and may have missed anything. */
  resend(): void {
    this.reports.resend();
  }

  /** No more timers; what is not confirmed is the next agent's. */
  stop(): void {
    this.cancelKillTimer?.();
    this.reports.stop();
  }

  /** Resolves when all that happened is written down. */
  close(): Promise<void> {
    this.stop();
    return this.journal.close();
  }

  private async remember(): Promise<string | undefined> {
    try {
      await this.journal.create(this.record);
      this.isRemembered = true;
      if (this.kill) void this.journal.append({ kind: 'kill', ...this.kill });
      return undefined;
    } catch (fault) {
      return `the agent cannot write it down: ${describeFault(fault)}`;
    }
  }

  /** Undefined: it runs, or is over and has been reported. */
  private async start(): Promise<TaskEnd | undefined> {
    if (this.group) return this.startWithGroup();
    const problem = await this.setUp();
    const { container } = this;
    if (problem || !container) return problem;
    this.follow(container);
    await this.mounting(container.whenRunning);
    return undefined;
  }

  /** Set up beside the others, it runs when all are. */
  private async startWithGroup(): Promise<TaskEnd | undefined> {
    const problem = await this.setUp();
    const { container } = this;
    if (container) await this.mounting(Promise.race([container.whenReady, container.whenGone]));
    const lost = container && !container.isReady ? endStatus(await container.whenGone, this.kill, false) : undefined;
    const end = await this.agreed('ready', problem ?? lost);
    if (!container) return end;
    if (end) {
      container.kill();
      await container.whenGone;
      return end;
    }
    this.deps.runtime.release(container);
    this.follow(container);
    await container.whenRunning;
    return undefined;
  }

  /** What the group makes of how far this one has come; a task by itself goes its own way. */
  private agreed(stage: Stage, end: TaskEnd | undefined): Promise<TaskEnd | undefined> {
    return this.group ? this.group.meet(this, stage, end) : Promise.resolve(end);
  }

  /** Up to its container, which is there unless it cannot be. */
  private async setUp(): Promise<TaskEnd | undefined> {
    if (this.kill) return killedDuringLaunch(this.kill);
    void this.reports.say({ state: 'TASK_STARTING', source: 'SOURCE_EXECUTOR' });
    try {
      await requireVolumes(this.volumes, this.deps.directories);
      const mounts = this.mounts();
      await makeSandbox(this.record, mounts);
      if (this.kill) return killedDuringLaunch(this.kill);
      const { runtime, settings, agentId } = this.deps;
      const spec = planContainer(this.record, mounts, { ...settings, agentId: agentId() });
      this.container = await runtime.launch(this.group ? { ...spec, gate: this.group.gate } : spec, this.files.log);
      if (this.kill) this.carryOutKill();
      return undefined;
    } catch (fault) {
      if (fault instanceof LaunchFault || fault instanceof DiskFault) return launchFailed(fault.message);
      if (faultCode(fault) === undefined) throw fault;
      return launchFailed(
        faultCode(fault) === 'EEXIST' ? 'its sandbox is there already: this launch has been made before' : describeFault(fault),
      );
    }
  }

  private async mounting(set: Promise<unknown>): Promise<void> {
    const volumes = this.volumes.map(({ volume }) => volume);
    if (volumes.length === 0) await set;
    else await withSpan('mount volumes', { [ATTR.volumeId]: volumes }, () => set);
  }

  private follow(container: Container): void {
    this.container = container;
    this.seeThrough(container).catch((fault: unknown) => {
      // Whether anything of it is left is not known, so its volumes stay held.
      this.deps.log.error({ err: fault, ...this.ref }, 'the end of a task could not be made out');
    });
  }

  private async seeThrough(container: Container): Promise<void> {
    await container.whenRunning;
    if (container.hasRun && !this.reports.hasSaid('TASK_RUNNING')) {
      this.deps.metrics.started(this.deps.world.nowMs() - this.record.receivedMs);
      await this.reports.say({ state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR' });
    }
    const end = await container.whenGone;
    await this.ended(endStatus(end, this.kill, container.hasRun));
  }

  /** Once, and only to a framework that wants to know; what has not run is ended without. */
  private sayKilling(): void {
    if (!this.container?.hasRun || !hasCapability(this.record.framework, 'TASK_KILLING_STATE')) return;
    void this.reports.say({ state: 'TASK_KILLING', source: 'SOURCE_EXECUTOR', message: 'Asked to end' });
  }

  private carryOutKill(isFirst = true): void {
    const { container, kill } = this;
    if (!container || !kill) return;
    this.cancelKillTimer?.();
    const { world } = this.deps;
    const leftMs = kill.startMs + kill.graceMs - world.nowMs();
    if (!container.hasRun || leftMs <= 0) return container.kill();
    if (isFirst) container.terminate();
    this.cancelKillTimer = world.after(leftMs, () => container.kill());
  }

  private async endedWithMachine(): Promise<void> {
    const log = await readContainerLog(this.files.log);
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
    this.cancelKillTimer?.();
    await this.clearSandbox();
    // Before a master can have heard of it: it would confirm, and this end be forgotten while the group does not know of it.
    await this.group?.ended(this, end);
    await this.reports.sayGone(end);
    this.deps.metrics.ended(end.state);
    this.resolveGone();
  }

  private async clearSandbox(): Promise<void> {
    try {
      await clearSandbox(this.record, this.record.isolation === 'plain' ? this.mounts() : [], this.deps.world.nowMs());
    } catch (fault) {
      // It was never made, or never could be.
      if (faultCode(fault) === 'ENOENT' || fault instanceof DiskFault) return;
      this.deps.log.warn({ err: fault, ...this.ref }, 'a sandbox could not be cleared');
    }
  }

  /** True: nothing is left to do, and the files are going. */
  private finishIfConfirmed(): boolean {
    if (!this.reports.isComplete) return false;
    this.stop();
    this.removeFiles().catch((fault: unknown) =>
      this.deps.log.warn({ err: fault, ...this.ref }, 'the files of an ended task could not be removed'),
    );
    this.deps.onFinished(this);
    return true;
  }

  /** The journal last: without it nobody would know what the log is of. */
  private async removeFiles(): Promise<void> {
    await this.journal.close();
    await rm(this.files.log, { force: true });
    await rm(this.files.journal, { force: true });
  }

  private mounts(): readonly ContainerMount[] {
    return planMounts(this.volumes, this.deps.directories, ({ volume }) => this.deps.isUsedByOthers(this, volume));
  }
}
