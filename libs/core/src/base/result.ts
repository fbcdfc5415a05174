import type { Refusal } from './refusal';

/** An answer or an expected no. Faults are thrown; refusals are values. */
export type Result<T, E = Refusal> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const refused = <E = Refusal>(refusal: E): { readonly ok: false; readonly refusal: E } => ({ ok: false, refusal });
