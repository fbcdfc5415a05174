import { ok, refuse, refused, type Principal, type Result } from '@holdfast/core/base';
import { schedulerService, type CallAnswer, type ConnectCall, type SchedulerCall, type SchedulerEvent } from '@holdfast/contracts';
import { handleDuplex, type CallInfo, type DuplexStream, type RpcHandler } from '@holdfast/platform/rpc';
import { authenticated } from '../authentication';
import type { Caller } from '../calls/caller';
import { carryOutCall } from '../calls/carry-out-call';
import type { Deps } from '../deps';
import { EventStream } from '../frameworks';
import { subscribeFramework } from '../frameworks/subscribe-framework';

type Stream = DuplexStream<ConnectCall, SchedulerEvent>;

/** Calls that may come before it is known who makes them; checking a secret takes time only once. */
const CALLS_BEFORE_AUTHENTICATION = 100;

/** Every call on one duplex stream: SUBSCRIBE first, then the others in order, without stream id (proto: SchedulerService.Connect). */
export const connectHandler = (deps: Deps): RpcHandler =>
  handleDuplex(schedulerService.connect, (stream, call) => serve(deps, stream, call));

type Taken = Promise<void> | void;

function serve(deps: Deps, stream: Stream, call: CallInfo): Taken {
  const waiting: ConnectCall[] = [];
  let take = (message: ConnectCall): Taken => {
    if (waiting.push(message) > CALLS_BEFORE_AUTHENTICATION)
      refuseStream(stream, 'wait for the SUBSCRIBED event before you send more calls');
  };
  stream.onMessage((message) => take(message));
  stream.onEnd(() => stream.end());

  const begin = (principal: Result<Principal | undefined>): Taken => {
    if (!principal.ok) return stream.refuse(principal.refusal);
    const session = new Session(deps, stream, { door: 'grpc', ...(principal.value !== undefined && { principal: principal.value }) });
    take = (message) => session.take(message);
    return Promise.all(waiting.map((message) => session.take(message))).then(() => undefined);
  };
  const principal = authenticated(deps.authenticator, call);
  return principal instanceof Promise ? principal.then(begin) : begin(principal);
}

/** One authenticated stream. */
class Session {
  private readonly caller: Caller;
  private readonly events: EventStream;
  private isSubscribed = false;

  constructor(
    private readonly deps: Deps,
    private readonly stream: Stream,
    caller: Caller,
  ) {
    const streamId = deps.world.ids.uuid();
    this.caller = { ...caller, streamId };
    this.events = new EventStream(streamId, stream, deps.world, deps.settings);
  }

  /** Rejects when a call fails for a fault or a bug of ours, which ends the stream: its framework subscribes again and reconciles. */
  take(call: ConnectCall): Taken {
    if (this.stream.closed) return undefined;
    if (call.type === 'SUBSCRIBE') return this.subscribe(call);
    if (!this.isSubscribed && call.type === 'MALFORMED') return this.stream.refuse(call.refusal);
    if (!this.isSubscribed) return refuseStream(this.stream, 'the first call of a stream is SUBSCRIBE');
    if (call.type === 'MALFORMED') return this.answer(call.callNumber, refused(call.refusal));
    const outcome = carryOutCall(this.deps, this.caller, call);
    // Nothing waits for an ACCEPT: that calls for one agent are answered in order is seen to by the agent's queue.
    if (outcome instanceof Promise) return outcome.then((answer) => this.answer(call.callNumber, answer));
    return this.answer(call.callNumber, outcome);
  }

  private subscribe(call: Extract<SchedulerCall, { type: 'SUBSCRIBE' }>): void {
    if (this.isSubscribed) return refuseStream(this.stream, 'a stream has one SUBSCRIBE; open another stream');
    const subscribed = subscribeFramework(this.deps, call, this.events, this.caller);
    if (!subscribed.ok) return this.stream.refuse(subscribed.refusal);
    this.isSubscribed = true;
    this.answer(call.callNumber, ok({}));
  }

  /** A call with a number is always answered, one without only if it came to nothing. */
  private answer(callNumber: number | undefined, outcome: Result<CallAnswer>): void {
    const answer: CallAnswer = outcome.ok ? outcome.value : { refusal: outcome.refusal };
    if (callNumber !== undefined) this.events.send({ type: 'ANSWER', callNumber, ...answer });
    else if (cameToNothing(answer)) this.events.send({ type: 'ANSWER', ...answer });
  }
}

/** Wholly or in part. */
const cameToNothing = ({ refusal, results = [], unknownOfferIds = [] }: CallAnswer): boolean =>
  refusal !== undefined ||
  unknownOfferIds.length > 0 ||
  results.some((result) => result.refusal !== undefined || result.tasks.some((task) => task.refusal !== undefined));

const refuseStream = (stream: Stream, problem: string): void => stream.refuse(refuse('invalid_argument', { field: 'type', problem }));
