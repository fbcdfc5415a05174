import type { StreamId, Timers } from '@holdfast/core/base';
import type { SchedulerEvent } from '@holdfast/contracts';
import type { OutStream } from '@holdfast/platform/rpc';

export interface EventStreamOptions {
  readonly heartbeatIntervalMs: number;
  /** A framework that leaves more than this unread is cut off, so that it costs nobody else memory. */
  readonly maxBacklogBytes: number;
}

/** The live stream to one framework. The newest subscription owns it; calls carry its id. */
export class EventStream {
  private readonly stopHeartbeat: () => void;
  private readonly listeners: (() => void)[] = [];
  private isClosed = false;

  constructor(
    readonly id: StreamId,
    private readonly out: OutStream<SchedulerEvent>,
    timers: Timers,
    private readonly options: EventStreamOptions,
  ) {
    this.stopHeartbeat = timers.every(options.heartbeatIntervalMs, () => this.send({ type: 'HEARTBEAT' }));
    out.onClose(() => this.closed());
  }

  send(event: SchedulerEvent): void {
    if (this.out.closed) return;
    if (this.out.bufferedBytes > this.options.maxBacklogBytes) {
      this.close(`More than ${this.options.maxBacklogBytes} bytes of events are unread; subscribe again and read faster.`);
      return;
    }
    this.out.send(event);
  }

  /** Tells the framework why, then ends the stream. */
  close(error?: string): void {
    if (!this.out.closed) {
      if (error !== undefined) this.out.send({ type: 'ERROR', message: error });
      this.out.end();
    }
    // A framework that does not read keeps its connection open for as long as it likes; to us the stream is over.
    this.closed();
  }

  /** Called once when the stream is over, whoever ended it. */
  onClose(call: () => void): void {
    if (this.isClosed) call();
    else this.listeners.push(call);
  }

  private closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopHeartbeat();
    for (const call of this.listeners.splice(0)) call();
  }
}
