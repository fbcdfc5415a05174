import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FrameworkId, type Holder, type LaunchId, type TaskId } from '@holdfast/core/base';
import type { MasterMessage, ReportedTask } from '@holdfast/contracts';
import type { TaskRef } from '@holdfast/core/tasks';
import { idProblem } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Isolation } from '../containers';
import { Launch, type LaunchDeps } from './launch';
import { type JournalContent, LaunchJournal } from './launch-journal';
import type { LaunchRecord } from './launch-record';
import { userOf } from './plan-container';
import { type LaunchSurroundings, refuseLaunch } from './plan-launch';

export interface TaskKeeperDeps extends Omit<LaunchDeps, 'isUsedByOthers' | 'onFinished'> {
  /** `meta/tasks` */
  readonly directory: string;
  /** Where sandboxes are made. */
  readonly sandboxes: string;
  readonly isolation: Isolation;
}

/** What the agent has at a launch's place in the order. */
export type KnownResources = Pick<LaunchSurroundings, 'checkpointed' | 'destroying' | 'creationFailure'>;

type RunTask = Extract<MasterMessage, { kind: 'run_task' }>;

/** Finished launches that are remembered so that a RunTask which comes twice runs once. */
const FINISHED_KEPT = 10_000;

/** The tasks of this agent: those that run, and those whose end the master has not yet confirmed. */
export class TaskKeeper {
  private readonly launches = new Map<LaunchId, Launch>();
  /** Launches under one task id: a new one may come while the end of the last is still being confirmed. */
  private readonly byTask = new Map<string, Set<Launch>>();
  private readonly byVolume = new Map<VolumeKey, Set<Launch>>();
  private readonly finished = new Set<LaunchId>();
  private readonly launchDeps: LaunchDeps;

  private constructor(private readonly deps: TaskKeeperDeps) {
    this.launchDeps = {
      ...deps,
      isUsedByOthers: (launch, volume) => this.isUsed(volume, launch),
      onFinished: (launch) => this.forget(launch),
    };
  }

  /** Takes over what an earlier agent has left (A-180, D-079): live tasks go on, ended ones are reported. */
  static async recover(deps: TaskKeeperDeps): Promise<TaskKeeper> {
    const keeper = new TaskKeeper(deps);
    for (const name of await readdir(deps.directory)) if (name.endsWith(JOURNAL)) await keeper.recoverLaunch(name);
    return keeper;
  }

  /** How many tasks may have a process. */
  get runningCount(): number {
    return [...this.launches.values()].filter(({ isHolding }) => isHolding).length;
  }

  all(): Iterable<Launch> {
    return this.launches.values();
  }

  ownsSandbox(path: string): boolean {
    for (const { record } of this.launches.values()) if (record.sandbox === path) return true;
    return false;
  }

  /** For the report to a master. */
  reports(): readonly ReportedTask[] {
    return [...this.launches.values()].map(({ report }) => report).filter((report) => report !== undefined);
  }

  /** Who has a volume, or is about to, or may still: until the process is known to be gone. */
  holdersOf(volume: VolumeKey): readonly Holder[] {
    const holders: Holder[] = [];
    for (const launch of this.byVolume.get(volume) ?? []) {
      const used = launch.isHolding ? launch.volumes.find((candidate) => candidate.volume === volume) : undefined;
      if (used) holders.push(launch.holderOf(used));
    }
    return holders;
  }

  /** Notes a RunTask, so that a kill that overtakes it finds it. Undefined: it has come before, or cannot be carried out. */
  receive({ launchId, framework, info }: RunTask): Launch | undefined {
    if (this.launches.has(launchId) || this.finished.has(launchId)) return undefined;
    const { log, settings, world, isolation } = this.deps;
    const names = [framework.id ?? '', info.taskId, launchId];
    if (names.some((name) => idProblem(name) !== undefined)) {
      log.error({ frameworkId: framework.id, taskId: info.taskId, launchId }, 'a task with an id that cannot name a directory is not run');
      return undefined;
    }
    const sandbox = join(this.deps.sandboxes, ...names);
    return this.add({ launchId, framework, info, isolation, sandbox, bootId: settings.bootId, receivedMs: world.nowMs() });
  }

  /**
   * At its place in the order of operations: judged against what the agent has now, holding its volumes from now on. The start itself goes
   * on beside what comes next; the returned promise resolves when its command runs, or never will.
   */
  begin(launch: Launch, known: KnownResources, traceParent: string | undefined): Promise<void> {
    const { isolation, settings } = this.deps;
    const user = userOf(launch.record, settings);
    const surroundings = { ...known, isolation, isRoot: settings.isRoot, ...(user !== undefined && { user }) };
    return launch.begin(refuseLaunch(launch.record.info, surroundings), traceParent);
  }

  /** Received and not to be begun. */
  abandon(launch: Launch): void {
    this.forget(launch);
    this.finished.delete(launch.record.launchId);
  }

  kill(frameworkId: FrameworkId, taskId: TaskId, graceMs: number | undefined): void {
    const launches = this.byTask.get(taskKey(frameworkId, taskId));
    if (!launches) this.deps.log.warn({ frameworkId, taskId }, 'a task to kill is not known here');
    for (const launch of launches ?? []) launch.terminate(graceMs === undefined ? {} : { graceMs });
  }

  shutdownFramework(frameworkId: FrameworkId): void {
    for (const launch of this.launches.values()) if (launch.ref.frameworkId === frameworkId) launch.terminate({ isFrameworkRemoved: true });
  }

  acknowledge(frameworkId: FrameworkId, taskId: TaskId, uuid: Uint8Array): void {
    for (const launch of this.byTask.get(taskKey(frameworkId, taskId)) ?? []) if (launch.acknowledge(uuid)) return;
    this.deps.log.debug({ frameworkId, taskId }, 'acknowledgement of a status that does not wait for one');
  }

  confirmGone({ launchId }: TaskRef): void {
    this.launches.get(launchId)?.confirmGone();
  }

  resend(): void {
    for (const launch of this.launches.values()) launch.resend();
  }

  /** Ends every task, with at most this grace; resolves when no process is left. */
  async terminateAll(graceMs: number): Promise<void> {
    const running = [...this.launches.values()].filter(({ isHolding }) => isHolding);
    for (const launch of running) launch.terminate({ graceMs: Math.min(graceMs, launch.record.info.killGraceMs ?? graceMs) });
    await Promise.all(running.map(({ whenGone }) => whenGone));
  }

  /** Tasks go on. */
  async stop(): Promise<void> {
    await Promise.all([...this.launches.values()].map((launch) => launch.close()));
  }

  private isUsed(volume: VolumeKey, except: Launch): boolean {
    for (const launch of this.byVolume.get(volume) ?? []) if (launch !== except && launch.isHolding) return true;
    return false;
  }

  private add(record: LaunchRecord): Launch {
    const { directory } = this.deps;
    const { launchId } = record;
    const files = { journal: join(directory, `${launchId}${JOURNAL}`), log: join(directory, `${launchId}.log`) };
    const launch = new Launch(record, files, this.launchDeps);
    this.launches.set(launchId, launch);
    enter(this.byTask, taskKey(launch.ref.frameworkId, launch.ref.taskId), launch);
    for (const { volume } of launch.volumes) enter(this.byVolume, volume, launch);
    return launch;
  }

  private forget(launch: Launch): void {
    const { launchId, frameworkId, taskId } = launch.ref;
    this.launches.delete(launchId);
    leave(this.byTask, taskKey(frameworkId, taskId), launch);
    for (const { volume } of launch.volumes) leave(this.byVolume, volume, launch);
    this.finished.add(launchId);
    if (this.finished.size > FINISHED_KEPT) this.finished.delete(this.finished.values().next().value as LaunchId);
  }

  private async recoverLaunch(name: string): Promise<void> {
    const path = join(this.deps.directory, name);
    let content: JournalContent | undefined;
    try {
      content = await LaunchJournal.read(path);
    } catch (fault) {
      // A process is started only when the first line is whole: another version has written it, or a power cut has spoilt it.
      this.deps.log.error({ err: fault, path }, 'a task that cannot be read is set aside');
      return rename(path, `${path}${SET_ASIDE}`);
    }
    if (!content) return rm(path, { force: true });
    await this.add(content.record).resume(content.events);
  }
}

function enter<K>(index: Map<K, Set<Launch>>, key: K, launch: Launch): void {
  index.set(key, (index.get(key) ?? new Set()).add(launch));
}

function leave<K>(index: Map<K, Set<Launch>>, key: K, launch: Launch): void {
  const launches = index.get(key);
  launches?.delete(launch);
  if (launches?.size === 0) index.delete(key);
}

const JOURNAL = '.journal';
const SET_ASIDE = '.unreadable';

/** Ids have no slash in them. */
const taskKey = (frameworkId: FrameworkId, taskId: TaskId): string => `${frameworkId}/${taskId}`;
