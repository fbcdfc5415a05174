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

  constructor(
    readonly id: StreamId,
    private readonly out: OutStream<SchedulerEvent>,
    timers: Timers,
    private readonly options: EventStreamOptions,
  ) {
    this.stopHeartbeat = timers.every(options.heartbeatIntervalMs, () => this.send({ type: 'HEARTBEAT' }));
    out.onClose(() => this.stopHeartbeat());
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
    this.stopHeartbeat();
    if (this.out.closed) return;
    if (error !== undefined) this.out.send({ type: 'ERROR', message: error });
    this.out.end();
  }

  onClose(call: () => void): void {
    this.out.onClose(call);
  }
}
