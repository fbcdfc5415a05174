import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutorId, FrameworkId } from '@holdfast/core/base';
import type { ExecutorMessage, ExecutorRef, ReportedExecutor } from '@holdfast/contracts';
import { makeDirectories } from '../files';
import type { CustomExecutors, KeeperOf, KeptTask, LaunchRecord } from '../tasks';
import { Executor } from './executor';
import type { ExecutorDeps } from './executor-deps';
import { RECORD } from './executor-file';
import { decodeExecutor, type KeptExecutor } from './executor-record';
import { ExecutorTask } from './executor-task';

/** The executors that frameworks have brought to this agent: those that run, and those whose end the master has not yet confirmed. */
export class ExecutorKeeper implements CustomExecutors {
  private readonly executors = new Set<Executor>();

  private constructor(private readonly deps: ExecutorDeps) {}

  /** Reads what an earlier agent has written down; `recovered` goes on with it once the tasks are known. */
  static async open(deps: ExecutorDeps): Promise<ExecutorKeeper> {
    const keeper = new ExecutorKeeper(deps);
    await makeDirectories(deps.directory, 0o700);
    for (const name of await readdir(deps.directory)) {
      const kept = name.endsWith(RECORD) ? await keeper.read(join(deps.directory, name)) : undefined;
      if (kept) keeper.executors.add(new Executor(kept.record, deps, (executor) => keeper.forget(executor), kept.history));
    }
    return keeper;
  }

  all(): Iterable<Executor> {
    return this.executors;
  }

  ownsSandbox(path: string): boolean {
    return [...this.executors].some(({ record }) => record.sandbox === path);
  }

  /** Undefined: there is none that could be spoken with. */
  find(ref: ExecutorRef): Executor | undefined {
    return [...this.executors].find((executor) => isSame(executor, ref) && !executor.isGone);
  }

  /** For the report to a master. */
  reports(): readonly ReportedExecutor[] {
    return [...this.executors].map(({ report }) => report).filter((report) => report !== undefined);
  }

  message({ data, ...ref }: ExecutorMessage): void {
    const executor = this.find(ref);
    if (executor) executor.talk.message(data);
    else this.deps.log.info({ ...ref, bytes: data.length }, 'a message for an executor that is not known here is dropped');
  }

  confirmGone(ref: ExecutorRef): void {
    for (const executor of [...this.executors]) if (isSame(executor, ref) && executor.isGone) executor.goneNotice.confirm();
  }

  resend(): void {
    for (const executor of this.executors) executor.goneNotice.resend();
  }

  taskOf(record: LaunchRecord, file: string, keeper: KeeperOf): KeptTask {
    return new ExecutorTask(record, file, this.deps, keeper, {
      executorFor: (task) => this.executorFor(task),
      executorLeft: ({ record: { framework, info } }) =>
        this.find({ frameworkId: framework.id ?? '', executorId: info.executor?.executorId ?? '' }) ?? this.unfinished(record),
    });
  }

  async recovered(): Promise<void> {
    for (const executor of [...this.executors]) await executor.resume();
  }

  /** Executors are answered from now on: those of an earlier agent have their time to subscribe again from here (D-059). */
  doorOpened(): void {
    for (const executor of this.executors) executor.doorOpened();
  }

  shutDown(frameworkId: FrameworkId, executorId: ExecutorId): boolean {
    const executor = this.find({ frameworkId, executorId });
    executor?.shutDown();
    return executor !== undefined;
  }

  shutDownFramework(frameworkId: FrameworkId): void {
    for (const executor of this.executors) if (executor.ref.frameworkId === frameworkId) executor.shutDown();
  }

  async terminateAll(graceMs: number): Promise<void> {
    const running = [...this.executors].filter(({ isGone }) => !isGone);
    for (const executor of running) executor.shutDown(graceMs);
    await Promise.all(running.map(({ goneNotice }) => goneNotice.whenSent));
  }

  /** Executors go on. */
  async stop(): Promise<void> {
    await Promise.all([...this.executors].map((executor) => executor.close()));
  }

  private executorFor(task: ExecutorTask): Executor {
    const { framework, info, isolation, bootId } = task.record;
    const { executor: described } = info;
    if (!described) throw new Error('a task without an executor is none of an executor');
    const frameworkId = framework.id ?? '';
    const ref = { frameworkId, executorId: described.executorId };
    const present = this.find(ref);
    if (present) return present;
    for (const earlier of [...this.executors]) if (isSame(earlier, ref)) earlier.goneNotice.supersede();
    const { world, sandboxes, monotonicMs } = this.deps;
    const runId = world.ids.uuid();
    const sandbox = join(sandboxes, frameworkId, described.executorId, runId);
    const record = { runId, framework, info: described, isolation, sandbox, bootId, startedMs: monotonicMs() };
    const executor = new Executor(record, this.deps, (gone) => this.forget(gone));
    this.executors.add(executor);
    return executor;
  }

  /** Its end was written down before that of all its tasks was. */
  private unfinished({ framework, info }: LaunchRecord): Executor | undefined {
    return [...this.executors].find((executor) =>
      isSame(executor, { frameworkId: framework.id ?? '', executorId: info.executor?.executorId ?? '' }),
    );
  }

  private forget(executor: Executor): void {
    this.executors.delete(executor);
  }

  private async read(path: string): Promise<KeptExecutor | undefined> {
    try {
      return decodeExecutor(await readFile(path, 'utf8'));
    } catch (fault) {
      // Another version has written it, or a power cut has spoilt it.
      this.deps.log.error({ err: fault, path }, 'an executor that cannot be read is set aside');
      await rename(path, `${path}.unreadable`);
      return undefined;
    }
  }
}

const isSame = ({ ref }: Executor, { frameworkId, executorId }: ExecutorRef): boolean =>
  ref.frameworkId === frameworkId && ref.executorId === executorId;
