import type { Refusal } from '@holdfast/core/base';
import { ExponentialBackoff } from 'cockatiel';
import type { Logger } from '../process';
import type { DuplexClient } from './client';
import type { RpcFault } from './rpc-fault';

export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

export interface LinkOptions<Req, Res> {
  /** Opens one stream; called again after each loss. */
  readonly connect: () => DuplexClient<Req, Res>;
  /** The connection stands: attach `onMessage` and send. */
  readonly onUp: (link: DuplexClient<Req, Res>) => void;
  /** The stream that was up is over. Not called for attempts that never came up, nor after `stop`. */
  readonly onDown: (reason: Refusal | RpcFault | undefined) => void;
  readonly backoff: Backoff;
  readonly log: Logger;
}

export interface KeptLink {
  /** Ends the link and the attempts. */
  stop(): void;
}

/**
 * Keeps one duplex stream open for ever. Pauses between attempts grow with jitter from `initialMs` to `maxMs`, and begin anew
 * after a link that lasted longer than `maxMs`: one that is dropped as soon as it stands does not hammer the server.
 */
export function keepLinked<Req, Res>(options: LinkOptions<Req, Res>): KeptLink {
  const { connect, onUp, onDown, log } = options;
  const fresh = () => new ExponentialBackoff({ initialDelay: options.backoff.initialMs, maxDelay: options.backoff.maxMs }).next();
  let pause = fresh();
  let stopped = false;
  let complained = false;
  let link: DuplexClient<Req, Res> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const attempt = () => {
    const current = connect();
    link = current;
    let upSinceMs: number | undefined;

    current.onConnected(() => {
      if (stopped || link !== current) return;
      upSinceMs = performance.now();
      complained = false;
      log.info('linked');
      onUp(current);
    });

    current.onEnd((reason) => {
      if (stopped || link !== current) return;
      link = undefined;
      if (upSinceMs !== undefined && performance.now() - upSinceMs > options.backoff.maxMs) pause = fresh();
      const pauseMs = Math.round(pause.duration);
      pause = pause.next(undefined);
      if (!complained)
        log.warn({ reason: reason?.message, retryInMs: pauseMs }, 'link lost, or not to be had: trying again until it is back');
      complained = true;
      timer = setTimeout(attempt, pauseMs);
      if (upSinceMs !== undefined) onDown(reason);
    });
  };
  attempt();

  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      link?.cancel();
      link = undefined;
    },
  };
}
