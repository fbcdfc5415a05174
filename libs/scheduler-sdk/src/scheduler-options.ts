import type { Role } from '@holdfast/core/base';
import type { OfferConstraints } from '@holdfast/core/offers';
import type { Credentials } from '@holdfast/platform/credentials';
import type { FrameworkDescription } from './framework';

export interface SchedulerOptions {
  /** The master's gRPC door, `host:port`. */
  readonly address: string;
  readonly framework: FrameworkDescription;
  /** Roles for which no offers are wanted yet; `revive` asks for them. */
  readonly suppressedRoles?: readonly Role[];
  /** By role: of which agents offers are wanted; of all where nothing is said (C-060). */
  readonly offerConstraints?: OfferConstraints;
  /** Where the master asks who calls. The framework's principal, if it says one, must be the same (D-003). */
  readonly credentials?: Credentials;
  /**
   * `unary` (by default): an RPC for each call. `connect`: calls and events on one stream, for many calls a second; a call that is too
   * large for the master ends the stream there.
   */
  readonly transport?: 'unary' | 'connect';
  /** `manual`: the caller acknowledges each status that has a uuid; until then no later one of that task arrives (D-052). */
  readonly acknowledge?: 'automatic' | 'manual';
  /** How long `connectScheduler` waits for the first subscription; 15 s by default. */
  readonly subscribeTimeoutMs?: number;
  /** The pause before a lost subscription is made again: 0.1 s growing to 5 s by default. */
  readonly backoff?: { readonly initialMs: number; readonly maxMs: number };
  /** How long a call may take; 10 s by default. */
  readonly callTimeoutMs?: number;
  /** Of so many tasks that have ended `status` still knows the last; 1000 by default. */
  readonly endedTasksKept?: number;
}

/** What can be another from now on; what is left out stays. User and principal never change (D-006). */
export interface FrameworkChange {
  readonly framework?: Partial<Omit<FrameworkDescription, 'id' | 'user' | 'principal'>>;
  readonly suppressedRoles?: readonly Role[];
  /** `{}`: offers of any agent again. */
  readonly offerConstraints?: OfferConstraints;
}
