import type { Refusal } from '@holdfast/core/base';

/** What a handler may know of a call beside its messages. */
export interface CallInfo {
  /** The first value sent under this key. */
  metadata(key: string): string | undefined;
  /** `host:port` of the caller. */
  readonly peer: string;
  /** Before the first message is sent; later it is a bug. */
  setInitialMetadata(key: string, value: string): void;
  /** Aborted when the call is over: cancelled, past its deadline, or its connection lost. */
  readonly signal: AbortSignal;
}

/** The outgoing side of a stream. After its end, everything but `onClose` is without effect. */
export interface OutStream<T> {
  /** Encodes at once; the message may be changed afterwards. */
  send(message: T): void;
  /** Sends a message that is encoded already. */
  sendEncoded(bytes: Buffer): void;
  end(): void;
  /**
   * Ends the stream with the status and the details of this refusal, after what was sent before. A client on grpc-js drops messages
   * that it has not read when such a status arrives: what must be seen is sent as a message, followed by `end`.
   */
  refuse(refusal: Refusal): void;
  /** Called once when the stream is over, for whatever reason; at once if it is over already. */
  onClose(call: () => void): void;
  /** Bytes sent that the network has not yet taken: the caller's reason to slow down or hang up. */
  readonly bufferedBytes: number;
  readonly closed: boolean;
}

/** The server's side of one request with many answers. */
export interface ServerStream<T> extends OutStream<T> {
  /** Resolves once the network has taken all that was sent, or the stream is over. */
  whenTaken(): Promise<void>;
}

export interface DuplexStream<In, Out> extends OutStream<Out> {
  /** Malformed input ends the stream with the refusal; so does what `call` throws or rejects with, as its status. */
  onMessage(call: (message: In) => unknown): void;
  /** The other side has finished sending. */
  onEnd(call: () => void): void;
}
