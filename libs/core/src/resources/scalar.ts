import { toMilli } from './fixed-point';
import type { Resource } from './resource';

/** An unreserved quantity, in units: `scalar('cpus', 0.5)`. */
export const scalar = (name: string, amount: number): Resource => ({
  name,
  value: { kind: 'scalar', milli: toMilli(amount) },
  reservations: [],
  shared: false,
  revocable: false,
});
