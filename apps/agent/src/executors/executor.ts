import type { ExecutorCall, ExecutorEvent, ExecutorRef, ExecutorUpdate, ReportedExecutor } from '@holdfast/contracts';
import { Resources } from '@holdfast/core/resources';
import type { TaskState } from '@holdfast/core/tasks';
import type { OutStream } from '@holdfast/platform/rpc';
import type { Container, ContainerEnd } from '../containers';
import { describeFault } from '../files';
import { droppedByRestart, launchFailed, shutdownGraceMs, type TaskEnd } from '../tasks';
import { Repeater } from '../updates';
import { Conversation } from './conversation';
import type { ExecutorDeps } from './executor-deps';
import { type EndCause, endWithExecutor, executorEnding, exitStatusOf, neverReceived, notMountable } from './executor-end';
import { graceLeftMs, subscriptionDue } from './executor-deadlines';
import { ExecutorFile } from './executor-file';
import type { ExecutorHistory, ExecutorRecord } from './executor-record';
import type { ExecutorTask } from './executor-task';
import { ExecutorVolumes } from './executor-volumes';
import { LaunchQueue } from './launch-queue';
import { readDeath } from './read-death';
import { clearExecutor, limitsOfExecutor, startExecutor } from './start-executor';

type Subscribe = Extract<ExecutorCall, { type: 'SUBSCRIBE' }>;

/**
 * - `new`: it has no task yet that it could be started for.
 * - `starting`: its container is being set up.
 * - `running`: it has a container, be it one of an earlier agent.
 * - `ending`: it is not wanted any more.
 * - `gone`: no process of it is left.
 */
type Phase = 'new' | 'starting' | 'running' | 'ending' | 'gone';

const NOTHING: ExecutorHistory = { hasSubscribed: false, mounted: [] };

/** One run of an executor that a framework has brought: its container, what is said to it, and its tasks. */
export class Executor {
  readonly whenGone: Promise<void>;
  private resolveGone!: () => void;
  private phase: Phase = 'new';
  private readonly conversation: Conversation;
  private readonly file: ExecutorFile;
  private readonly goneRepeater: Repeater;
  private readonly queue = new LaunchQueue();
  /** Those that are not gone. */
  private readonly tasks = new Set<ExecutorTask>();
  /** Written down, and through with `admit`. */
  private readonly admitted = new WeakSet<ExecutorTask>();
  private readonly volumes: ExecutorVolumes;
  private history: ExecutorHistory;
  private current: Container | undefined;
  private cancelTimeout: (() => void) | undefined;
  /** It has been written down, and a container may be there. */
  private hasBegun = false;
  private isSuperseded = false;
  private isFinished = false;
  private isKilled = false;

  constructor(
    readonly record: ExecutorRecord,
    private readonly deps: ExecutorDeps,
    private readonly onConfirmed: (executor: Executor) => void,
    /** Of one that an earlier agent has started. */
    earlier?: ExecutorHistory,
  ) {
    const { access, log, directory, runtime, send, settings, times, world } = deps;
    this.history = earlier ?? NOTHING;
    this.volumes = new ExecutorVolumes({ runtime, log, access, onChange: (mounted) => void this.note({ mounted }) }, earlier?.mounted);
    this.conversation = new Conversation(world, times.heartbeatIntervalMs);
    this.file = new ExecutorFile(directory, record.runId, (fault) =>
      log.error({ err: fault, ...this.ref }, 'what happened to an executor could not be written down'),
    );
    const sayGone = () => send({ kind: 'executor_gone', ...this.ref, ...this.history.gone });
    this.goneRepeater = new Repeater(sayGone, settings.updateRetry, world);
    this.whenGone = new Promise<void>((resolve) => (this.resolveGone = resolve));
  }

  get ref(): ExecutorRef {
    return { frameworkId: this.record.framework.id ?? '', executorId: this.record.info.executorId };
  }

  get isGone(): boolean {
    return this.phase === 'gone';
  }

  get isSubscribed(): boolean {
    return this.conversation.current !== undefined;
  }

  /** Its calls are taken: once it has subscribed, and to the end while it is shutting down (wire 7.2). */
  get maySpeak(): boolean {
    return this.isSubscribed || (this.phase === 'ending' && this.history.hasSubscribed);
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
    this.admitted.add(task);
    const end = early ?? task.killedEarly() ?? this.reasonAgainst(task);
    const settled = this.queue.admit(task, end).map((member) => member.problem && member.task.endAs(member.problem));
    if (!this.queue.isEmpty) this.proceed();
    this.adjustLimits();
    await Promise.all(settled);
  }

  /** It is to end: a task that the executor has not got never gets there (D-058). */
  async kill(task: ExecutorTask, isAskedOfAll: boolean): Promise<void> {
    const early = task.killedEarly();
    if (!early) this.sendKill(task);
    // Before, it would be told of without being written down.
    else if (this.admitted.has(task)) await task.endAs(early);
    if (!isAskedOfAll) this.endGroupOf(task, `task ${task.ref.taskId} of its group was killed`);
  }

  /** Its executor has said that it is over, or the agent has. A group goes with the first that does not finish (D-058). */
  taskOver(task: ExecutorTask, state: TaskState): void {
    this.adjustLimits();
    this.freeHeld(task);
    if (state !== 'TASK_FINISHED') this.endGroupOf(task, `task ${task.ref.taskId} of its group ended with ${state}`);
  }

  /** It is gone. */
  leave(task: ExecutorTask): void {
    this.tasks.delete(task);
    if (this.tasks.size > 0) return;
    if (!this.hasBegun) this.phase = 'gone';
    if (this.isGone) void this.finish();
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
    if (!this.history.hasSubscribed) void this.note({ hasSubscribed: true });
    const { framework, info, runId } = this.record;
    stream.send({ type: 'SUBSCRIBED', framework, executor: info, agent: this.deps.agent(), containerId: runId });
    for (const status of call.unacknowledgedUpdates) await this.update(status);
    if (this.conversation.current !== stream) return;
    const mentioned = new Set([...call.unacknowledgedTasks, ...call.unacknowledgedUpdates.map(({ taskId }) => taskId)]);
    for (const task of [...this.tasks]) {
      if (!task.isDelivered || task.isOver) continue;
      if (!task.hasSpoken && !mentioned.has(task.ref.taskId)) void task.endAs(neverReceived);
      else if (task.pendingKill) this.sendKill(task);
    }
    this.proceed();
  }

  /** A status of one of its tasks: written down, passed on, acknowledged (D-050). */
  async update(status: ExecutorUpdate): Promise<void> {
    const { taskId, uuid } = status;
    const called = [...this.tasks].filter((task) => task.ref.taskId === taskId);
    const task = called.find(({ isOver }) => !isOver) ?? called.at(-1);
    // Of one that is over for long, or of nobody's: the executor need not keep it.
    if (!task) this.deps.log.warn({ ...this.ref, taskId, state: status.state }, 'an executor reports a task that it does not have');
    await task?.update(status);
    this.conversation.send({ type: 'ACKNOWLEDGED', taskId, uuid });
  }

  /** At most once: whoever is not there misses it. */
  message(data: Uint8Array): void {
    if (this.conversation.send({ type: 'MESSAGE', data })) return;
    this.deps.log.info({ ...this.ref, bytes: data.length }, 'a message for an executor that is not subscribed is dropped');
  }

  /** SHUTDOWN, and after the grace the end of all its processes (D-059). */
  shutDown(graceMs = shutdownGraceMs(this.record.info)): void {
    if (this.isGone) return;
    const earlier = this.history.shutdown;
    const shutdown = { startMs: earlier?.startMs ?? this.deps.monotonicMs(), graceMs: Math.min(graceMs, earlier?.graceMs ?? Infinity) };
    void this.note({ shutdown });
    const isFirst = this.phase !== 'ending';
    this.phase = 'ending';
    if (isFirst) this.conversation.send({ type: 'SHUTDOWN' });
    this.endInTime();
  }

  /** Ends all its processes now; its tasks fail for this reason. */
  killBecause(cause: EndCause): void {
    if (this.isGone || this.history.cause) return;
    this.phase = 'ending';
    void this.note({ cause }).then(() => this.killNow());
  }

  confirmGone(): void {
    if (!this.isFinished) return;
    this.goneRepeater.stop();
    void this.file.remove();
    this.onConfirmed(this);
  }

  /** A new one is started under its id. To say again that this one is gone would be taken for the end of that. */
  supersede(): void {
    this.isSuperseded = true;
    this.confirmGone();
  }

  /** A master has registered us and may have missed it. */
  resend(): void {
    if (this.isFinished) this.goneRepeater.start();
  }

  /** Goes on where an earlier agent has stopped, once its tasks have joined it. */
  async resume(): Promise<void> {
    const { runId, isolation, bootId } = this.record;
    const { runtime, settings } = this.deps;
    this.hasBegun = true;
    for (const task of this.tasks) this.admitted.add(task);
    if (this.history.gone) return this.over(this.deathOf({ kind: 'lost', problem: 'it had ended before the agent was restarted' }));
    const isAfterReboot = bootId !== settings.bootId;
    const container = isAfterReboot ? undefined : await runtime.adopt(runId, isolation, this.file.log);
    if (!container) return this.endedUnseen(isAfterReboot);
    this.phase = this.history.shutdown || this.history.cause ? 'ending' : 'running';
    this.follow(container);
    await this.queue.takeOver(this.tasks, (task) => this.reasonAgainst(task));
    if (this.history.cause) this.killNow();
    else if (this.history.shutdown) this.endInTime();
  }

  /** From now on an executor of an earlier agent can subscribe. */
  doorOpened(): void {
    if (this.phase === 'running') this.awaitSubscription();
  }

  /** No more timers, and no more events; it goes on. Resolves when all that happened is written down. */
  async close(): Promise<void> {
    this.cancelTimeout?.();
    this.goneRepeater.stop();
    this.conversation.close();
    await this.file.settled();
  }

  private reasonAgainst(task: ExecutorTask): TaskEnd | undefined {
    if (this.phase === 'ending' || this.isGone) return executorEnding;
    const problem = this.volumes.problemOf(task);
    return problem === undefined ? undefined : notMountable(problem);
  }

  private endGroupOf(task: ExecutorTask, because: string): void {
    const { group } = task.record;
    if (!group) return;
    for (const other of this.tasks) {
      if (other !== task && other.record.group?.id === group.id) void other.terminate({ isAskedOfAll: true, because });
    }
  }

  private sendKill(task: ExecutorTask): void {
    const kill = task.pendingKill;
    if (kill) this.conversation.send({ type: 'KILL', taskId: task.ref.taskId, graceMs: kill.graceMs });
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
    const problem = await this.file.create({ record, history: this.history }).then(
      () => undefined,
      (fault: unknown) => launchFailed(`the agent cannot write its executor down: ${describeFault(fault)}`),
    );
    if (problem) return this.over(problem);
    if (this.phase !== 'starting') return this.over(executorEnding);
    const tasks = [...this.tasks];
    const started = await startExecutor(
      {
        record,
        volumes: this.volumes.fix(tasks),
        resources: this.resources,
        // Its own tasks are no others to one another, and the first of them came before the rest.
        isUsedByOthers: (volume) => {
          const first = tasks.find((task) => task.volumes.some((used) => used.volume === volume));
          return first?.keeper.isUsedByOthers(first, volume) ?? false;
        },
        log: this.file.log,
      },
      deps,
    );
    if ('state' in started) return this.over(started);
    this.follow(started);
    if (this.phase !== 'starting') return this.history.cause ? this.killNow() : this.endInTime();
    this.phase = 'running';
    this.awaitSubscription();
    await this.sendQueued();
  }

  private sendQueued(): Promise<void> {
    return this.queue.send(this.conversation, () => this.phase === 'running');
  }

  private awaitSubscription(): void {
    if (this.isSubscribed) return;
    const { leftMs, cause } = subscriptionDue(this.record, this.history, this.deps.times, this.deps.monotonicMs());
    this.endAfter(leftMs, () => this.killBecause(cause));
  }

  private endInTime(): void {
    this.endAfter(graceLeftMs(this.history, this.deps.monotonicMs()), () => this.killNow());
  }

  private endAfter(ms: number, end: () => void): void {
    this.cancelTimeout?.();
    this.cancelTimeout = this.deps.world.after(ms, end);
  }

  /** Its own, and those of the tasks that it has. */
  private get resources(): Resources {
    const tasks = [...this.tasks].filter(({ isOver }) => !isOver);
    return Resources.sum([this.record.info.resources, ...tasks.map((task) => task.record.info.resources)]);
  }

  /** Tries again what could not be unmounted when its task ended. */
  private freeHeld(except?: ExecutorTask): void {
    for (const task of this.tasks) {
      if (task === except || !task.isOver || !task.isHolding) continue;
      task
        .freeAgain()
        .catch((fault: unknown) => this.deps.log.error({ err: fault, ...task.ref }, 'the volumes of a task could not be freed'));
    }
  }

  private adjustLimits(): void {
    const { container } = this;
    if (!container) return;
    try {
      this.deps.runtime.setLimits(container, limitsOfExecutor(this.resources, this.deps));
    } catch (fault) {
      // More memory is in use than is left to it when a task is over; until it gives that back it may keep it.
      this.deps.log.info({ err: fault, ...this.ref }, 'the limits of an executor could not be adjusted');
    }
  }

  private killNow(): void {
    this.isKilled = true;
    this.current?.kill();
  }

  private follow(container: Container): void {
    this.current = container;
    // Before, what it has mounted is not known. Of an earlier agent's it does so since long.
    void container.whenRunning.then(() => this.freeHeld());
    container.whenGone
      .then((end) => this.ended(end))
      .catch((fault: unknown) => {
        // Whether anything of it is left is not known, so the volumes of its tasks stay held.
        this.deps.log.error({ err: fault, ...this.ref }, 'the end of an executor could not be made out');
      });
  }

  private async ended(end: ContainerEnd): Promise<void> {
    const exitStatus = exitStatusOf(end, this.isKilled || this.history.cause !== undefined);
    await this.over(this.deathOf(end), exitStatus);
  }

  private deathOf(end: ContainerEnd): TaskEnd {
    return endWithExecutor(end, this.history.cause);
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
    await clearExecutor(
      this.record,
      [...this.tasks].flatMap((task) => task.volumes),
      this.deps,
    );
    this.history = { ...this.history, gone: this.history.gone ?? (exitStatus === undefined ? {} : { exitStatus }) };
    const told = [...this.tasks].filter((task) => this.admitted.has(task)).map((task) => task.executorGone(end));
    await Promise.all(told);
    if (this.tasks.size === 0) await this.finish();
  }

  private async finish(): Promise<void> {
    if (this.isFinished) return;
    this.isFinished = true;
    await this.note({ gone: this.history.gone ?? {} });
    if (this.isSuperseded) this.confirmGone();
    else this.goneRepeater.start();
    this.resolveGone();
  }

  /** Resolves when it is written down. */
  private note(change: Partial<ExecutorHistory>): Promise<void> {
    this.history = { ...this.history, ...change };
    return this.file.save({ record: this.record, history: this.history });
  }
}
