import { ExponentialBackoff } from 'cockatiel';
import type { FrameworkId, Refusal, RefusalCode, StreamId } from '@holdfast/core/base';
import { schedulerService, type SchedulerEvent, type SubscribeRequest } from '@holdfast/contracts';
import type { InStream, RpcClient } from '@holdfast/platform/rpc';

/** The metadata key under which Subscribe hands out the id of a stream and every call shows it. */
export const STREAM_ID_KEY = 'holdfast-stream-id';

export interface SubscriptionOptions {
  readonly client: RpcClient;
  /** Asked anew for every attempt, so that a re-subscription carries the framework's id. */
  readonly request: () => SubscribeRequest;
  readonly onSubscribed: (subscription: { readonly frameworkId: FrameworkId; readonly streamId: StreamId }) => void;
  readonly onEvent: (event: SchedulerEvent) => void;
  readonly onLost: (loss: { readonly reason: string; readonly retryInMs: number }) => void;
  /** The subscription will not be made again. */
  readonly onEnded: (reason: string) => void;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
}

/** Subscribing again cannot help after these. */
const FINAL: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'invalid_argument',
  'framework_invalid',
  'framework_removed',
  'unauthorized',
  'message_too_large',
]);

/** A stream on which nothing at all arrives for so many heartbeats is taken for lost. */
const HEARTBEATS_MISSED = 4;

/** Keeps one subscription alive: subscribes, and after a lost connection subscribes again, with a growing pause. */
export function keepSubscribed(options: SubscriptionOptions): { stop(): void } {
  const { client, backoff } = options;
  const pauses = () => new ExponentialBackoff({ initialDelay: backoff.initialMs, maxDelay: backoff.maxMs }).next();
  let pause = pauses();
  let stream: InStream<SchedulerEvent> | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let silenceTimer: NodeJS.Timeout | undefined;
  let stopped = false;

  const stop = () => {
    stopped = true;
    clearTimeout(retryTimer);
    clearTimeout(silenceTimer);
    stream?.cancel();
    stream = undefined;
  };

  const end = (reason: string) => {
    if (stopped) return;
    stop();
    options.onEnded(reason);
  };

  const lose = (reason: string) => {
    clearTimeout(silenceTimer);
    stream = undefined;
    const retryInMs = Math.round(pause.duration);
    pause = pause.next(undefined);
    retryTimer = setTimeout(subscribe, retryInMs);
    options.onLost({ reason, retryInMs });
  };

  const subscribe = () => {
    const current = client.serverStream(schedulerService.subscribe, options.request());
    stream = current;
    let streamId: StreamId = '';
    let heartbeatMs: number | undefined;
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

    current.onInitialMetadata((get) => {
      streamId = get(STREAM_ID_KEY) ?? '';
    });
    current.onMessage((event) => {
      if (!isCurrent()) return;
      watchSilence();
      if (event.type === 'ERROR') return end(event.message);
      if (event.type === 'SUBSCRIBED') {
        pause = pauses();
        heartbeatMs = event.heartbeatIntervalMs;
        watchSilence();
        options.onSubscribed({ frameworkId: event.frameworkId, streamId });
      }
      options.onEvent(event);
    });
    current.onEnd((reason) => {
      if (!isCurrent()) return;
      if (reason !== undefined && isRefusal(reason) && FINAL.has(reason.code)) return end(reason.message);
      lose(reason?.message ?? 'the master ended the stream');
    });
  };

  subscribe();
  return { stop };
}

const isRefusal = (reason: Refusal | Error): reason is Refusal => !(reason instanceof Error);
