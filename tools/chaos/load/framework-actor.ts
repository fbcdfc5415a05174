import { setTimeout as pause } from 'node:timers/promises';
import type { Offer, OperationResult } from '@holdfast/core/offers';
import { isTerminal, type TaskStatus } from '@holdfast/core/tasks';
import type { Result, TaskId } from '@holdfast/core/base';
import { connectScheduler, type Scheduler } from '@holdfast/scheduler-sdk';
import type { SeededRandom } from '../seeded-random';
import { planStep, WRONG_DATA, type Destroy, type Step } from './plan-step';
import type { KnownVolume, VolumeBook } from './volume-book';

export interface ActorOptions {
  readonly name: string;
  readonly roles: readonly string[];
  readonly address: string;
  readonly random: SeededRandom;
  readonly book: VolumeBook;
  /** A task found other data than was written. */
  readonly onWrongData: (problem: string) => void;
}

/** How often each thing was done, for the last line of the report. */
export interface Deeds {
  accepts: number;
  creates: number;
  launches: number;
  destroys: number;
  waitingDestroys: number;
  cancels: number;
  kills: number;
  restarts: number;
  /** Calls that the cluster did not answer. */
  unanswered: number;
}

export const NO_DEEDS: Deeds = {
  accepts: 0,
  creates: 0,
  launches: 0,
  destroys: 0,
  waitingDestroys: 0,
  cancels: 0,
  kills: 0,
  restarts: 0,
  unanswered: 0,
};

const OFFER_WAIT_MS = 1_000;
const CALL_TIMEOUT_MS = 4_000;
/** A framework that is away so long is removed, and its tasks with it; no fault lasts so long. */
const FAILOVER_MS = 120_000;

/** One framework that lives by the dice: launches, creates, destroys, kills, and now and then starts anew. */
export class FrameworkActor {
  readonly deeds: Deeds = { ...NO_DEEDS };
  private readonly running = new Set<TaskId>();
  private number = 0;
  private isPaused = true;
  private isOver = false;
  private life: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: ActorOptions,
    private scheduler: Scheduler,
  ) {
    this.listen(scheduler);
  }

  static async start(options: ActorOptions): Promise<FrameworkActor> {
    return new FrameworkActor(options, await connect(options));
  }

  get name(): string {
    return this.options.name;
  }

  get frameworkId(): string {
    return this.scheduler.frameworkId;
  }

  /** Begins, or goes on. */
  resume(): void {
    if (!this.isPaused || this.isOver) return;
    this.isPaused = false;
    this.life = this.live();
  }

  /** Resolves when nothing more is asked; what runs goes on. */
  async pause(): Promise<void> {
    this.isPaused = true;
    await this.life;
  }

  /** Whether an offer comes before the moment. It is given back at once, and none wanted until `resume`: the others wait for theirs. */
  async isOffered(untilMs: number): Promise<boolean> {
    while (Date.now() < untilMs) {
      try {
        await this.scheduler.revive();
        await this.scheduler.findOffer(() => true, { timeoutMs: OFFER_WAIT_MS });
        await this.scheduler.suppress();
        await this.giveBack();
        return true;
      } catch {
        // Not yet: asked again until the time is over.
        await pause(100);
      }
    }
    return false;
  }

  async giveBack(): Promise<void> {
    await this.scheduler.decline(this.scheduler.offers, { refuseMs: 0 }).catch(() => undefined);
  }

  /** Does something with every offer that is there, after asking for all. */
  async useOffers(use: (scheduler: Scheduler, offer: Offer) => Promise<void>): Promise<void> {
    try {
      await this.scheduler.revive();
      await this.scheduler.findOffer(() => true, { timeoutMs: OFFER_WAIT_MS });
      for (const offer of this.scheduler.offers) await use(this.scheduler, offer);
    } catch {
      // There is none just now, or the call was not answered; the caller asks again.
    }
  }

  /** Kills everything that is left; resolves with what had not ended after the time. */
  async killAll(limitMs: number): Promise<readonly TaskId[]> {
    const untilMs = Date.now() + limitMs;
    while (this.running.size > 0 && Date.now() < untilMs) {
      for (const taskId of this.running) await this.scheduler.kill(taskId).catch(() => undefined);
      await this.scheduler.reconcile([...this.running].map((taskId) => ({ taskId }))).catch(() => undefined);
      await pause(500);
    }
    return [...this.running];
  }

  async teardown(): Promise<void> {
    await this.scheduler.teardown();
  }

  close(): void {
    this.isOver = true;
    this.isPaused = true;
    this.scheduler.close();
  }

  private async live(): Promise<void> {
    // Nothing is outstanding after a pause; without an answer the next subscription asks for offers.
    await this.scheduler.revive().catch(() => undefined);
    while (!this.isPaused) {
      try {
        await this.act();
      } catch (error) {
        this.deeds.unanswered += 1;
        if (!(error instanceof Error)) throw error;
        await pause(100);
      }
    }
  }

  private async act(): Promise<void> {
    const { random } = this.options;
    if (random.chance(0.01)) await this.startAnew();
    if (random.chance(0.15)) await this.killOne();
    const offer = await this.scheduler.findOffer(() => true, { timeoutMs: OFFER_WAIT_MS }).catch(() => undefined);
    if (offer && !this.isPaused) await this.answer(offer);
  }

  private async answer(offer: Offer): Promise<void> {
    const { random } = this.options;
    const step = planStep({ ...this.options, framework: this.name, nextNumber: () => ++this.number }, offer);
    const refuseMs = random.pick([0, 0, 300, 1_000]);
    if (step.operations.length === 0) {
      await this.scheduler.decline(offer, { refuseMs });
      return;
    }
    this.deeds.accepts += 1;
    const before = new Map([...step.creates.values()].map((created) => [created, this.options.book.put(created)]));
    try {
      this.learn(step, before, await this.scheduler.accept(offer, step.operations, { refuseMs }));
    } catch (error) {
      for (const { volume } of step.destroys.values()) leaveOpen(volume);
      throw error;
    }
  }

  /** Takes an answer for what it is worth. */
  private learn(step: Step, before: ReadonlyMap<KnownVolume, KnownVolume | undefined>, answer: Result<readonly OperationResult[]>): void {
    const { book } = this.options;
    for (const [index, created] of step.creates) {
      const refusal = answer.ok ? answer.value[index]?.refusal : answer.refusal;
      if (!refusal) this.deeds.creates += 1;
      else if (!isInDoubt(refusal) && created.life === 'asked') book.takeBack(created, before.get(created));
    }
    for (const [index, destroy] of step.destroys) {
      const result = answer.ok ? answer.value[index] : undefined;
      if (answer.ok && result && !result.refusal) this.destroyGranted(destroy, result);
      else if (isInDoubt(answer.ok ? result?.refusal : answer.refusal)) leaveOpen(destroy.volume);
    }
    if (answer.ok) this.deeds.launches += answer.value.reduce((sum, { tasks }) => sum + tasks.filter(({ refusal }) => !refusal).length, 0);
  }

  private destroyGranted({ volume, isWaiting }: Destroy, { waitsFor }: OperationResult): void {
    this.deeds[isWaiting ? 'waitingDestroys' : 'destroys'] += 1;
    if (isWaiting && waitsFor && waitsFor.length > 0) leaveOpen(volume);
    else if (volume) volume.life = 'doomed';
  }

  private async killOne(): Promise<void> {
    if (this.running.size === 0) return;
    const taskId = this.options.random.pick([...this.running]);
    this.deeds.kills += 1;
    await this.scheduler.kill(taskId);
  }

  /** As a scheduler that was killed and comes back under its id. */
  private async startAnew(): Promise<void> {
    this.deeds.restarts += 1;
    const { frameworkId } = this.scheduler;
    this.scheduler.close();
    while (!this.isOver) {
      try {
        this.scheduler = await connect(this.options, frameworkId);
        break;
      } catch {
        // The master may be away; without its scheduler this framework can do nothing else.
        await pause(200);
      }
    }
    this.listen(this.scheduler);
    if (this.isOver) this.scheduler.close();
    else await this.scheduler.reconcile();
  }

  private listen(scheduler: Scheduler): void {
    scheduler.on('updated', (status) => this.hear(status));
  }

  private hear({ taskId, state, message }: TaskStatus): void {
    const { book } = this.options;
    // Nobody has it: a launch that was granted, and died with master and agent before either could tell of it.
    if (isTerminal(state) || state === 'TASK_UNKNOWN') this.running.delete(taskId);
    else this.running.add(taskId);
    if (state === 'TASK_RUNNING') book.taskRan(taskId);
    if (state === 'TASK_FINISHED') book.taskFinished(taskId);
    if (state === 'TASK_FAILED' && message?.includes(`status ${WRONG_DATA}`))
      this.options.onWrongData(`task ${taskId} did not find the token that was written into its volume: ${message}`);
  }
}

const connect = ({ name, roles, address }: ActorOptions, id?: string): Promise<Scheduler> =>
  connectScheduler({
    address,
    framework: {
      name,
      user: 'root',
      roles,
      capabilities: ['SHARED_RESOURCES', 'PARTITION_AWARE'],
      failoverTimeoutMs: FAILOVER_MS,
      ...(id !== undefined && { id }),
    },
    backoff: { initialMs: 100, maxMs: 1_000 },
    callTimeoutMs: CALL_TIMEOUT_MS,
    endedTasksKept: 10_000,
  });

const isInDoubt = (refusal: OperationResult['refusal']): boolean =>
  refusal?.code === 'ledger_unavailable' || refusal?.code === 'agent_disconnected' || refusal?.code === 'dependency_refused';

/** Whatever was asked for may have been done, or may be done later. */
function leaveOpen(volume: Destroy['volume']): void {
  if (volume && volume.life !== 'doomed') volume.life = 'doubtful';
}
