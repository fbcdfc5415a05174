import type { ExecutorEvent } from '@holdfast/contracts';
import type { Timers } from '@holdfast/core/base';
import type { OutStream } from '@holdfast/platform/rpc';

/** An executor that does not read is not sent messages beyond this; what concerns its tasks is kept for it all the same. */
const MESSAGES_AT_MOST_BYTES = 16 * 1024 * 1024;

/** The stream of events to one executor: there is one at most, and the newest counts (wire 7.2). */
export class Conversation {
  private stream: OutStream<ExecutorEvent> | undefined;
  private stopHeartbeat: (() => void) | undefined;

  constructor(
    private readonly timers: Pick<Timers, 'every'>,
    private readonly heartbeatIntervalMs: number,
  ) {}

  get current(): OutStream<ExecutorEvent> | undefined {
    return this.stream;
  }

  open(stream: OutStream<ExecutorEvent>): void {
    this.close();
    this.stream = stream;
    this.stopHeartbeat = this.timers.every(this.heartbeatIntervalMs, () => stream.send({ type: 'HEARTBEAT' }));
    stream.onClose(() => {
      if (this.stream === stream) this.forget();
    });
  }

  /** False: there is nobody to hear it. */
  send(event: ExecutorEvent): boolean {
    const { stream } = this;
    if (!stream || (event.type === 'MESSAGE' && stream.bufferedBytes > MESSAGES_AT_MOST_BYTES)) return false;
    stream.send(event);
    return true;
  }

  /** What was sent before still goes out. */
  close(): void {
    const { stream } = this;
    this.forget();
    stream?.end();
  }

  private forget(): void {
    this.stopHeartbeat?.();
    this.stopHeartbeat = undefined;
    this.stream = undefined;
  }
}
