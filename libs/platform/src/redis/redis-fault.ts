/** Redis did not do what was asked; the cause says why. */
export class RedisFault extends Error {
  override readonly name = 'RedisFault';

  constructor(
    message: string,
    /**
     * - `not_asked`: there is no connection.
     * - `not_done`: Redis said no before anything was done (out of memory, read-only, …).
     * - `in_doubt`: the connection was lost before the answer, or a script broke off: it may have been done, or a part of it.
     */
    readonly outcome: 'not_asked' | 'not_done' | 'in_doubt',
    options: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}

/** Answers of Redis that come before a script has written anything. */
const NOT_DONE = /^(OOM|MISCONF|READONLY|NOREPLICAS|LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|NOPERM|NOAUTH)\b/;
const NOT_ASKED = "Stream isn't writeable and enableOfflineQueue options is false";
/** What ioredis calls a command that was sent, not answered, and may not be sent again. */
const CUT_OFF = 'MaxRetriesPerRequestError';

/** What an error of a command or a script means for what was asked. */
export function outcomeOf(error: unknown): RedisFault['outcome'] {
  if (error instanceof RedisFault) return error.outcome;
  const message = error instanceof Error ? error.message : '';
  if (message === NOT_ASKED) return 'not_asked';
  return NOT_DONE.test(message) ? 'not_done' : 'in_doubt';
}

/** The error of a command in words for whoever runs Redis. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === CUT_OFF ? 'the connection to Redis was lost before the answer' : error.message;
}
