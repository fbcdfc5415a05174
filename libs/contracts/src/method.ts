import type { Result } from '@holdfast/core/base';

/** Wire ⇄ domain for one message. `decode` refuses what is malformed; it never throws on bad input. */
export interface Codec<T> {
  encode(message: T): Buffer;
  decode(bytes: Buffer): Result<T>;
}

/** One RPC, in domain types. */
export interface Method<Req, Res> {
  /** `/holdfast.v1.SchedulerService/Accept` */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly request: Codec<Req>;
  readonly response: Codec<Res>;
}
