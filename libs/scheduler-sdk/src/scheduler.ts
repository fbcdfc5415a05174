import { EventEmitter } from 'node:events';
import { isTerminal, type TaskState, type TaskStatus } from '@holdfast/core/tasks';
import {
  ok,
  refuse,
  refused,
  type AgentId,
  type FrameworkId,
  type OfferId,
  type Result,
  type Role,
  type StreamId,
  type TaskId,
} from '@holdfast/core/base';
import type { Offer, Operation, OperationResult } from '@holdfast/core/offers';
import { schedulerService, type Filters, type Method, type SchedulerEvent } from '@holdfast/contracts';
import { createRpcClient, type RpcClient } from '@holdfast/platform/rpc';
import { awaitEvent, type AwaitOptions } from './await-event';
import { describeFramework, type FrameworkDescription } from './framework';
import { OfferBook } from './offer-book';
import type { SchedulerEvents } from './scheduler-events';
import { keepSubscribed, STREAM_ID_KEY } from './subscription';

export interface SchedulerOptions {
  /** The master's gRPC door, `host:port`. */
  readonly address: string;
  readonly framework: FrameworkDescription;
  /** Roles for which no offers are wanted yet; `revive` asks for them. */
  readonly suppressedRoles?: readonly Role[];
  /** `manual`: the caller acknowledges each status that has a uuid; until then no later one of that task arrives (D-052). */
  readonly acknowledge?: 'automatic' | 'manual';
  /** How long `connectScheduler` waits for the first subscription; 15 s by default. */
  readonly subscribeTimeoutMs?: number;
  /** The pause before a lost subscription is made again: 0.1 s growing to 5 s by default. */
  readonly backoff?: { readonly initialMs: number; readonly maxMs: number };
  /** How long a call may take; 10 s by default. */
  readonly callTimeoutMs?: number;
}

const DEFAULT_SUBSCRIBE_TIMEOUT_MS = 15_000;
const DEFAULT_CALL_TIMEOUT_MS = 10_000;
const DEFAULT_BACKOFF = { initialMs: 100, maxMs: 5000 };

/** Subscribes a framework and resolves once the master has answered SUBSCRIBED; rejects when it refuses or stays away. */
export async function connectScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const scheduler = new Scheduler(options);
  try {
    let lastReason = '';
    scheduler.on('disconnected', ({ reason }) => (lastReason = reason));
    await awaitEvent(scheduler, 'subscribed', () => true, {
      timeoutMs: options.subscribeTimeoutMs ?? DEFAULT_SUBSCRIBE_TIMEOUT_MS,
      what: `subscribing ${options.framework.name} at ${options.address}`,
    }).catch((error: Error) => {
      throw lastReason === '' ? error : new Error(`${error.message} (${lastReason})`, { cause: error });
    });
    scheduler.removeAllListeners('disconnected');
    return scheduler;
  } catch (error) {
    scheduler.close();
    throw error;
  }
}

/** One framework's connection to the master. Refusals are values, an unreachable master is thrown as `RpcFault`. */
export class Scheduler extends EventEmitter<SchedulerEvents> {
  readonly #client: RpcClient;
  readonly #options: SchedulerOptions;
  readonly #subscription: { stop(): void };
  readonly #offers = new OfferBook();
  readonly #statuses = new Map<TaskId, TaskStatus>();
  /** As the master has them; a subscription made again says them again. */
  readonly #suppressed: Set<Role>;
  #frameworkId: FrameworkId | undefined;
  #streamId: StreamId | undefined;
  #hasEnded = false;
  #isTearingDown = false;

  constructor(options: SchedulerOptions) {
    super();
    this.setMaxListeners(0);
    this.#options = options;
    this.#suppressed = new Set(options.suppressedRoles);
    this.#frameworkId = options.framework.id;
    this.#client = createRpcClient({ address: options.address });
    this.#subscription = keepSubscribed({
      client: this.#client,
      request: () => ({
        framework: describeFramework({ ...options.framework, ...(this.#frameworkId === undefined ? {} : { id: this.#frameworkId }) }),
        suppressedRoles: [...this.#suppressed],
      }),
      onSubscribed: ({ frameworkId, streamId }) => {
        const again = this.#frameworkId === frameworkId;
        this.#frameworkId = frameworkId;
        this.#streamId = streamId;
        this.emit('subscribed', { frameworkId, again });
      },
      onEvent: (event) => this.#hear(event),
      onLost: (loss) => {
        this.#streamId = undefined;
        this.#offers.clear();
        if (!this.#isTearingDown) this.emit('disconnected', loss);
      },
      onEnded: (reason) => this.#end(reason),
      backoff: options.backoff ?? DEFAULT_BACKOFF,
    });
  }

  get frameworkId(): FrameworkId {
    return this.#frameworkId ?? '';
  }

  get isSubscribed(): boolean {
    return this.#streamId !== undefined;
  }

  /** Offers that are neither answered nor rescinded. */
  get offers(): readonly Offer[] {
    return this.#offers.list();
  }

  /** The newest status heard of a task. */
  status(taskId: TaskId): TaskStatus | undefined {
    return this.#statuses.get(taskId);
  }

  /** The first offer that matches: one that is outstanding, else the first to arrive. */
  findOffer(matches: (offer: Offer) => boolean, options?: AwaitOptions): Promise<Offer> {
    const outstanding = this.offers.find(matches);
    return outstanding === undefined ? this.nextOffer(matches, options) : Promise.resolve(outstanding);
  }

  /** The first offer that arrives from now on and matches. */
  async nextOffer(matches: (offer: Offer) => boolean, options?: AwaitOptions): Promise<Offer> {
    const [first] = await this.nextOffers(matches, options);
    return first;
  }

  /** The matching offers of the first OFFERS event from now on that has any. */
  nextOffers(matches: (offer: Offer) => boolean, options: AwaitOptions = {}): Promise<readonly [Offer, ...Offer[]]> {
    return awaitEvent(
      this,
      'offers',
      (offers) => {
        const [first, ...others] = offers.filter(matches);
        return first === undefined ? undefined : ([first, ...others] as const);
      },
      { what: 'an offer', ...options },
    );
  }

  /** The first RESCIND of this offer from now on. */
  async nextRescind(offerId: OfferId, options: AwaitOptions = {}): Promise<void> {
    await awaitEvent(this, 'rescinded', (rescinded) => (rescinded.offerId === offerId ? true : undefined), {
      what: `the rescind of offer ${offerId}`,
      ...options,
    });
  }

  /** The task's newest status, once it is in one of these states; rejects at once when it ended in another. */
  async untilTask(taskId: TaskId, states: readonly TaskState[], options: AwaitOptions = {}): Promise<TaskStatus> {
    const decide = (status: TaskStatus | undefined): TaskStatus | undefined =>
      status?.taskId === taskId && (states.includes(status.state) || isTerminal(status.state)) ? status : undefined;
    const status =
      decide(this.status(taskId)) ??
      (await awaitEvent(this, 'updated', decide, { what: `task ${taskId} to be ${states.join(' or ')}`, ...options }));
    if (states.includes(status.state)) return status;
    throw new Error(
      `task ${taskId} was to be ${states.join(' or ')}, but is ${status.state}: ${status.message ?? status.reason ?? 'no reason given'}`,
    );
  }

  /** Answers offers of one agent; they are used up whatever the results. results[i] answers operations[i]. */
  async accept(
    offers: Offer | readonly Offer[],
    operations: readonly Operation[],
    filters: Filters = {},
  ): Promise<Result<readonly OperationResult[]>> {
    const offerIds = this.#take(offers);
    const answer = await this.#call(schedulerService.accept, { frameworkId: this.frameworkId, offerIds, operations, filters });
    return answer.ok ? ok(answer.value.results) : answer;
  }

  /** Refuses offers; the value names those that were no longer outstanding (D-023). */
  async decline(offers: Offer | readonly Offer[], filters: Filters = {}): Promise<Result<readonly OfferId[]>> {
    const offerIds = this.#take(offers);
    if (offerIds.length === 0) return ok([]);
    const answer = await this.#call(schedulerService.decline, { frameworkId: this.frameworkId, offerIds, filters });
    return answer.ok ? ok(answer.value.unknownOfferIds) : answer;
  }

  /** Wants offers again, for these roles or all; drops the filters of earlier declines. */
  async revive(...roles: readonly Role[]): Promise<Result<unknown>> {
    const answer = await this.#call(schedulerService.revive, { frameworkId: this.frameworkId, roles });
    if (answer.ok) for (const role of this.#rolesMeant(roles)) this.#suppressed.delete(role);
    return answer;
  }

  /** Wants no more offers, for these roles or all; outstanding ones stay (C-054). */
  async suppress(...roles: readonly Role[]): Promise<Result<unknown>> {
    const answer = await this.#call(schedulerService.suppress, { frameworkId: this.frameworkId, roles });
    if (answer.ok) for (const role of this.#rolesMeant(roles)) this.#suppressed.add(role);
    return answer;
  }

  kill(taskId: TaskId, options: { readonly agentId?: AgentId; readonly graceMs?: number } = {}): Promise<Result<unknown>> {
    return this.#call(schedulerService.kill, { frameworkId: this.frameworkId, taskId, ...options });
  }

  /** Only needed with `acknowledge: 'manual'`; a status without uuid needs none (D-051). */
  async acknowledge(status: TaskStatus): Promise<Result<unknown>> {
    if (status.uuid === undefined || status.agentId === undefined) return ok(undefined);
    const { agentId, taskId, uuid } = status;
    return this.#call(schedulerService.acknowledge, { frameworkId: this.frameworkId, agentId, taskId, uuid });
  }

  /** Asks for the states of these tasks, or of all; they arrive as `updated`. */
  reconcile(tasks: readonly { readonly taskId: TaskId; readonly agentId?: AgentId }[] = []): Promise<Result<unknown>> {
    return this.#call(schedulerService.reconcile, { frameworkId: this.frameworkId, tasks });
  }

  /** Ends the framework for good: tasks killed, offers withdrawn, the id refused from then on. The connection is closed. */
  async teardown(): Promise<Result<unknown>> {
    // The stream may end before the answer is here.
    this.#isTearingDown = true;
    const answer = await this.#call(schedulerService.teardown, { frameworkId: this.frameworkId });
    this.#isTearingDown = false;
    if (answer.ok) this.#end('torn down');
    return answer;
  }

  /** Cuts the connection and leaves no timer or socket behind; the framework lives on until its failover timeout. */
  close(): void {
    this.#end('closed by this scheduler');
  }

  #rolesMeant(roles: readonly Role[]): readonly Role[] {
    return roles.length === 0 ? this.#options.framework.roles : roles;
  }

  #take(offers: Offer | readonly Offer[]): readonly OfferId[] {
    const list: readonly Offer[] = 'id' in offers ? [offers] : offers;
    for (const { id } of list) this.#offers.remove(id);
    return list.map(({ id }) => id);
  }

  async #call<Req, Res>(method: Method<Req, Res>, request: Req): Promise<Result<Res>> {
    if (this.#streamId === undefined) return refused(refuse('framework_disconnected', { frameworkId: this.frameworkId }));
    return this.#client.unary(method, request, {
      deadlineMs: this.#options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS,
      metadata: { [STREAM_ID_KEY]: this.#streamId },
    });
  }

  #hear(event: SchedulerEvent): void {
    switch (event.type) {
      case 'OFFERS':
        this.#offers.add(event.offers);
        this.emit('offers', event.offers);
        return;
      case 'RESCIND': {
        const offer = this.#offers.remove(event.offerId);
        this.emit('rescinded', { offerId: event.offerId, ...(offer === undefined ? {} : { offer }) });
        return;
      }
      case 'UPDATE':
        this.#statuses.set(event.status.taskId, event.status);
        this.emit('updated', event.status);
        if (this.#options.acknowledge !== 'manual') void this.#acknowledgeItself(event.status);
        return;
      case 'FAILURE':
        this.emit('failed', event.agentId === undefined ? {} : { agentId: event.agentId });
        return;
      case 'HEARTBEAT':
        this.emit('heartbeat');
        return;
      case 'SUBSCRIBED':
      case 'ERROR':
        return;
    }
  }

  async #acknowledgeItself(status: TaskStatus): Promise<void> {
    const reason = await this.acknowledge(status).then(
      (answer) => (answer.ok ? undefined : answer.refusal.message),
      (fault: Error) => fault.message,
    );
    if (reason !== undefined && !this.#hasEnded) this.emit('unacknowledged', { status, reason });
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#streamId = undefined;
    this.#offers.clear();
    this.#subscription.stop();
    this.#client.close();
    this.emit('ended', reason);
  }
}
