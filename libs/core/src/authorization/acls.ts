import type { ActionKind } from './action';

/** Whom or what a rule speaks of. `none` covers everybody, too: it is how a rule says that nobody may. */
export type Entity = { readonly kind: 'any' } | { readonly kind: 'none' } | { readonly kind: 'some'; readonly values: ReadonlySet<string> };

/** Who may do something to what. Which objects are meant, roles, users or principals, follows from the action (B-122). */
export interface Acl {
  readonly principals: Entity;
  readonly objects: Entity;
}

export interface Acls {
  /** The answer where no rule applies (B-120). */
  readonly permissive: boolean;
  /** In the order in which they were written: the first that applies decides. */
  readonly rules: ReadonlyMap<ActionKind, readonly Acl[]>;
}

/** Where no ACLs are given, everybody may do everything. */
export const ALLOW_ALL: Acls = { permissive: true, rules: new Map() };
