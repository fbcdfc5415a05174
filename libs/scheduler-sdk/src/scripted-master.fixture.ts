import { ok, type FrameworkId, type Result } from '@holdfast/core/base';
import type { Offer, OperationStatus } from '@holdfast/core/offers';
import { Resources } from '@holdfast/core/resources';
import type { TaskStatus } from '@holdfast/core/tasks';
import {
  schedulerService,
  type AcceptRequest,
  type AcceptResponse,
  type CallAnswer,
  type Method,
  type ConnectCall,
  type SchedulerEvent,
  type SubscribedCall,
  type SubscribeRequest,
} from '@holdfast/contracts';
import { createLogger } from '@holdfast/platform/process';
import {
  handleDuplex,
  handleServerStream,
  handleUnary,
  startRpcServer,
  type CallInfo,
  type DuplexStream,
  type OutStream,
  type RpcHandler,
  type RpcServer,
} from '@holdfast/platform/rpc';
import { cpus, disk, mem } from './index';

export const MASTER_INFO = { id: 'm', hostname: 'localhost', ip: '127.0.0.1', port: 1, version: '0' };
export const FRAMEWORK = { name: 'test', roles: ['eng'], capabilities: ['SHARED_RESOURCES'] } as const;
export const FAST = { initialMs: 1, maxMs: 10 };

type Calls = Exclude<SubscribedCall['type'], 'REQUEST'>;

/** A call as it reached the master, over whichever transport. */
export interface HeardCall {
  readonly type: SubscribedCall['type'];
  /** The stream to which it belongs. */
  readonly streamId: string | undefined;
  readonly request: unknown;
}

/** Speaks the master's side of the protocol over real gRPC, and remembers what it was told. */
export class ScriptedMaster {
  readonly subscriptions: {
    readonly request: SubscribeRequest;
    readonly stream: OutStream<SchedulerEvent>;
    readonly streamId: string;
    readonly authorization: string | undefined;
  }[] = [];
  readonly calls: HeardCall[] = [];
  answerAccept: (request: AcceptRequest) => Result<AcceptResponse> = () => ok({ results: [] });
  /** Of every call but ACCEPT; undefined: the call is never answered. */
  answer: (call: HeardCall) => Result<CallAnswer> | undefined = () => ok({ unknownOfferIds: [] });
  onSubscribe: (request: SubscribeRequest, stream: OutStream<SchedulerEvent>) => void = (request, stream) =>
    stream.send({ type: 'SUBSCRIBED', frameworkId: request.framework.id ?? 'f-1', heartbeatIntervalMs: 15_000, master: MASTER_INFO });
  readonly #awaited: { readonly type: Calls; readonly resolve: (call: HeardCall) => void }[] = [];
  #server: RpcServer | undefined;

  async start(port = 0, maxMessageBytes = 1 << 20): Promise<void> {
    this.#server = await startRpcServer({
      host: '127.0.0.1',
      port,
      maxMessageBytes,
      log: createLogger('test', 'silent'),
      handlers: [
        handleServerStream(schedulerService.subscribe, (request, stream, call) => {
          call.setInitialMetadata('holdfast-stream-id', this.#subscribe(request, stream, call));
        }),
        handleDuplex(schedulerService.connect, (stream, call) => this.#connect(stream, call)),
        ...this.#unary(),
      ],
    });
  }

  get address(): string {
    return this.#server?.address ?? '';
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  send(event: SchedulerEvent): void {
    this.subscriptions.at(-1)?.stream.send(event);
  }

  /** The next call of this type. */
  heard(type: Calls): Promise<HeardCall> {
    return new Promise((resolve) => this.#awaited.push({ type, resolve }));
  }

  async stop(): Promise<void> {
    await this.#server?.stop(0);
  }

  #subscribe(request: SubscribeRequest, stream: OutStream<SchedulerEvent>, call: CallInfo): string {
    const streamId = `s-${this.subscriptions.length + 1}`;
    this.subscriptions.push({ request, stream, streamId, authorization: call.metadata('authorization') });
    // After the handler has returned: until then its metadata can still be set.
    setImmediate(() => this.onSubscribe(request, stream));
    return streamId;
  }

  #unary(): RpcHandler[] {
    const handle = (type: Calls, method: Pick<Method<never, never>, 'path'>) =>
      handleUnary(method as Method<unknown, CallAnswer>, (request, call) => {
        const answer = this.#hear({ type, request, streamId: call.metadata('holdfast-stream-id') });
        if (answer && type === 'TEARDOWN') {
          // The stream may end before the answer is there.
          this.subscriptions.at(-1)?.stream.end();
          return new Promise<Result<CallAnswer>>((resolve) => setTimeout(() => resolve(answer), 5));
        }
        return answer ?? new Promise<Result<CallAnswer>>(() => undefined);
      });
    return (Object.keys(METHODS) as Calls[]).map((type) => handle(type, METHODS[type]));
  }

  #connect(stream: DuplexStream<ConnectCall, SchedulerEvent>, call: CallInfo): void {
    let streamId: string | undefined;
    stream.onEnd(() => stream.end());
    stream.onMessage(({ callNumber, ...message }) => {
      const number = callNumber !== undefined && { callNumber };
      if (message.type === 'MALFORMED') return stream.send({ type: 'ANSWER', ...number, refusal: message.refusal });
      if (message.type === 'SUBSCRIBE') {
        streamId = this.#subscribe(message, stream, call);
        return;
      }
      const { type, ...request } = message;
      const answer = this.#hear({ type, request, streamId });
      if (!answer) return;
      const content = answer.ok ? answer.value : { refusal: answer.refusal };
      stream.send({ type: 'ANSWER', ...number, ...content });
      if (answer.ok && type === 'TEARDOWN') stream.end();
    });
  }

  #hear(call: HeardCall): Result<CallAnswer> | undefined {
    this.calls.push(call);
    for (const [at, { type, resolve }] of this.#awaited.entries()) {
      if (type !== call.type) continue;
      this.#awaited.splice(at, 1);
      resolve(call);
      break;
    }
    return call.type === 'ACCEPT' ? this.answerAccept(call.request as AcceptRequest) : this.answer(call);
  }
}

/** Of any request and answer: which belong together is the business of the codecs. */
const METHODS: Readonly<Record<Calls, Pick<Method<never, never>, 'path'>>> = {
  TEARDOWN: schedulerService.teardown,
  ACCEPT: schedulerService.accept,
  DECLINE: schedulerService.decline,
  ACCEPT_INVERSE_OFFERS: schedulerService.acceptInverseOffers,
  DECLINE_INVERSE_OFFERS: schedulerService.declineInverseOffers,
  REVIVE: schedulerService.revive,
  SUPPRESS: schedulerService.suppress,
  KILL: schedulerService.kill,
  SHUTDOWN: schedulerService.shutdown,
  ACKNOWLEDGE: schedulerService.acknowledge,
  ACKNOWLEDGE_OPERATION_STATUS: schedulerService.acknowledgeOperationStatus,
  RECONCILE: schedulerService.reconcile,
  RECONCILE_OPERATIONS: schedulerService.reconcileOperations,
  MESSAGE: schedulerService.sendMessage,
  UPDATE_FRAMEWORK: schedulerService.updateFramework,
};

export const offerOf = (id: string, frameworkId: FrameworkId = 'f-1'): Offer => ({
  id,
  frameworkId,
  agentId: 'agent-1',
  hostname: 'host',
  role: 'eng',
  resources: Resources.of([cpus(4), mem(1024), disk(2048)]).allocate('eng'),
  attributes: [],
});

const FORM = { allocationInfo: true, reservationStack: true };

export const offersEvent = (...offers: readonly Offer[]): SchedulerEvent => ({ type: 'OFFERS', offers, form: FORM });

export const update = (state: TaskStatus['state'], uuid?: Uint8Array, taskId = 't-1'): SchedulerEvent => ({
  type: 'UPDATE',
  status: { taskId, agentId: 'agent-1', state, source: 'SOURCE_AGENT', timestampMs: 1, ...(uuid && { uuid }) },
});

export const operationUpdate = (status: OperationStatus): SchedulerEvent => ({ type: 'UPDATE_OPERATION_STATUS', status, form: FORM });
