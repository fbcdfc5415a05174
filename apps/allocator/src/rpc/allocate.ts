import { allocatorService } from '@holdfast/contracts';
import { handleDuplex, type RpcHandler } from '@holdfast/platform/rpc';
import type { Sessions } from '../session';

/**
 * AllocatorService.Allocate
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | a request's number is not one more than the last one's | INVALID_ARGUMENT | changes are lost | opens a new stream and sends a snapshot |
 * | a request cannot be read | INVALID_ARGUMENT | the message names the field | the same, after correcting itself |
 * | another stream was opened | OK (the stream ends) | that one took over | the same, if it still leads |
 */
export const allocateHandler = (sessions: Sessions): RpcHandler =>
  handleDuplex(allocatorService.allocate, (stream, call) => sessions.open(stream, call.peer));
