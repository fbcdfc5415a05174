import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { Codec } from '@holdfast/contracts';
import type { Result } from '@holdfast/core/base';
import type { DuplexClient } from './client';
import { type CalledMethod, ReceivedStream } from './in-stream';

/** The client's end of a duplex stream. */
export class CalledDuplex<Req, Res> extends ReceivedStream<Res> implements DuplexClient<Req, Res> {
  #bufferedBytes = 0;
  /** We have said that nothing more comes. */
  #ended = false;
  /** The stream is over, whoever ended it. */
  #over = false;

  constructor(
    private readonly call: ClientDuplexStream<Buffer, Result<Res>>,
    private readonly codec: Codec<Req>,
    method: CalledMethod,
    private readonly whenReady: (isOver: () => boolean, connected: () => void) => void,
  ) {
    super(call, method);
    call.on('status', () => {
      this.#ended = true;
      this.#over = true;
    });
  }

  send(message: Req): void {
    if (this.#ended) return;
    const bytes = this.codec.encode(message);
    this.#bufferedBytes += bytes.length;
    this.call.write(bytes, () => {
      this.#bufferedBytes -= bytes.length;
    });
  }

  onConnected(call: () => void): void {
    this.whenReady(() => this.#over, call);
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.call.end();
  }
}
