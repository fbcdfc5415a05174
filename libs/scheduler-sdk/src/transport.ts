import type { Refusal, Result } from '@holdfast/core/base';
import type { CallAnswer, SchedulerEvent, SubscribedCall, SubscribeRequest } from '@holdfast/contracts';
import type { RpcFault } from '@holdfast/platform/rpc';

/** One subscription, or the attempt at one: events come in, and once SUBSCRIBED has come, calls go out. */
export interface EventStream {
  onEvent(hear: (event: SchedulerEvent) => void): void;
  /** Called once; undefined when the master ended the stream in order. */
  onEnd(call: (reason: Refusal | RpcFault | undefined) => void): void;
  /** Refusals are values. Rejects with RpcFault when no answer can come any more, with any other error when nothing was sent. */
  call(call: SubscribedCall): Promise<Result<CallAnswer>>;
  cancel(): void;
}

/** How a scheduler and the master talk. */
export interface Transport {
  open(request: SubscribeRequest): EventStream;
}
