import { setTimeout as pause } from 'node:timers/promises';
import { ExponentialBackoff } from 'cockatiel';
import { ADVICE, type Refusal, type Revision, type StoreId } from '@holdfast/core/base';
import type { WatchAnswer, WatchQuery } from '@holdfast/contracts';
import { RpcFault, type InStream } from '@holdfast/platform/rpc';

export interface ChangeListener {
  /** The first answer comes at once, and again after each loss. */
  onAnswer(answer: WatchAnswer): void;
  /** The master is away; it is asked again until it answers. */
  onLost(reason: string): void;
  /** It has answered, and goes on after the last change that was handed over. */
  onBack(): void;
}

export interface Watch {
  readonly open: (query: WatchQuery) => InStream<WatchAnswer>;
  readonly query: WatchQuery;
  /** Where to go on; kept up to date. */
  readonly positions: Map<StoreId, Revision>;
  /** The master has answered this command before: if it is away now, that will pass. */
  readonly hasAnswered: boolean;
}

/** Why a watch cannot go on; undefined: the signal. */
export type WatchEnd = Refusal | RpcFault | undefined;

const BACKOFF = { initialDelay: 100, maxDelay: 5000 };

/**
 * Follows the ledger until the signal, also across restarts of the master: each stream begins where the one before it has ended, so that
 * no change is told twice or not at all. Resolves with the reason when the first stream never stood, or when asking again would not help,
 * such as `history_trimmed`.
 */
export async function followChanges(
  { open, query, positions, hasAnswered }: Watch,
  listener: ChangeListener,
  signal: AbortSignal,
): Promise<WatchEnd> {
  const freshBackoff = () => new ExponentialBackoff(BACKOFF).next();
  let backoff = freshBackoff();
  let isLost = false;
  let hasStood = hasAnswered;
  for (const { storeId, revision } of query.after) positions.set(storeId, revision);
  while (!signal.aborted) {
    let isUp = false;
    const after = [...positions].map(([storeId, revision]) => ({ storeId, revision }));
    const reason = await wholeStream(
      open({ ...query, after }),
      (answer) => {
        isUp = true;
        hasStood = true;
        if (isLost) listener.onBack();
        isLost = false;
        listener.onAnswer(answer);
        for (const { storeId, revision } of answer.positions) positions.set(storeId, revision);
      },
      signal,
    );
    if (signal.aborted) return undefined;
    if (!hasStood || !mayPass(reason)) return reason;
    if (isUp) backoff = freshBackoff();
    if (!isLost) listener.onLost(describeLoss(reason));
    isLost = true;
    await pause(backoff.duration, undefined, { signal }).catch(() => undefined);
    backoff = backoff.next(undefined);
  }
  return undefined;
}

function wholeStream(stream: InStream<WatchAnswer>, onAnswer: (answer: WatchAnswer) => void, signal: AbortSignal): Promise<WatchEnd> {
  return new Promise((resolve) => {
    const cancel = () => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    stream.onMessage((answer) => {
      if (!signal.aborted) onAnswer(answer);
    });
    stream.onEnd((reason) => {
      signal.removeEventListener('abort', cancel);
      resolve(reason);
    });
    if (signal.aborted) cancel();
  });
}

/** A master that stops ends its streams in order or is cut off; one whose registry or Redis is away says to come later. */
function mayPass(reason: WatchEnd): boolean {
  if (reason === undefined) return true;
  return reason instanceof RpcFault ? reason.code === 'UNAVAILABLE' || reason.code === 'CANCELLED' : ADVICE[reason.code] === 'retry_later';
}

const describeLoss = (reason: WatchEnd): string =>
  reason === undefined
    ? 'The master has ended the watch.'
    : reason instanceof RpcFault
      ? `The master is away (${reason.code}).`
      : reason.message;
