import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutorId, FrameworkId, Holder, LaunchId, TaskId } from '@holdfast/core/base';
import type { MasterMessage, ReportedTask } from '@holdfast/contracts';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { TaskInfo, TaskRef } from '@holdfast/core/tasks';
import { idProblem } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { Isolation, NotEnforced } from '../containers';
import { makeDirectories, removeIfPresent } from '../files';
import { earlierVerdict } from './earlier-verdict';
import { launchFailed, type TaskEnd } from './end-status';
import type { CustomExecutors, KeptTask } from './kept-task';
import { Launch } from './launch';
import type { LaunchDeps } from './launch-deps';
import { type JournalContent, LaunchJournal } from './launch-journal';
import type { GroupMembership, LaunchRecord } from './launch-record';
import { userOf } from './plan-container';
import { type LaunchSurroundings, refuseLaunch } from './plan-launch';
import { shutdownGraceMs } from './shutdown-grace';
import { StartSlots } from './start-slots';
import { endOfMember, TaskGroup, type Verdict } from './task-group';

export interface TaskKeeperDeps extends Omit<LaunchDeps, 'isUsedByOthers' | 'onFinished' | 'slots'> {
  /** `meta/tasks` */
  readonly directory: string;
  /** `meta/gates`: of groups; seen by their containers, which must not see the rest. Made if missing. */
  readonly gates: string;
  /** Where sandboxes are made. */
  readonly sandboxes: string;
  readonly isolation: Isolation;
  readonly notEnforced: readonly NotEnforced[];
  /** Absent: tasks that name one cannot be carried out. */
  readonly customExecutors?: CustomExecutors;
}

/** What the agent has at a launch's place in the order. */
export type KnownResources = Pick<LaunchSurroundings, 'checkpointed' | 'destroying' | 'creationFailure'>;

type RunTask = Extract<MasterMessage, { kind: 'run_task' }>;
type RunGroup = Extract<MasterMessage, { kind: 'run_group' }>;

/** The launches of a RunGroup, and what holds them together; a custom executor does so itself. */
export interface ReceivedGroup {
  readonly group: TaskGroup | undefined;
  readonly launches: readonly KeptTask[];
}

/** Finished launches that are remembered so that a RunTask which comes twice runs once. */
const FINISHED_KEPT = 10_000;

/** The tasks of this agent: those that run, and those whose end the master has not yet confirmed. */
export class TaskKeeper {
  private readonly launches = new Map<LaunchId, KeptTask>();
  /** Launches under one task id: a new one may come while the end of the last is still being confirmed. */
  private readonly byTask = new Map<string, Set<KeptTask>>();
  private readonly byVolume = new Map<VolumeKey, Set<KeptTask>>();
  private readonly finished = new Set<LaunchId>();
  private readonly launchDeps: LaunchDeps;

  private constructor(private readonly deps: TaskKeeperDeps) {
    this.launchDeps = {
      ...deps,
      slots: new StartSlots(deps.world),
      isUsedByOthers: (launch, volume) => this.isUsed(volume, launch),
      onFinished: (launch) => this.forget(launch),
    };
  }

  /** Takes over what an earlier agent has left (A-180, D-079): live tasks go on, ended ones are reported. */
  static async recover(deps: TaskKeeperDeps): Promise<TaskKeeper> {
    const keeper = new TaskKeeper(deps);
    await keeper.recoverAll();
    return keeper;
  }

  /** How many tasks may have a process. */
  get runningCount(): number {
    return [...this.launches.values()].filter(({ isHolding }) => isHolding).length;
  }

  all(): Iterable<KeptTask> {
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
  receive({ launchId, framework, info }: Pick<RunTask, 'launchId' | 'framework' | 'info'>): KeptTask | undefined {
    const record = this.recordOf(framework, info, launchId);
    return record && this.add(record);
  }

  /** As `receive`. Undefined if any of the tasks has come before, or cannot be carried out: then none is. */
  receiveGroup({ framework, tasks }: Pick<RunGroup, 'framework' | 'tasks'>): ReceivedGroup | undefined {
    const records = tasks.map(({ info, launchId }) => this.recordOf(framework, info, launchId)).filter((record) => record !== undefined);
    const [first] = records;
    if (!first || records.length < tasks.length) return undefined;
    const membership = { id: first.launchId, size: tasks.length };
    const group = isCustom(first.info) ? undefined : this.groupOf(membership);
    return { group, launches: records.map((record) => this.add({ ...record, group: membership }, group)) };
  }

  /**
   * At its place in the order of operations: judged against what the agent has now, holding its volumes from now on. The start itself goes
   * on beside what comes next; the returned promise resolves when its command runs, or never will.
   */
  begin(launch: KeptTask, known: KnownResources, traceParent: string | undefined): Promise<void> {
    return launch.begin(this.refusalOf(launch, known), traceParent);
  }

  /** As `begin`, for a whole group: the first problem of any is that of all (B-074). */
  async beginGroup({ group, launches }: ReceivedGroup, known: KnownResources, traceParent: string | undefined): Promise<void> {
    let verdict: Verdict | undefined;
    for (const launch of launches) {
      const end = this.refusalOf(launch, known);
      if (end) verdict ??= { taskId: launch.ref.taskId, end };
    }
    if (verdict) group?.giveUp(verdict);
    await Promise.all(launches.map((launch) => launch.begin(verdict && endOfMember(verdict, launch.ref.taskId), traceParent)));
  }

  /** Received and not to be begun. */
  abandon(launch: KeptTask): void {
    this.forget(launch);
    this.finished.delete(launch.record.launchId);
  }

  kill(frameworkId: FrameworkId, taskId: TaskId, graceMs: number | undefined): void {
    const launches = this.byTask.get(taskKey(frameworkId, taskId));
    if (!launches) this.deps.log.warn({ frameworkId, taskId }, 'a task to kill is not known here');
    for (const launch of launches ?? []) void launch.terminate(graceMs === undefined ? {} : { graceMs });
  }

  shutdownFramework(frameworkId: FrameworkId): void {
    for (const launch of this.launches.values()) {
      if (launch.ref.frameworkId === frameworkId) void launch.terminate({ isFrameworkRemoved: true, isAskedOfAll: true });
    }
    this.deps.customExecutors?.shutDownFramework(frameworkId);
  }

  /** Of a default executor there is nothing but its tasks: the agent itself is that. */
  shutdownExecutor(frameworkId: FrameworkId, executorId: ExecutorId): void {
    let isKnown = this.deps.customExecutors?.shutDown(frameworkId, executorId) ?? false;
    for (const launch of this.launches.values()) {
      const { executor } = launch.record.info;
      if (launch.ref.frameworkId !== frameworkId || executor?.executorId !== executorId || isCustom(launch.record.info)) continue;
      isKnown = true;
      const because = 'its executor was shut down';
      void launch.terminate({ graceMs: shutdownGraceMs(executor), because, isAskedOfAll: true });
    }
    if (!isKnown) this.deps.log.warn({ frameworkId, executorId }, 'an executor to shut down is not known here');
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
    const executors = this.deps.customExecutors?.terminateAll(graceMs);
    const running = [...this.launches.values()].filter(({ isHolding, record }) => isHolding && !isCustom(record.info));
    for (const launch of running) {
      void launch.terminate({ graceMs: Math.min(graceMs, launch.record.info.killGraceMs ?? graceMs), isAskedOfAll: true });
    }
    await Promise.all([executors, ...running.map(({ whenGone }) => whenGone)]);
  }

  /** Tasks go on. */
  async stop(): Promise<void> {
    await Promise.all([...this.launches.values()].map((launch) => launch.close()));
  }

  private isUsed(volume: VolumeKey, except: KeptTask): boolean {
    for (const launch of this.byVolume.get(volume) ?? []) {
      // Of several that come at once the first is not kept from giving the volume to its user by those behind it.
      if (launch === except) return false;
      if (launch.isHolding) return true;
    }
    return false;
  }

  /** Undefined: it has come before, or cannot be carried out. */
  private recordOf(framework: FrameworkInfo, info: TaskInfo, launchId: LaunchId): LaunchRecord | undefined {
    if (this.launches.has(launchId) || this.finished.has(launchId)) return undefined;
    const { log, settings, world, isolation } = this.deps;
    const names = [framework.id ?? '', info.taskId, launchId];
    if (names.some((name) => idProblem(name) !== undefined)) {
      log.error({ frameworkId: framework.id, taskId: info.taskId, launchId }, 'a task with an id that cannot name a directory is not run');
      return undefined;
    }
    const sandbox = join(this.deps.sandboxes, ...names);
    return { launchId, framework, info, isolation, sandbox, bootId: settings.bootId, receivedMs: world.nowMs() };
  }

  private refusalOf({ record }: KeptTask, known: KnownResources): TaskEnd | undefined {
    const { isolation, notEnforced, settings } = this.deps;
    if (isCustom(record.info) && !this.deps.customExecutors) return launchFailed('this agent runs no custom executors');
    const user = userOf(record, settings);
    return refuseLaunch(record.info, { ...known, isolation, notEnforced, isRoot: settings.isRoot, ...(user !== undefined && { user }) });
  }

  private groupOf({ id, size }: GroupMembership): TaskGroup {
    return new TaskGroup(join(this.deps.gates, id), size, this.deps.log);
  }

  private add(record: LaunchRecord, group?: TaskGroup): KeptTask {
    const { directory, customExecutors } = this.deps;
    const { launchId } = record;
    const file = join(directory, `${launchId}${JOURNAL}`);
    const isTheirs = isCustom(record.info) && customExecutors;
    const launch = isTheirs ? isTheirs.taskOf(record, file, this.launchDeps) : new Launch(record, file, this.launchDeps, group);
    this.launches.set(launchId, launch);
    enter(this.byTask, taskKey(launch.ref.frameworkId, launch.ref.taskId), launch);
    for (const { volume } of launch.volumes) enter(this.byVolume, volume, launch);
    return launch;
  }

  private forget(launch: KeptTask): void {
    const { launchId, frameworkId, taskId } = launch.ref;
    this.launches.delete(launchId);
    leave(this.byTask, taskKey(frameworkId, taskId), launch);
    for (const { volume } of launch.volumes) leave(this.byVolume, volume, launch);
    this.finished.add(launchId);
    if (this.finished.size > FINISHED_KEPT) this.finished.delete(this.finished.values().next().value as LaunchId);
  }

  private async recoverAll(): Promise<void> {
    const { directory, gates } = this.deps;
    await makeDirectories(gates, 0o700);
    const names = await readdir(directory);
    const found: JournalContent[] = [];
    for (const name of names) {
      const content = name.endsWith(JOURNAL) ? await this.readJournal(name) : undefined;
      if (content) found.push(content);
    }
    const groups = this.recoverGroups(found);
    const launches = found.map(({ record }) => this.add(record, record.group && groups.get(record.group.id)));
    for (const [at, launch] of launches.entries()) await launch.resume(found[at]!.events);
    for (const group of groups.values()) await group.recovered();
    await this.deps.customExecutors?.recovered();
    for (const id of await readdir(gates)) {
      // Nothing is left of its tasks.
      if (!groups.has(id)) await removeIfPresent(join(gates, id));
    }
  }

  private recoverGroups(found: readonly JournalContent[]): ReadonlyMap<LaunchId, TaskGroup> {
    const groups = new Map<LaunchId, TaskGroup>();
    for (const { record } of found) {
      if (!record.group || isCustom(record.info) || groups.has(record.group.id)) continue;
      const group = this.groupOf(record.group);
      groups.set(record.group.id, group);
      group.recovering();
      if (existsSync(group.gate)) group.giveUp(earlierVerdict(found.filter((other) => other.record.group?.id === record.group?.id)));
    }
    return groups;
  }

  /** Undefined: there is nothing to recover. */
  private async readJournal(name: string): Promise<JournalContent | undefined> {
    const path = join(this.deps.directory, name);
    try {
      const content = await LaunchJournal.read(path);
      if (!content) await removeIfPresent(path);
      return content;
    } catch (fault) {
      // A process is started only when the first line is whole: another version has written it, or a power cut has spoilt it.
      this.deps.log.error({ err: fault, path }, 'a task that cannot be read is set aside');
      await rename(path, `${path}${SET_ASIDE}`);
      return undefined;
    }
  }
}

function enter<K>(index: Map<K, Set<KeptTask>>, key: K, launch: KeptTask): void {
  index.set(key, (index.get(key) ?? new Set()).add(launch));
}

function leave<K>(index: Map<K, Set<KeptTask>>, key: K, launch: KeptTask): void {
  const launches = index.get(key);
  launches?.delete(launch);
  if (launches?.size === 0) index.delete(key);
}

const isCustom = ({ executor }: TaskInfo): boolean => executor?.type === 'CUSTOM';

const JOURNAL = '.journal';
const SET_ASIDE = '.unreadable';

/** Ids have no slash in them. */
const taskKey = (frameworkId: FrameworkId, taskId: TaskId): string => `${frameworkId}/${taskId}`;
