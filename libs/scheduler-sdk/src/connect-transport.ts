import { ok, refused, type Refusal, type Result } from '@holdfast/core/base';
import {
  schedulerService,
  type CallAnswer,
  type SchedulerCall,
  type SchedulerEvent,
  type SubscribedCall,
  type SubscribeRequest,
} from '@holdfast/contracts';
import { RpcFault, type DuplexClient, type RpcClient } from '@holdfast/platform/rpc';
import type { EventStream, Transport } from './transport';

/** Calls and events on one duplex stream. */
export const connectTransport = (client: RpcClient, callTimeoutMs: number): Transport => ({
  open: (request) => new Connection(client.duplex(schedulerService.connect), request, callTimeoutMs),
});

interface Waiting {
  readonly resolve: (answer: Result<CallAnswer>) => void;
  readonly reject: (fault: RpcFault) => void;
  readonly timer: NodeJS.Timeout;
}

const METHOD = schedulerService.connect.path;

class Connection implements EventStream {
  /** Calls without an answer yet, by their number. */
  readonly #waiting = new Map<number, Waiting>();
  #lastNumber = 0;

  constructor(
    private readonly stream: DuplexClient<SchedulerCall, SchedulerEvent>,
    request: SubscribeRequest,
    private readonly callTimeoutMs: number,
  ) {
    stream.send({ type: 'SUBSCRIBE', ...request });
  }

  onEvent(hear: (event: SchedulerEvent) => void): void {
    this.stream.onMessage((event) => {
      if (event.type === 'ANSWER') this.#settle(event);
      hear(event);
    });
  }

  onEnd(call: (reason: Refusal | RpcFault | undefined) => void): void {
    this.stream.onEnd((reason) => {
      this.#failAll(`the stream is lost: ${reason?.message ?? 'the master ended it'}`, 'UNAVAILABLE');
      call(reason);
    });
  }

  call(call: SubscribedCall): Promise<Result<CallAnswer>> {
    return new Promise((resolve, reject) => {
      const callNumber = ++this.#lastNumber;
      // Throws if the call cannot be encoded; nothing waits for an answer then.
      this.stream.send({ ...call, callNumber });
      const timer = setTimeout(() => {
        this.#waiting.delete(callNumber);
        reject(
          new RpcFault(`${METHOD}: DEADLINE_EXCEEDED: no answer to ${call.type} within ${this.callTimeoutMs} ms`, 'DEADLINE_EXCEEDED'),
        );
      }, this.callTimeoutMs);
      this.#waiting.set(callNumber, { resolve, reject, timer });
    });
  }

  cancel(): void {
    this.stream.cancel();
    this.#failAll('the scheduler has closed the stream', 'CANCELLED');
  }

  #settle({ callNumber, refusal, results, unknownOfferIds }: Extract<SchedulerEvent, { type: 'ANSWER' }>): void {
    const waiting = callNumber === undefined ? undefined : this.#waiting.get(callNumber);
    // Answered too late, or not asked for.
    if (callNumber === undefined || waiting === undefined) return;
    this.#waiting.delete(callNumber);
    clearTimeout(waiting.timer);
    waiting.resolve(refusal ? refused(refusal) : ok({ ...(results && { results }), ...(unknownOfferIds && { unknownOfferIds }) }));
  }

  #failAll(reason: string, code: string): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new RpcFault(`${METHOD}: ${code}: ${reason}`, code));
    }
    this.#waiting.clear();
  }
}
