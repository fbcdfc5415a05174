import type { IncomingMessage, ServerResponse } from 'node:http';
import { assert, type Refusal, type Timers } from '@holdfast/core/base';
import type { OutStream } from '../rpc';
import { send, type Answer } from './answer';
import type { BodyFormat } from './negotiate';

/** How the events of a stream are written. */
export interface EventFormat<E> extends BodyFormat {
  /** One record without its length line; `undefined`: there is no such event on this door. */
  encodeEvent(event: E): Buffer | undefined;
}

export interface RecordStreamOptions<E> {
  readonly format: EventFormat<E>;
  /** Of the answer, beside its Content-Type. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timers: Pick<Timers, 'after'>;
  /** What a refused client is told; the status stays 200 (D-002). */
  readonly refusalEvent: (refusal: Refusal) => E;
}

/** A client that does not read what was sent before the end is cut off after this, so that it frees its memory. */
export const DRAIN_GRACE_MS = 10_000;

/**
 * The events to one client as RecordIO: the length in bytes, a line feed, the event (wire document 3). Each record is one write and
 * thereby one HTTP chunk, which deployed clients count on; hence no `cork` of the response, which later versions of Node join into one
 * chunk. Node itself joins the writes of one turn into one system call.
 */
export class RecordStream<E extends { readonly type: string }> implements OutStream<E> {
  #closed = false;
  #begun = false;
  readonly #onClose: (() => void)[] = [];
  private readonly socket: IncomingMessage['socket'];
  private readonly onSocketClose = () => this.#close();

  constructor(
    request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly options: RecordStreamOptions<E>,
  ) {
    // The connection tells: a response that waits behind an earlier one on it never hears of its end.
    this.socket = request.socket;
    this.socket.once('close', this.onSocketClose);
  }

  send(event: E): void {
    if (this.#closed) return;
    const { format } = this.options;
    if (event.type === 'HEARTBEAT') return this.#write(heartbeatOf(format, event));
    const bytes = format.encodeEvent(event);
    if (bytes) this.#write(asRecord(bytes));
  }

  sendEncoded(bytes: Buffer): void {
    if (!this.#closed) this.#write(asRecord(bytes));
  }

  /** After it nothing is sent, so the stream counts as closed at once; what was sent before still goes out. */
  end(): void {
    if (this.#closed) return;
    this.#begin();
    this.#close();
    const cancel = this.options.timers.after(DRAIN_GRACE_MS, () => this.socket.destroy());
    this.response.once('close', cancel);
    this.response.end();
  }

  refuse(refusal: Refusal): void {
    this.send(this.options.refusalEvent(refusal));
    this.end();
  }

  /** There is no stream after all; only before anything was sent. */
  answerInstead(answer: Answer): void {
    assert(!this.#begun, 'a stream that has begun keeps its status');
    this.#close();
    send(this.response, answer);
  }

  onClose(call: () => void): void {
    if (this.#closed) call();
    else this.#onClose.push(call);
  }

  get bufferedBytes(): number {
    return this.response.writableLength;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The head waits for the first record: until then the subscription may still be answered with another status. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.response.writeHead(200, { 'Content-Type': this.options.format.contentType, ...this.options.headers });
  }

  #write(record: Buffer): void {
    this.#begin();
    this.response.write(record);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.socket.off('close', this.onSocketClose);
    for (const call of this.#onClose.splice(0)) call();
  }
}

function asRecord(bytes: Buffer): Buffer {
  const line = `${bytes.length}\n`;
  const record = Buffer.allocUnsafe(line.length + bytes.length);
  record.write(line, 'latin1');
  bytes.copy(record, line.length);
  return record;
}

/** By its format: all heartbeats are alike. */
const heartbeats = new WeakMap<object, Buffer>();

function heartbeatOf<E>(format: EventFormat<E>, event: E): Buffer {
  const known = heartbeats.get(format);
  if (known) return known;
  const record = asRecord(format.encodeEvent(event) ?? Buffer.alloc(0));
  heartbeats.set(format, record);
  return record;
}
