import type { Role } from '@holdfast/core/base';

/** What of an agent is looked at. */
export type AttributeSelector =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'hostname' }
  | { readonly kind: 'region' }
  | { readonly kind: 'zone' };

export type AttributePredicate =
  | { readonly kind: 'exists' }
  | { readonly kind: 'not_exists' }
  | { readonly kind: 'text_equals'; readonly value: string }
  | { readonly kind: 'text_not_equals'; readonly value: string }
  | { readonly kind: 'text_matches'; readonly regex: string }
  | { readonly kind: 'text_not_matches'; readonly regex: string };

export interface AttributeConstraint {
  readonly selector: AttributeSelector;
  readonly predicate: AttributePredicate;
}

/** By role: groups of constraints. An agent is offered if it meets every constraint of at least one group (C-060). */
export type OfferConstraints = Readonly<Record<Role, readonly (readonly AttributeConstraint[])[]>>;

/** By role: an offer must hold at least one of these sets of quantities, by resource name; none at all: anything goes (C-059). */
export type MinAllocatable = Readonly<Record<Role, readonly Readonly<Record<string, number>>[]>>;

/** Where an agent or a master stands. */
export interface FaultDomain {
  readonly region: string;
  readonly zone: string;
}
