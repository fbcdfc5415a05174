import { rm } from 'node:fs/promises';
import type { AgentId, Holder, World } from '@holdfast/core/base';
import type { AgentMessage, ReportedTask } from '@holdfast/contracts';
import { hasCapability } from '@holdfast/core/offers';
import { isTerminal, type TaskRef, type TaskState, type TaskVolume, volumesOf } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import { type Container, type ContainerMount, type ContainerRuntime, endOf, LaunchFault, readContainerLog } from '../containers';
import { DiskFault, type VolumeDirectories } from '../disks';
import { describeFault, faultCode } from '../files';
import { type PendingStatus, Repeater, type RetryTimes, UpdateStream } from '../updates';
import { droppedByRestart, endStatus, type KillCause, killedDuringLaunch, launchFailed, type TaskEnd } from './end-status';
import { type LaunchEvent, LaunchJournal } from './launch-journal';
import type { LaunchRecord } from './launch-record';
import { type ContainerSurroundings, planContainer, planMounts, requireVolumes } from './plan-container';
import { clearSandbox, makeSandbox } from './sandbox';
import type { TaskMetrics } from './task-metrics';

export interface LaunchSettings extends Omit<ContainerSurroundings, 'agentId'> {
  readonly updateRetry: RetryTimes;
  readonly bootId: string;
}

export interface LaunchDeps {
  readonly world: World;
  readonly log: Logger;
  readonly runtime: ContainerRuntime;
  readonly directories: VolumeDirectories;
  readonly settings: LaunchSettings;
  readonly metrics: TaskMetrics;
  readonly agentId: () => AgentId;
  /** To the master, if there is one just now. */
  readonly send: (message: AgentMessage) => void;
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

/**
 * One RunTask, from its arrival to the master's confirmation of its end. Everything that the next agent would have to know is on the disk
 * before it is said to anybody.
 */
export class Launch {
  readonly volumes: readonly TaskVolume[];
  private readonly journal: LaunchJournal;
  private readonly updates: UpdateStream;
  private readonly goneRepeater: Repeater;
  private container: Container | undefined;
  private kill: Kill | undefined;
  private cancelKillTimer: (() => void) | undefined;
  /** On the disk, so that events can be added to it. */
  private isRemembered = false;
  private hasSaidRunning = false;
  /** Judged and found good: from then on its volumes are held. */
  private isStarting = false;
  private isGone = false;
  private isGoneConfirmed = false;
  private resolveGone!: () => void;
  /** Resolves when no process of it is left. */
  readonly whenGone = new Promise<void>((resolve) => (this.resolveGone = resolve));

  constructor(
    readonly record: LaunchRecord,
    private readonly files: LaunchFiles,
    private readonly deps: LaunchDeps,
  ) {
    const { world, log, settings } = deps;
    this.volumes = volumesOf(record.info);
    this.journal = new LaunchJournal(files.journal, (fault) =>
      log.error({ err: fault, ...this.ref }, 'what happened to a task could not be written down'),
    );
    this.updates = new UpdateStream({
      send: (status, latestState) => this.sendStatus(status, latestState),
      times: settings.updateRetry,
      timers: world,
    });
    this.goneRepeater = new Repeater(() => deps.send({ kind: 'task_gone', ...this.ref, cause: this.state }), settings.updateRetry, world);
  }

  get ref(): TaskRef {
    const { framework, info, launchId } = this.record;
    return { frameworkId: framework.id ?? '', taskId: info.taskId, launchId };
  }

  /** The newest state, which the master may not have been told yet. */
  get state(): TaskState {
    return this.updates.latestState;
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
    return isTerminal(this.state) && this.updates.isDrained ? undefined : { framework, info, launchId, state: this.state };
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
        const end = refusal ?? (problem === undefined ? await this.start() : launchFailed(problem));
        if (end) await this.ended(end);
        span.setAttribute(ATTR.taskState, this.state);
      },
      traceParent === undefined ? {} : { traceParent },
    );
  }

  /** Goes on where an earlier agent has stopped. */
  async resume(events: readonly LaunchEvent[]): Promise<void> {
    this.isRemembered = true;
    for (const event of events) this.replay(event);
    if (this.isGone && isTerminal(this.state)) {
      this.resolveGone();
      if (this.isGoneConfirmed) this.finishIfConfirmed();
      else this.goneRepeater.start();
      return;
    }
    this.isGone = false;
    this.isStarting = true;
    const { launchId, isolation, bootId } = this.record;
    if (bootId !== this.deps.settings.bootId) return this.endedWithMachine();
    const container = await this.deps.runtime.adopt(launchId, isolation, this.files.log);
    if (!container) return this.ended(this.neverStarted());
    this.follow(container);
    if (this.kill) this.carryOutKill();
  }

  /** Ends it: SIGTERM, and after the grace SIGKILL (D-057). Asked again, the grace can only become shorter; it counts from the first time. */
  terminate(options: { readonly graceMs?: number; readonly isFrameworkRemoved?: boolean } = {}): void {
    if (this.isGone || isTerminal(this.state)) return;
    const { world, settings } = this.deps;
    const isFirst = this.kill === undefined;
    const graceMs = options.graceMs ?? this.kill?.graceMs ?? this.record.info.killGraceMs ?? settings.killGraceMs;
    this.kill = {
      startMs: this.kill?.startMs ?? world.nowMs(),
      graceMs: Math.min(graceMs, this.kill?.graceMs ?? Infinity),
      isFrameworkRemoved: options.isFrameworkRemoved ?? this.kill?.isFrameworkRemoved ?? false,
    };
    if (this.isRemembered) void this.journal.append({ kind: 'kill', ...this.kill });
    const tellsKilling = isFirst && this.container?.hasRun && hasCapability(this.record.framework, 'TASK_KILLING_STATE');
    if (tellsKilling) void this.say({ state: 'TASK_KILLING', source: 'SOURCE_EXECUTOR', message: 'Asked to end' });
    this.carryOutKill(isFirst);
  }

  /** False: not the status that waits. */
  acknowledge(uuid: Uint8Array): boolean {
    if (!this.updates.acknowledge(uuid)) return false;
    if (!this.finishIfConfirmed()) void this.journal.append({ kind: 'acknowledged', uuid });
    return true;
  }

  confirmGone(): void {
    if (!this.isGone || this.isGoneConfirmed) return;
    this.isGoneConfirmed = true;
    this.goneRepeater.stop();
    if (!this.finishIfConfirmed()) void this.journal.append({ kind: 'gone_confirmed' });
  }

  /** A master has registered us and may have missed anything. */
  resend(): void {
    this.updates.resend();
    if (this.isGone && !this.isGoneConfirmed) this.goneRepeater.start();
  }

  /** No more timers; what is not confirmed is the next agent's. */
  stop(): void {
    this.cancelKillTimer?.();
    this.updates.stop();
    this.goneRepeater.stop();
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
    if (this.kill) return killedDuringLaunch(this.kill);
    void this.say({ state: 'TASK_STARTING', source: 'SOURCE_EXECUTOR' });
    try {
      await requireVolumes(this.volumes, this.deps.directories);
      const mounts = this.mounts();
      await makeSandbox(this.record, mounts);
      if (this.kill) return killedDuringLaunch(this.kill);
      await this.launch(mounts);
      return undefined;
    } catch (fault) {
      if (fault instanceof LaunchFault || fault instanceof DiskFault) return launchFailed(fault.message);
      if (faultCode(fault) === undefined) throw fault;
      return launchFailed(
        faultCode(fault) === 'EEXIST' ? 'its sandbox is there already: this launch has been made before' : describeFault(fault),
      );
    }
  }

  private async launch(mounts: readonly ContainerMount[]): Promise<void> {
    const { runtime, settings, agentId } = this.deps;
    const container = await runtime.launch(planContainer(this.record, mounts, { ...settings, agentId: agentId() }), this.files.log);
    this.follow(container);
    if (this.kill) this.carryOutKill();
    const volumes = this.volumes.map(({ volume }) => volume);
    if (volumes.length === 0) await container.whenRunning;
    else await withSpan('mount volumes', { [ATTR.volumeId]: volumes }, () => container.whenRunning);
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
    if (container.hasRun && !this.hasSaidRunning) {
      this.hasSaidRunning = true;
      this.deps.metrics.started(this.deps.world.nowMs() - this.record.receivedMs);
      await this.say({ state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR' });
    }
    const end = await container.whenGone;
    await this.ended(endStatus(end, this.kill, container.hasRun));
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

  private neverStarted(): TaskEnd {
    return this.kill ? killedDuringLaunch(this.kill) : droppedByRestart;
  }

  /** In this order: no process, hence no mounts; links taken away; written down; told (architecture 11.2). */
  private async ended(end: TaskEnd): Promise<void> {
    this.cancelKillTimer?.();
    await this.clearSandbox();
    this.isGone = true;
    const status = this.statusOf(end);
    // The status first: a master that learns of the end from it releases the volumes before it passes the status on.
    await this.reporting(status, () => this.journal.append({ kind: 'gone' }, { kind: 'status', status }));
    this.goneRepeater.start();
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

  private async say(what: Omit<TaskEnd, 'message'> & { readonly message?: string }): Promise<void> {
    const status = this.statusOf(what);
    await this.reporting(status, () => this.journal.append({ kind: 'status', status }));
  }

  /** Written down, then told; a span in the trace of the launch, however long after it. */
  private reporting(status: PendingStatus, write: () => Promise<void>): Promise<void> {
    return withSpan('report task status', { [ATTR.taskState]: status.state }, async () => {
      await write();
      this.updates.push(status);
    });
  }

  private statusOf(what: Omit<TaskEnd, 'message'> & { readonly message?: string }): PendingStatus {
    const { world, agentId } = this.deps;
    const uuid = Buffer.from(world.ids.uuid().replaceAll('-', ''), 'hex');
    return { ...what, taskId: this.record.info.taskId, agentId: agentId(), timestampMs: world.nowMs(), uuid };
  }

  private sendStatus(status: PendingStatus, latestState: TaskState): void {
    const { frameworkId, launchId } = this.ref;
    this.deps.send({ kind: 'task_update', frameworkId, launchId, status, latestState });
  }

  private replay(event: LaunchEvent): void {
    switch (event.kind) {
      case 'status':
        this.hasSaidRunning ||= event.status.state === 'TASK_RUNNING';
        return this.updates.push(event.status);
      case 'acknowledged':
        return void this.updates.acknowledge(event.uuid);
      case 'kill':
        this.kill = event;
        return;
      case 'gone':
        this.isGone = true;
        return;
      case 'gone_confirmed':
        this.isGoneConfirmed = true;
    }
  }

  /** True: nothing is left to do, and the files are going. */
  private finishIfConfirmed(): boolean {
    if (!this.isGone || !this.isGoneConfirmed || !this.updates.isDrained) return false;
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
