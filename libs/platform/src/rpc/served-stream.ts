import type { Codec } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/core/base';
import type { Endable } from './handler-failure';
import { refusedStatus } from './refused-status';
import type { ServedCall } from './served-call';
import type { ServerStream } from './streams';

/** What server streams and duplex streams of grpc-js have in common. */
export interface WrittenCall {
  write(bytes: Buffer, taken: () => void): unknown;
  end(): unknown;
  emit(event: 'error', status: Parameters<Endable['fail']>[0]): unknown;
  on(event: 'cancelled' | 'close', call: () => void): unknown;
}

/** The server's outgoing side. Messages are encoded when sent, so that what waits is bytes that can be counted. */
export class ServedStream<T> implements ServerStream<T>, Endable {
  #bufferedBytes = 0;
  /** We have said that nothing more comes; what was sent before may still be on its way. */
  #ended = false;
  /** Nothing can be sent any more, whoever ended it. */
  #closed = false;
  readonly #onClose: (() => void)[] = [];
  readonly #onTaken: (() => void)[] = [];

  constructor(
    private readonly call: WrittenCall,
    private readonly codec: Codec<T>,
    private readonly info: ServedCall,
  ) {
    const close = () => this.#close();
    call.on('cancelled', close);
    call.on('close', close);
  }

  send(message: T): void {
    if (!this.#ended) this.sendEncoded(this.codec.encode(message));
  }

  sendEncoded(bytes: Buffer): void {
    if (this.#ended) return;
    this.info.sendInitial();
    this.#bufferedBytes += bytes.length;
    this.call.write(bytes, () => {
      this.#bufferedBytes -= bytes.length;
      if (this.#bufferedBytes === 0) this.#tellTaken();
    });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.info.sendInitial();
    this.call.end();
  }

  refuse(refusal: Refusal): void {
    this.fail(refusedStatus(refusal));
  }

  /** grpc-js' way to end a stream with a status: an error event; what was written before goes out first. */
  fail(status: Parameters<Endable['fail']>[0]): void {
    if (this.#ended) return;
    this.#ended = true;
    this.call.emit('error', status);
  }

  onClose(call: () => void): void {
    if (this.#closed) call();
    else this.#onClose.push(call);
  }

  whenTaken(): Promise<void> {
    if (this.#bufferedBytes === 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#onTaken.push(resolve));
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  get closed(): boolean {
    return this.#ended;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended = true;
    for (const call of this.#onClose.splice(0)) call();
    this.#tellTaken();
  }

  #tellTaken(): void {
    for (const call of this.#onTaken.splice(0)) call();
  }
}
