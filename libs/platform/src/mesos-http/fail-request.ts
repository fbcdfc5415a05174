import type { ServerResponse } from 'node:http';
import { Bug } from '@holdfast/core/base';
import type { Logger } from '../process';
import { send } from './answer';

/**
 * What a request ends with when its handling threw: the world's fault may pass (503); anything else is ours (500). `server` says whose log has
 * more, e.g. `master`.
 */
export function failRequest(log: Logger, server: string, response: ServerResponse, error: unknown): void {
  const isFault = error instanceof Error && error.name.endsWith('Fault');
  if (isFault) log.warn({ err: error }, 'a call failed for want of something it needs');
  else log.error({ err: error }, 'an HTTP handler has a bug');
  const answer = isFault
    ? { status: 503, text: error.message }
    : { status: 500, text: `The ${server} met a bug of its own; its log has more.` };
  if (!response.headersSent) send(response, answer);
  // A stream that has begun breaks off; a call that was answered stays answered.
  else if (!response.writableEnded) response.destroy();
  // A broken promise must not be served on: thrown where nobody catches, it reaches `runService`, which logs and exits.
  if (error instanceof Bug) {
    setImmediate(() => {
      throw error;
    });
  }
}
