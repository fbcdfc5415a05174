import { status } from '@grpc/grpc-js';
import { Bug } from '@holdfast/core/base';
import type { Logger } from '../process';

/** What of a stream can be ended from outside with a status. */
export interface Endable {
  fail(status: { readonly code: status; readonly details: string }): void;
}

/** The status for what a handler threw. A fault is the world's: the caller may try again. Anything else is our mistake. */
export function handlerFailure(error: unknown, path: string, log: Logger): { code: status; details: string } {
  if (isFault(error)) {
    log.warn({ path, err: error }, 'a call failed for want of something it needs');
    return { code: status.UNAVAILABLE, details: error.message };
  }
  log.error({ path, err: error }, 'a handler has a bug');
  if (error instanceof Bug) endProcess(error);
  return { code: status.INTERNAL, details: `${path} met a bug of the server; its log has the details` };
}

/** Runs a piece of a stream's handler; what it throws, now or later, ends the stream. */
export function guarded(stream: Endable, path: string, log: Logger, work: () => unknown): void {
  const fail = (error: unknown) => stream.fail(handlerFailure(error, path, log));
  try {
    const result = work();
    if (result instanceof Promise) result.catch(fail);
  } catch (error) {
    fail(error);
  }
}

/** RpcFault, RedisFault, …: house style gives faults this name, whichever library they stand for. */
const isFault = (error: unknown): error is Error => error instanceof Error && error.name.endsWith('Fault');

/** A broken promise must not be served on: thrown where nobody catches, it reaches `runService`, which logs and exits. */
function endProcess(bug: Bug): void {
  setImmediate(() => {
    throw bug;
  });
}
