import type { ClientReadableStream, Metadata, ServiceError } from '@grpc/grpc-js';
import type { Refusal, Result } from '@holdfast/core/base';
import type { InStream } from './client';
import { refusalOf } from './refused-status';
import { RpcFault, rpcFault } from './rpc-fault';

export interface CalledMethod {
  readonly path: string;
  readonly address: string;
  readonly maxMessageBytes: number;
}

/** The client's incoming side: grpc-js' events, with answers decoded and endings explained. */
export class ReceivedStream<T> implements InStream<T> {
  #reason: Refusal | RpcFault | undefined;
  #ended = false;
  #initial: Metadata | undefined;
  readonly #onEnd: ((reason: Refusal | RpcFault | undefined) => void)[] = [];
  readonly #onInitial: ((get: (key: string) => string | undefined) => void)[] = [];

  constructor(
    private readonly incoming: ClientReadableStream<Result<T>>,
    private readonly method: CalledMethod,
  ) {
    incoming.on('metadata', (metadata) => {
      this.#initial = metadata;
      for (const call of this.#onInitial.splice(0)) call(getter(metadata));
    });
    incoming.on('error', (error: Partial<ServiceError>) => {
      this.#reason ??= refusalOf(error, method.maxMessageBytes) ?? rpcFault(error, method.path, method.address);
    });
    // A stream that ends before anybody has asked for its messages must still be able to say so.
    incoming.on('status', () => incoming.resume());
    // After the last message was read; the status has come before it.
    incoming.on('end', () => {
      this.#ended = true;
      for (const call of this.#onEnd.splice(0)) call(this.#reason);
    });
  }

  onMessage(call: (message: T) => void): void {
    this.incoming.on('data', (decoded: Result<T>) => {
      if (decoded.ok) return call(decoded.value);
      this.#reason ??= new RpcFault(
        `${this.method.path} at ${this.method.address} sent what cannot be understood: ${decoded.refusal.message}`,
        'INTERNAL',
      );
      this.cancel();
    });
  }

  onInitialMetadata(call: (get: (key: string) => string | undefined) => void): void {
    if (this.#initial) call(getter(this.#initial));
    else this.#onInitial.push(call);
  }

  onEnd(call: (reason: Refusal | RpcFault | undefined) => void): void {
    if (this.#ended) call(this.#reason);
    else this.#onEnd.push(call);
  }

  cancel(): void {
    this.incoming.cancel();
  }
}

const getter = (metadata: Metadata) => (key: string) => metadata.get(key)[0]?.toString();
