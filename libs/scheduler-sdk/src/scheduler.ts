import { EventEmitter } from 'node:events';
import { isTerminal, type TaskState, type TaskStatus } from '@holdfast/core/tasks';
import {
  ok,
  type AgentId,
  type ExecutorId,
  type FrameworkId,
  type OfferId,
  type OperationId,
  type RefusalCode,
  type Result,
  type Role,
  type TaskId,
} from '@holdfast/core/base';
import type { Offer, OfferConstraints, Operation, OperationResult, OperationStatus } from '@holdfast/core/offers';
import type { CallAnswer, Filters, SchedulerEvent, SubscribeRequest } from '@holdfast/contracts';
import { createRpcClient, RpcFault, type RpcClient } from '@holdfast/platform/rpc';
import { awaitEvent, type AwaitOptions } from './await-event';
import { connectTransport } from './connect-transport';
import { describeFramework, type FrameworkDescription } from './framework';
import { OfferBook } from './offer-book';
import type { SchedulerEvents } from './scheduler-events';
import type { FrameworkChange, SchedulerOptions } from './scheduler-options';
import { StatusBook } from './status-book';
import { keepSubscribed, type Subscription } from './subscription';
import { unaryTransport } from './unary-transport';

const DEFAULT_SUBSCRIBE_TIMEOUT_MS = 15_000;
const DEFAULT_CALL_TIMEOUT_MS = 10_000;
const DEFAULT_BACKOFF = { initialMs: 100, maxMs: 5000 };
const DEFAULT_ENDED_TASKS_KEPT = 1000;

/** Refused before the master looked at the offers: they are outstanding as before. */
const UNHEARD: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['invalid_argument', 'message_too_large']);

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
  readonly #isAcknowledging: boolean;
  readonly #subscription: Subscription;
  readonly #offers = new OfferBook();
  readonly #statuses: StatusBook;
  /** As the master has them; a subscription made again says them again. */
  readonly #suppressed: Set<Role>;
  #description: FrameworkDescription;
  #offerConstraints: OfferConstraints | undefined;
  #frameworkId: FrameworkId | undefined;
  #hasEnded = false;
  #isTearingDown = false;

  constructor(options: SchedulerOptions) {
    super();
    this.setMaxListeners(0);
    const { address, credentials, callTimeoutMs = DEFAULT_CALL_TIMEOUT_MS } = options;
    this.#isAcknowledging = options.acknowledge !== 'manual';
    this.#statuses = new StatusBook(options.endedTasksKept ?? DEFAULT_ENDED_TASKS_KEPT);
    this.#suppressed = new Set(options.suppressedRoles);
    this.#description = options.framework;
    this.#offerConstraints = options.offerConstraints;
    this.#frameworkId = options.framework.id;
    this.#client = createRpcClient({ address, ...(credentials && { credentials }) });
    this.#subscription = keepSubscribed({
      transport: (options.transport === 'connect' ? connectTransport : unaryTransport)(this.#client, callTimeoutMs),
      request: () => this.#subscribeRequest(this.#description, [...this.#suppressed], this.#offerConstraints),
      onSubscribed: (frameworkId) => {
        const again = this.#frameworkId === frameworkId;
        this.#frameworkId = frameworkId;
        this.emit('subscribed', { frameworkId, again });
      },
      onEvent: (event) => this.#hear(event),
      onLost: (loss) => {
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
    return this.#subscription.isSubscribed;
  }

  /** Offers that are neither answered nor rescinded. */
  get offers(): readonly Offer[] {
    return this.#offers.list();
  }

  /**
   * The newest status heard of a task; once it has ended, how it ended, unless its agent still runs it after all (D-089). Of tasks that
   * ended long ago it is forgotten (`endedTasksKept`).
   */
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

  /**
   * Answers offers of one agent. results[i] answers operations[i]. The offers are used up whatever the results; they stay outstanding only
   * if the master did not even look at them: the call could not be encoded, or was malformed or too large as a whole.
   */
  async accept(
    offers: Offer | readonly Offer[],
    operations: readonly Operation[],
    filters: Filters = {},
  ): Promise<Result<readonly OperationResult[]>> {
    for (const taskId of operations.flatMap(launchedBy)) this.#statuses.launching(taskId);
    const answer = await this.#answerOffers(offers, (offerIds) =>
      this.#subscription.call({ type: 'ACCEPT', frameworkId: this.frameworkId, offerIds, operations, filters }),
    );
    return answer.ok ? ok(answer.value.results ?? []) : answer;
  }

  /** Refuses offers; the value names those that were no longer outstanding (D-023). */
  async decline(offers: Offer | readonly Offer[], filters: Filters = {}): Promise<Result<readonly OfferId[]>> {
    if (!('id' in offers) && offers.length === 0) return ok([]);
    const answer = await this.#answerOffers(offers, (offerIds) =>
      this.#subscription.call({ type: 'DECLINE', frameworkId: this.frameworkId, offerIds, filters }),
    );
    return answer.ok ? ok(answer.value.unknownOfferIds ?? []) : answer;
  }

  /** Wants offers again, for these roles or all; drops the filters of earlier declines. */
  async revive(...roles: readonly Role[]): Promise<Result<unknown>> {
    const answer = await this.#subscription.call({ type: 'REVIVE', frameworkId: this.frameworkId, roles });
    if (answer.ok) for (const role of this.#rolesMeant(roles)) this.#suppressed.delete(role);
    return answer;
  }

  /** Wants no more offers, for these roles or all; outstanding ones stay (C-054). */
  async suppress(...roles: readonly Role[]): Promise<Result<unknown>> {
    const answer = await this.#subscription.call({ type: 'SUPPRESS', frameworkId: this.frameworkId, roles });
    if (answer.ok) for (const role of this.#rolesMeant(roles)) this.#suppressed.add(role);
    return answer;
  }

  /** Describes the framework anew, all or nothing (D-015). Later subscriptions say the same. */
  async updateFramework(change: FrameworkChange): Promise<Result<unknown>> {
    const description = { ...this.#description, ...change.framework };
    const suppressedRoles = change.suppressedRoles ?? [...this.#suppressed].filter((role) => description.roles.includes(role));
    const offerConstraints = change.offerConstraints ?? this.#offerConstraints;
    const request = this.#subscribeRequest(description, suppressedRoles, offerConstraints);
    const answer = await this.#subscription.call({ type: 'UPDATE_FRAMEWORK', frameworkId: this.frameworkId, ...request });
    if (!answer.ok) return answer;
    this.#description = description;
    this.#offerConstraints = offerConstraints;
    this.#suppressed.clear();
    for (const role of suppressedRoles) this.#suppressed.add(role);
    return answer;
  }

  kill(taskId: TaskId, options: { readonly agentId?: AgentId; readonly graceMs?: number } = {}): Promise<Result<unknown>> {
    return this.#subscription.call({ type: 'KILL', frameworkId: this.frameworkId, taskId, ...options });
  }

  /** Ends an executor of this framework and all of its tasks. */
  shutdownExecutor(agentId: AgentId, executorId: ExecutorId): Promise<Result<unknown>> {
    return this.#subscription.call({ type: 'SHUTDOWN', frameworkId: this.frameworkId, agentId, executorId });
  }

  /** Data for an executor of this framework. */
  sendMessage(agentId: AgentId, executorId: ExecutorId, data: Uint8Array): Promise<Result<unknown>> {
    return this.#subscription.call({ type: 'MESSAGE', frameworkId: this.frameworkId, agentId, executorId, data });
  }

  /** Only needed with `acknowledge: 'manual'`; a status without uuid needs none (D-051). */
  async acknowledge(status: TaskStatus): Promise<Result<unknown>> {
    if (status.uuid === undefined || status.agentId === undefined) return ok(undefined);
    const { agentId, taskId, uuid } = status;
    return this.#subscription.call({ type: 'ACKNOWLEDGE', frameworkId: this.frameworkId, agentId, taskId, uuid });
  }

  /** Likewise for an operation (D-095). */
  async acknowledgeOperation(status: OperationStatus): Promise<Result<unknown>> {
    if (status.uuid === undefined || status.agentId === undefined) return ok(undefined);
    const { agentId, operationId, uuid } = status;
    return this.#subscription.call({
      type: 'ACKNOWLEDGE_OPERATION_STATUS',
      frameworkId: this.frameworkId,
      agentId,
      operationId,
      uuid,
    });
  }

  /** Asks for the states of these tasks, or of all; they arrive as `updated`. */
  reconcile(tasks: readonly { readonly taskId: TaskId; readonly agentId?: AgentId }[] = []): Promise<Result<unknown>> {
    return this.#subscription.call({ type: 'RECONCILE', frameworkId: this.frameworkId, tasks });
  }

  /** Asks for the states of these operations, or of all with an id; they arrive as `operationUpdated` (D-096). */
  reconcileOperations(
    operations: readonly { readonly operationId: OperationId; readonly agentId?: AgentId }[] = [],
  ): Promise<Result<unknown>> {
    return this.#subscription.call({ type: 'RECONCILE_OPERATIONS', frameworkId: this.frameworkId, operations });
  }

  /** Ends the framework for good: tasks killed, offers withdrawn, the id refused from then on. The connection is closed. */
  async teardown(): Promise<Result<unknown>> {
    // The stream may end before the answer is here.
    this.#isTearingDown = true;
    try {
      const answer = await this.#subscription.call({ type: 'TEARDOWN', frameworkId: this.frameworkId });
      if (answer.ok) this.#end('torn down');
      return answer;
    } finally {
      this.#isTearingDown = false;
    }
  }

  /** Cuts the connection and leaves no timer or socket behind; the framework lives on until its failover timeout. */
  close(): void {
    this.#end('closed by this scheduler');
  }

  #subscribeRequest(
    description: FrameworkDescription,
    suppressedRoles: readonly Role[],
    offerConstraints: OfferConstraints | undefined,
  ): SubscribeRequest {
    const id = this.#frameworkId;
    return {
      framework: describeFramework({ ...description, ...(id === undefined ? {} : { id }) }),
      suppressedRoles,
      ...(offerConstraints && { offerConstraints }),
    };
  }

  #rolesMeant(roles: readonly Role[]): readonly Role[] {
    return roles.length === 0 ? this.#description.roles : roles;
  }

  async #answerOffers(
    offers: Offer | readonly Offer[],
    call: (offerIds: readonly OfferId[]) => Promise<Result<CallAnswer>>,
  ): Promise<Result<CallAnswer>> {
    const list: readonly Offer[] = 'id' in offers ? [offers] : offers;
    const offerIds = list.map(({ id }) => id);
    this.#offers.take(offerIds);
    try {
      const answer = await call(offerIds);
      if (answer.ok || !UNHEARD.has(answer.refusal.code)) this.#offers.heard(offerIds);
      else this.#offers.giveBack(offerIds);
      return answer;
    } catch (error) {
      // A fault leaves open whether the master has heard it; whatever else is thrown kept the call from being sent.
      if (error instanceof RpcFault) this.#offers.heard(offerIds);
      else this.#offers.giveBack(offerIds);
      throw error;
    }
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
      case 'UPDATE': {
        const { status } = event;
        this.#statuses.put(status);
        this.emit('updated', status);
        if (this.#isAcknowledging) {
          void this.#report(this.acknowledge(status), (reason) => this.emit('unacknowledged', { status, reason }));
        }
        return;
      }
      case 'UPDATE_OPERATION_STATUS': {
        const { status } = event;
        this.emit('operationUpdated', status);
        if (this.#isAcknowledging) {
          void this.#report(this.acknowledgeOperation(status), (reason) => this.emit('operationUnacknowledged', { status, reason }));
        }
        return;
      }
      case 'MESSAGE': {
        const { agentId, executorId, data } = event;
        this.emit('message', { agentId, executorId, data });
        return;
      }
      case 'FAILURE': {
        const { type: _type, ...failure } = event;
        this.emit('failed', failure);
        return;
      }
      case 'HEARTBEAT':
        this.emit('heartbeat');
        return;
      case 'SUBSCRIBED':
      case 'ANSWER':
      case 'ERROR':
        return;
    }
  }

  async #report(acknowledgement: Promise<Result<unknown>>, failed: (reason: string) => void): Promise<void> {
    const reason = await acknowledgement.then(
      (answer) => (answer.ok ? undefined : answer.refusal.message),
      (fault: Error) => fault.message,
    );
    if (reason !== undefined && !this.#hasEnded) failed(reason);
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#offers.clear();
    this.#subscription.stop();
    this.#client.close();
    this.emit('ended', reason);
  }
}

const launchedBy = (operation: Operation): readonly TaskId[] =>
  operation.type === 'LAUNCH' || operation.type === 'LAUNCH_GROUP' ? operation.tasks.map(({ taskId }) => taskId) : [];
