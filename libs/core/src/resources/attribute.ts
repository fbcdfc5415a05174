import type { Value } from './resource';

/** A fact about an agent that frameworks may choose by. */
export interface Attribute {
  readonly name: string;
  readonly value: Value | { readonly kind: 'text'; readonly text: string };
}
