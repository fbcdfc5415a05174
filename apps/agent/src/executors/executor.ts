import type { ExecutorEvent, ExecutorRef, ReportedExecutor } from '@holdfast/contracts';
import type { Resources } from '@holdfast/core/resources';
import type { TaskState } from '@holdfast/core/tasks';
import type { OutStream } from '@holdfast/platform/rpc';
import type { Container, ContainerEnd } from '../containers';
import { describeFault } from '../files';
import { droppedByRestart, launchFailed, shutdownGraceMs, type TaskEnd } from '../tasks';
import { Conversation } from './conversation';
import type { ExecutorDeps } from './executor-deps';
import { type EndCause, endWithExecutor, executorEnding, exitStatusOf, notMountable } from './executor-end';
import { graceLeftMs, subscriptionDue } from './executor-deadlines';
import { ExecutorFile } from './executor-file';
import { type ExecutorHistory, type ExecutorRecord, refOf } from './executor-record';
import { ExecutorRoster } from './executor-roster';
import { ExecutorTalk, type Subscribe } from './executor-talk';
import type { ExecutorTask } from './executor-task';
import { ExecutorVolumes } from './executor-volumes';
import { GoneNotice } from './gone-notice';
import { LaunchQueue } from './launch-queue';
import { readDeath } from './read-death';
import { adjustLimits, clearExecutor, startExecutor } from './start-executor';

/**
 * - `new`: it has no task yet that it could be started for.
 * - `starting`: its container is being set up.
 * - `running`: it has a container, be it one of an earlier agent.
 * - `ending`: it is not wanted any more.
 * - `gone`: no process of it is left.
 */
type Phase = 'new' | 'starting' | 'running' | 'ending' | 'gone';

/** One run of an executor that a framework has brought: from its first task to the end of its container. */
export class Executor {
  readonly talk: ExecutorTalk;
  readonly goneNotice: GoneNotice;
  private phase: Phase = 'new';
  private readonly conversation: Conversation;
  private readonly file: ExecutorFile;
  private readonly queue = new LaunchQueue();
  private readonly tasks: ExecutorRoster;
  private readonly volumes: ExecutorVolumes;
  private current: Container | undefined;
  private cancelTimeout: (() => void) | undefined;
  /** It has been written down, and a container may be there. */
  private hasBegun = false;
  private isKilled = false;

  constructor(
    readonly record: ExecutorRecord,
    private readonly deps: ExecutorDeps,
    onConfirmed: (executor: Executor) => void,
    /** Of one that an earlier agent has started. */
    earlier?: ExecutorHistory,
  ) {
    const { access, log, directory, runtime, times, world } = deps;
    this.tasks = new ExecutorRoster(log);
    this.file = new ExecutorFile(directory, record, earlier, (fault) =>
      log.error({ err: fault, ...this.ref }, 'what happened to an executor could not be written down'),
    );
    this.volumes = new ExecutorVolumes({ runtime, log, access, onChange: (mounted) => void this.file.note({ mounted }) }, earlier?.mounted);
    this.conversation = new Conversation(world, times.heartbeatIntervalMs);
    this.talk = new ExecutorTalk(record, this.tasks, this.conversation, deps);
    this.goneNotice = new GoneNotice(record, this.file, deps, () => onConfirmed(this));
  }

  get ref(): ExecutorRef {
    return refOf(this.record);
  }

  get isGone(): boolean {
    return this.phase === 'gone';
  }

  get isSubscribed(): boolean {
    return this.conversation.current !== undefined;
  }

  /** Its calls are taken: once it has subscribed, and to the end while it is shutting down (wire 7.2). */
  get maySpeak(): boolean {
    return this.isSubscribed || (this.phase === 'ending' && this.file.history.hasSubscribed);
  }

  /** A task of it may have volumes in its container. */
  get isHolding(): boolean {
    return !this.isGone && [...this.tasks].some(({ isHolding }) => isHolding);
  }

  get container(): Container | undefined {
    return this.isGone ? undefined : this.current;
  }

  get pid(): number | undefined {
    return this.container?.entrance;
  }

  /** As it stands in the report to a master; undefined: it is gone, which is said by itself. */
  get report(): ReportedExecutor | undefined {
    return this.isGone ? undefined : { framework: this.record.framework, info: this.record.info };
  }

  /** A task is coming to it, whose volumes its container is to have if it has not been started yet. */
  join(task: ExecutorTask): void {
    this.tasks.add(task);
    if (task.isHolding && !task.isDelivered && !task.isOver) this.volumes.join(task);
  }

  /** It is written down; `early` is how it ends instead of being run. Resolves when that is told. */
  async admit(task: ExecutorTask, early: TaskEnd | undefined): Promise<void> {
    this.tasks.admitted.add(task);
    const end = early ?? task.killedEarly() ?? this.reasonAgainst(task);
    const settled = this.queue.admit(task, end).map((member) => member.problem && member.task.endAs(member.problem));
    if (!this.queue.isEmpty) this.proceed();
    this.adjustLimits();
    await Promise.all(settled);
  }

  /** It is to end: a task that the executor has not got never gets there (D-058). */
  async kill(task: ExecutorTask, isAskedOfAll: boolean): Promise<void> {
    const early = task.killedEarly();
    if (!early) this.talk.kill(task);
    // Before, it would be told of without being written down.
    else if (this.tasks.admitted.has(task)) await task.endAs(early);
    if (!isAskedOfAll) this.tasks.endGroupOf(task, `task ${task.ref.taskId} of its group was killed`);
  }

  /** Its executor has said that it is over, or the agent has. A group goes with the first that does not finish (D-058). */
  taskOver(task: ExecutorTask, state: TaskState): void {
    this.adjustLimits();
    this.tasks.freeHeld(task);
    if (state !== 'TASK_FINISHED') this.tasks.endGroupOf(task, `task ${task.ref.taskId} of its group ended with ${state}`);
  }

  /** It is gone. */
  leave(task: ExecutorTask): void {
    this.tasks.remove(task);
    if (!this.tasks.isEmpty) return;
    if (!this.hasBegun) this.phase = 'gone';
    if (this.isGone) void this.goneNotice.send();
  }

  /** Takes the volumes of a task out of the container that no other task of it needs. False: that could not be done, or not yet. */
  async freeVolumesOf(task: ExecutorTask): Promise<boolean> {
    const isDone = this.isGone || (await this.volumes.free(task, this.tasks, { container: this.current, sandbox: this.record.sandbox }));
    return isDone || this.isGone;
  }

  /** Wire 7.2. The stream has been opened, and nothing sent over it. */
  async subscribe(call: Subscribe, stream: OutStream<ExecutorEvent>): Promise<void> {
    if (this.phase === 'ending' || this.isGone) {
      stream.send({ type: 'SHUTDOWN' });
      return stream.end();
    }
    this.cancelTimeout?.();
    this.conversation.open(stream);
    if (!this.file.history.hasSubscribed) void this.file.note({ hasSubscribed: true });
    if (await this.talk.begin(call, stream)) this.proceed();
  }

  /** SHUTDOWN, and after the grace the end of all its processes (D-059). */
  shutDown(graceMs = shutdownGraceMs(this.record.info)): void {
    if (this.isGone) return;
    const earlier = this.file.history.shutdown;
    const shutdown = { startMs: earlier?.startMs ?? this.deps.monotonicMs(), graceMs: Math.min(graceMs, earlier?.graceMs ?? Infinity) };
    void this.file.note({ shutdown });
    const isFirst = this.phase !== 'ending';
    this.phase = 'ending';
    if (isFirst) this.conversation.send({ type: 'SHUTDOWN' });
    this.endInTime();
  }

  /** Ends all its processes now; its tasks fail for this reason. */
  killBecause(cause: EndCause): void {
    if (this.isGone || this.file.history.cause) return;
    this.phase = 'ending';
    void this.file.note({ cause }).then(() => this.killNow());
  }

  /** Goes on where an earlier agent has stopped, once its tasks have joined it. */
  async resume(): Promise<void> {
    const { runId, isolation, bootId } = this.record;
    const { runtime, settings } = this.deps;
    this.hasBegun = true;
    for (const task of this.tasks) this.tasks.admitted.add(task);
    if (this.file.history.gone) return this.over(this.deathOf({ kind: 'lost', problem: 'it had ended before the agent was restarted' }));
    const isAfterReboot = bootId !== settings.bootId;
    const container = isAfterReboot ? undefined : await runtime.adopt(runId, isolation, this.file.log);
    if (!container) return this.endedUnseen(isAfterReboot);
    this.phase = this.file.history.shutdown || this.file.history.cause ? 'ending' : 'running';
    this.follow(container);
    await this.queue.takeOver(this.tasks, (task) => this.reasonAgainst(task));
    if (this.file.history.cause) this.killNow();
    else if (this.file.history.shutdown) this.endInTime();
  }

  /** From now on an executor of an earlier agent can subscribe. */
  doorOpened(): void {
    if (this.phase === 'running') this.awaitSubscription();
  }

  /** No more timers, and no more events; it goes on. Resolves when all that happened is written down. */
  async close(): Promise<void> {
    this.cancelTimeout?.();
    this.goneNotice.stop();
    this.conversation.close();
    await this.file.settled();
  }

  private reasonAgainst(task: ExecutorTask): TaskEnd | undefined {
    if (this.phase === 'ending' || this.isGone) return executorEnding;
    const problem = this.volumes.problemOf(task);
    return problem === undefined ? undefined : notMountable(problem);
  }

  /** Something waits to be sent: it is started for it, or gets it. */
  private proceed(): void {
    const work = this.phase === 'new' ? this.start() : this.sendQueued();
    work.catch((fault: unknown) => this.deps.log.error({ err: fault, ...this.ref }, 'an executor could not be given its tasks'));
  }

  private async start(): Promise<void> {
    this.phase = 'starting';
    this.hasBegun = true;
    const { record, deps } = this;
    const problem = await this.file.create().then(
      () => undefined,
      (fault: unknown) => launchFailed(`the agent cannot write its executor down: ${describeFault(fault)}`),
    );
    if (problem) return this.over(problem);
    if (this.phase !== 'starting') return this.over(executorEnding);
    const volumes = this.volumes.fix(this.tasks);
    const start = { record, volumes, resources: this.resources, isUsedByOthers: this.tasks.usedByOthers(), log: this.file.log };
    const started = await startExecutor(start, deps);
    if ('state' in started) return this.over(started);
    this.follow(started);
    if (this.phase !== 'starting') return this.file.history.cause ? this.killNow() : this.endInTime();
    this.phase = 'running';
    this.awaitSubscription();
    await this.sendQueued();
  }

  private sendQueued(): Promise<void> {
    return this.queue.send(this.conversation, () => this.phase === 'running');
  }

  private awaitSubscription(): void {
    if (this.isSubscribed) return;
    const { leftMs, cause } = subscriptionDue(this.record, this.file.history, this.deps.times, this.deps.monotonicMs());
    this.endAfter(leftMs, () => this.killBecause(cause));
  }

  private endInTime(): void {
    this.endAfter(graceLeftMs(this.file.history, this.deps.monotonicMs()), () => this.killNow());
  }

  private endAfter(ms: number, end: () => void): void {
    this.cancelTimeout?.();
    this.cancelTimeout = this.deps.world.after(ms, end);
  }

  /** Its own, and those of the tasks that it has. */
  private get resources(): Resources {
    return this.tasks.resourcesWith(this.record.info.resources);
  }

  private adjustLimits(): void {
    if (this.container) adjustLimits(this.container, this.record, this.resources, this.deps);
  }

  private killNow(): void {
    this.isKilled = true;
    this.current?.kill();
  }

  private follow(container: Container): void {
    this.current = container;
    // Before, what it has mounted is not known. Of an earlier agent's it does so since long.
    void container.whenRunning.then(() => this.tasks.freeHeld());
    container.whenGone
      .then((end) => this.ended(end))
      .catch((fault: unknown) => {
        // Whether anything of it is left is not known, so the volumes of its tasks stay held.
        this.deps.log.error({ err: fault, ...this.ref }, 'the end of an executor could not be made out');
      });
  }

  private async ended(end: ContainerEnd): Promise<void> {
    const exitStatus = exitStatusOf(end, this.isKilled || this.file.history.cause !== undefined);
    await this.over(this.deathOf(end), exitStatus);
  }

  private deathOf(end: ContainerEnd): TaskEnd {
    return endWithExecutor(end, this.file.history.cause);
  }

  /** The container is not there to be adopted: it never was, or went with the machine. */
  private async endedUnseen(isAfterReboot: boolean): Promise<void> {
    const end = await readDeath(this.file.log, isAfterReboot);
    return end ? this.ended(end) : this.over(droppedByRestart);
  }

  /** In this order: no process, hence no mounts; its tasks; itself, to which the master still counts them. */
  private async over(end: TaskEnd, exitStatus?: number): Promise<void> {
    this.phase = 'gone';
    this.cancelTimeout?.();
    this.conversation.close();
    await clearExecutor(this.record, this.tasks.volumes, this.deps);
    this.file.remember({ gone: this.file.history.gone ?? (exitStatus === undefined ? {} : { exitStatus }) });
    const told = [...this.tasks].filter((task) => this.tasks.admitted.has(task)).map((task) => task.executorGone(end));
    await Promise.all(told);
    if (this.tasks.isEmpty) await this.goneNotice.send();
  }
}
