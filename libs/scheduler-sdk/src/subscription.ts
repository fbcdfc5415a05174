import { ExponentialBackoff } from 'cockatiel';
import { refuse, refused, type FrameworkId, type Refusal, type RefusalCode, type Result } from '@holdfast/core/base';
import type { CallAnswer, SchedulerEvent, SubscribedCall, SubscribeRequest } from '@holdfast/contracts';
import type { EventStream, Transport } from './transport';

export interface SubscriptionOptions {
  readonly transport: Transport;
  /** Asked anew for every attempt, so that a re-subscription carries the framework's id. */
  readonly request: () => SubscribeRequest;
  readonly onSubscribed: (frameworkId: FrameworkId) => void;
  readonly onEvent: (event: SchedulerEvent) => void;
  readonly onLost: (loss: { readonly reason: string; readonly retryInMs: number }) => void;
  /** The subscription will not be made again. */
  readonly onEnded: (reason: string) => void;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
}

export interface Subscription {
  /** Refused with `framework_disconnected` while there is no subscription. */
  call(call: SubscribedCall): Promise<Result<CallAnswer>>;
  readonly isSubscribed: boolean;
  stop(): void;
}

/** Subscribing again cannot help after these. */
const FINAL: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'framework_invalid',
  'framework_removed',
  'unauthorized',
  'unauthenticated',
  'principal_mismatch',
]);

/** Nor after these, if it was the subscription that could not be read; later it was a call, over the stream of Connect. */
const FINAL_AT_FIRST: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['invalid_argument', 'message_too_large']);

/** A stream on which nothing at all arrives for so many heartbeats is taken for lost. */
const HEARTBEATS_MISSED = 4;

/** Keeps one subscription alive: subscribes, and after a lost connection subscribes again, with a growing pause. */
export function keepSubscribed(options: SubscriptionOptions): Subscription {
  const { transport, backoff } = options;
  const pauses = () => new ExponentialBackoff({ initialDelay: backoff.initialMs, maxDelay: backoff.maxMs }).next();
  let pause = pauses();
  let stream: EventStream | undefined;
  let isSubscribed = false;
  let retryTimer: NodeJS.Timeout | undefined;
  let silenceTimer: NodeJS.Timeout | undefined;
  let stopped = false;

  const stop = () => {
    stopped = true;
    clearTimeout(retryTimer);
    clearTimeout(silenceTimer);
    const last = stream;
    stream = undefined;
    isSubscribed = false;
    last?.cancel();
  };

  const end = (reason: string) => {
    if (stopped) return;
    stop();
    options.onEnded(reason);
  };

  const lose = (reason: string) => {
    clearTimeout(silenceTimer);
    stream = undefined;
    isSubscribed = false;
    const retryInMs = Math.round(pause.duration);
    pause = pause.next(undefined);
    retryTimer = setTimeout(subscribe, retryInMs);
    options.onLost({ reason, retryInMs });
  };

  const subscribe = () => {
    const current = transport.open(options.request());
    stream = current;
    let heartbeatMs: number | undefined;
    const isFinal = (code: RefusalCode) => FINAL.has(code) || (!isSubscribed && FINAL_AT_FIRST.has(code));
    const isCurrent = () => !stopped && stream === current;

    const watchSilence = () => {
      if (heartbeatMs === undefined || heartbeatMs <= 0) return;
      const limitMs = heartbeatMs * HEARTBEATS_MISSED;
      clearTimeout(silenceTimer);
      silenceTimer = setTimeout(() => {
        lose(`nothing was heard from the master for ${limitMs} ms`);
        current.cancel();
      }, limitMs);
    };

    current.onEvent((event) => {
      if (!isCurrent()) return;
      watchSilence();
      if (event.type === 'ERROR') return end(event.message);
      if (event.type === 'SUBSCRIBED') {
        pause = pauses();
        heartbeatMs = event.heartbeatIntervalMs;
        watchSilence();
        isSubscribed = true;
        options.onSubscribed(event.frameworkId);
      }
      options.onEvent(event);
    });
    current.onEnd((reason) => {
      if (!isCurrent()) return;
      if (reason !== undefined && isRefusal(reason) && isFinal(reason.code)) return end(reason.message);
      lose(reason?.message ?? 'the master ended the stream');
    });
  };

  subscribe();
  return {
    call: (call) =>
      stream && isSubscribed
        ? stream.call(call)
        : Promise.resolve(refused(refuse('framework_disconnected', { frameworkId: call.frameworkId }))),
    get isSubscribed() {
      return isSubscribed;
    },
    stop,
  };
}

const isRefusal = (reason: Refusal | Error): reason is Refusal => !(reason instanceof Error);
