import { Metadata } from '@grpc/grpc-js';
import { assert } from '@holdfast/core/base';
import type { CallInfo } from './streams';

/** What the four kinds of server call have in common. */
export interface AnyCall {
  readonly metadata: Metadata;
  cancelled: boolean;
  getPeer(): string;
  sendMetadata(metadata: Metadata): void;
  on(event: 'cancelled', call: () => void): unknown;
}

/** CallInfo over a grpc-js call. Everything is made only when it is asked for: most calls ask for nothing. */
export class ServedCall implements CallInfo {
  #initial: Metadata | undefined;
  #initialSent = false;
  #abort: AbortController | undefined;

  constructor(private readonly call: AnyCall) {}

  metadata(key: string): string | undefined {
    return this.call.metadata.get(key)[0]?.toString();
  }

  get peer(): string {
    return this.call.getPeer();
  }

  setInitialMetadata(key: string, value: string): void {
    assert(!this.#initialSent, 'initial metadata is set before the first message');
    this.#initial ??= new Metadata();
    this.#initial.set(key, value);
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      if (this.call.cancelled) abort.abort();
      else this.call.on('cancelled', () => abort.abort());
    }
    return this.#abort.signal;
  }

  /** To be called before each message; sends what was set, once. */
  sendInitial(): void {
    if (this.#initialSent) return;
    this.#initialSent = true;
    if (this.#initial) this.call.sendMetadata(this.#initial);
  }
}
