import { realpath } from 'node:fs/promises';
import type { LaunchId, Timers } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { keyOfVolume, type StatusReason } from '@holdfast/core/tasks';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Logger } from '@holdfast/platform/process';
import type { VolumeDirectories } from '../disks';
import { describeFault } from '../files';
import { measureUsage, type Measuring } from './measure-usage';
import { bytesOf, type DiskUser, type MeasuredSizes, overSize, type OverSize } from './over-size';

/** A task as it is watched: one that may have a process. */
export interface WatchedTask extends DiskUser {
  readonly isHolding: boolean;
  /** Ends it; without effect on one that is being ended. */
  exceeded(excess: Omit<OverSize<unknown>, 'task'> & { readonly reason: StatusReason }): void;
}

export interface UsageWatchDeps {
  readonly tasks: () => Iterable<WatchedTask>;
  /** All of this agent, as they are now. */
  readonly volumes: () => readonly Resource[];
  readonly directories: Pick<VolumeDirectories, 'pathOf'>;
  /** Keeps the output of a running task in bounds. */
  readonly rotateOutput: (sandbox: string) => Promise<void>;
  readonly settings: UsageSettings;
  readonly timers: Timers;
  readonly log: Logger;
  /** Another `du`, for tests. */
  readonly program?: string;
}

export interface UsageSettings {
  /** From the end of one look at the disks to the next. */
  readonly intervalMs: number;
  /** Then a look is given up. */
  readonly timeoutMs: number;
  /** Whether tasks are ended that have more on the disk than they may. */
  readonly isEnforced: boolean;
  /** Output that takes more than this is rotated; less in a whole sandbox is not worth looking at. */
  readonly rotateAboveBytes: number;
}

export interface VolumeUsage {
  readonly volume: Resource;
  readonly sizeBytes: number;
  /** Undefined: not known yet. */
  readonly usedBytes: number | undefined;
}

interface Round {
  readonly tasks: readonly WatchedTask[];
  readonly sandboxes: ReadonlyMap<LaunchId, string>;
  readonly volumes: ReadonlyMap<VolumeKey, Resource>;
  /** Where they lie, if they are to be measured. */
  readonly volumePaths: ReadonlyMap<VolumeKey, string>;
}

/** Looks every now and then at what is in the sandboxes of running tasks and in the volumes, and ends tasks that have too much there. */
export class UsageWatch implements MeasuredSizes {
  private readonly sandboxes = new Map<LaunchId, number>();
  private readonly volumes = new Map<VolumeKey, number>();
  /** Measured when nobody could write to them; until a launch gets them they stay as they are. */
  private readonly settled = new Set<VolumeKey>();
  /** The one that took too long is measured last from then on, so that it does not keep the others from being measured. */
  private slow: string | undefined;
  private measuring: Measuring | undefined;
  private cancelTimer: (() => void) | undefined;
  private isStopped = false;

  constructor(private readonly deps: UsageWatchDeps) {}

  start(): void {
    this.lookLater();
  }

  stop(): void {
    this.isStopped = true;
    this.cancelTimer?.();
    this.measuring?.cancel();
  }

  /** A launch gets the volume, however short it may be. */
  mayChange(volume: VolumeKey): void {
    this.settled.delete(volume);
  }

  /** The volume is no more; another one may come by its name. */
  forget(volume: VolumeKey): void {
    this.volumes.delete(volume);
    this.settled.delete(volume);
  }

  volumeBytes(volume: VolumeKey): number | undefined {
    return this.volumes.get(volume);
  }

  sandboxBytes(launchId: LaunchId): number | undefined {
    return this.sandboxes.get(launchId);
  }

  /** Of every volume that the agent has now. */
  volumeUsages(): readonly VolumeUsage[] {
    return this.deps.volumes().map((volume) => ({
      volume,
      sizeBytes: bytesOf(volume),
      usedBytes: this.volumes.get(keyOfVolume(volume)),
    }));
  }

  /** One look. */
  async look(): Promise<void> {
    const round = await this.planRound();
    const bytes = await this.measure([...round.sandboxes.values(), ...round.volumePaths.values()]);
    this.note(round, bytes);
    const rotated = await this.rotateOutputs(round, bytes);
    if (this.isStopped || !this.deps.settings.isEnforced) return;
    const over = this.overSize(round, bytes);
    // It may be less now.
    const again = new Set(over.map(({ task }) => task.record.sandbox).filter((sandbox) => rotated.has(sandbox)));
    const since = again.size === 0 ? bytes : new Map([...bytes, ...(await this.measure([...again]))]);
    for (const { task, ...excess } of this.overSize(round, since)) {
      task.exceeded({ ...excess, reason: 'REASON_CONTAINER_LIMITATION_DISK' });
    }
  }

  private lookLater(): void {
    this.cancelTimer = this.deps.timers.after(this.deps.settings.intervalMs, () => {
      this.look()
        .catch((fault: unknown) => this.deps.log.error({ err: fault }, 'disk usage could not be looked at'))
        // What cannot even be killed is waited for: another one would only be stuck beside it.
        .then(() => this.measuring?.over)
        .finally(() => {
          if (!this.isStopped) this.lookLater();
        })
        .catch(() => undefined);
    });
  }

  private async planRound(): Promise<Round> {
    const { deps, settled } = this;
    const tasks = [...deps.tasks()].filter(({ isHolding }) => isHolding);
    const volumes = new Map(deps.volumes().map((volume) => [keyOfVolume(volume), volume]));
    const used = new Set(tasks.flatMap(({ volumes: its }) => its.map(({ volume }) => volume)));
    const volumePaths = new Map<VolumeKey, string>();
    for (const [key, volume] of volumes) {
      const located = used.has(key) || !settled.has(key) ? deps.directories.pathOf(volume) : undefined;
      if (located?.ok) volumePaths.set(key, located.value.path);
      if (used.has(key)) settled.delete(key);
      else settled.add(key);
    }
    const sandboxes = new Map(tasks.map(({ record }) => [record.launchId, record.sandbox]));
    for (const known of [this.volumes, settled]) for (const key of known.keys()) if (!volumes.has(key)) known.delete(key);
    for (const launchId of this.sandboxes.keys()) if (!sandboxes.has(launchId)) this.sandboxes.delete(launchId);
    return { tasks, sandboxes, volumes, volumePaths: await realPaths(volumePaths) };
  }

  /** Bytes by path; nothing of what could not be measured. */
  private async measure(all: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { timers, settings, program, log } = this.deps;
    const isSlow = (path: string) => Number(path === this.slow);
    const paths = [...new Set(all)].sort((a, b) => isSlow(a) - isSlow(b));
    if (paths.length === 0 || this.isStopped) return new Map();
    this.measuring = measureUsage(paths, { timers, timeoutMs: settings.timeoutMs, ...(program !== undefined && { program }) });
    const { bytes, problem, stuckAt } = await this.measuring.result;
    this.slow = stuckAt ?? this.slow;
    // Of what vanishes meanwhile du complains, too.
    if (!this.isStopped && (stuckAt !== undefined || bytes.size === 0)) log.warn({ problem }, 'disk usage could not be measured');
    return bytes;
  }

  private note({ sandboxes, volumePaths }: Round, bytes: ReadonlyMap<string, number>): void {
    keep(this.sandboxes, sandboxes, bytes);
    keep(this.volumes, volumePaths, bytes);
    // They may be larger than is known.
    for (const [volume, path] of volumePaths) if (!bytes.has(path)) this.settled.delete(volume);
  }

  /** Only where there may be something to rotate, which saves opening every sandbox; returns which those are. */
  private async rotateOutputs({ sandboxes }: Round, bytes: ReadonlyMap<string, number>): Promise<ReadonlySet<string>> {
    const { rotateOutput, settings, log } = this.deps;
    const large = new Set([...sandboxes.values()].filter((sandbox) => (bytes.get(sandbox) ?? Infinity) > settings.rotateAboveBytes));
    for (const sandbox of large) {
      try {
        await rotateOutput(sandbox);
      } catch (fault) {
        log.warn({ problem: describeFault(fault), sandbox }, 'the output of a task could not be rotated');
      }
    }
    return large;
  }

  /** By what was seen this time, and nothing older. */
  private overSize(
    { tasks, sandboxes, volumes, volumePaths }: Round,
    bytes: ReadonlyMap<string, number>,
  ): readonly OverSize<WatchedTask>[] {
    const running = tasks.filter(({ isHolding }) => isHolding);
    return overSize(running, volumes, {
      sandboxBytes: (launchId) => bytes.get(sandboxes.get(launchId) ?? ''),
      volumeBytes: (volume) => bytes.get(volumePaths.get(volume) ?? ''),
    });
  }
}

/** The root of a MOUNT disk may be a link: that is the operator's choice. */
async function realPaths(paths: ReadonlyMap<VolumeKey, string>): Promise<ReadonlyMap<VolumeKey, string>> {
  return new Map(await Promise.all([...paths].map(async ([key, path]) => [key, await realpath(path).catch(() => path)] as const)));
}

/** What could not be measured this time stays as it was last seen. */
function keep<K>(known: Map<K, number>, paths: ReadonlyMap<K, string>, bytes: ReadonlyMap<string, number>): void {
  for (const [key, path] of paths) {
    const seen = bytes.get(path);
    if (seen !== undefined) known.set(key, seen);
  }
}
