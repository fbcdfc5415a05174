/** What a process needs of the outside, so that a simulation can put its own in place (architecture section 8). */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
}

export interface Timers {
  /** Calls once after `delayMs`; the returned function cancels. */
  after(delayMs: number, call: () => void): () => void;
  /** Calls every `intervalMs`; the returned function cancels. */
  every(intervalMs: number, call: () => void): () => void;
}

export interface Randomness {
  /** In [0, 1). */
  next(): number;
}

export interface IdSource {
  uuid(): string;
}

export interface World extends Clock, Timers {
  readonly random: Randomness;
  readonly ids: IdSource;
}
