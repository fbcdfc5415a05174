import type { AgentId, Principal, Role } from '@holdfast/core/base';

/** What a framework may want to do that ACLs speak of (B-122). Every object of it must be allowed (B-125). */
export type Action =
  | { readonly kind: 'register_frameworks'; readonly roles: readonly Role[] }
  | { readonly kind: 'teardown_frameworks'; readonly frameworkPrincipal?: Principal }
  | { readonly kind: 'run_tasks'; readonly user: string }
  /** Ends a task of another's framework (ours). Whose framework it is. */
  | { readonly kind: 'kill_tasks'; readonly frameworkPrincipal?: Principal }
  /** The last role of each reservation stack (B-126). */
  | { readonly kind: 'reserve_resources'; readonly roles: readonly Role[] }
  /** Who made the reservations that are undone. */
  | { readonly kind: 'unreserve_resources'; readonly reservers: readonly (Principal | undefined)[] }
  | { readonly kind: 'create_volumes'; readonly roles: readonly Role[] }
  /** Who created the volumes, as stored: never as the request says (B-123). */
  | { readonly kind: 'destroy_volumes'; readonly creators: readonly (Principal | undefined)[] }
  | { readonly kind: 'resize_volumes'; readonly roles: readonly Role[] }
  /** Takes a holder out of the ledger without evidence (ours). The roles of the volumes. */
  | { readonly kind: 'force_release'; readonly roles: readonly Role[] }
  /** Mends the ledger from what agents report (ours). The agents; none: all. */
  | { readonly kind: 'repair_ledger'; readonly agents: readonly AgentId[] };

export type ActionKind = Action['kind'];
