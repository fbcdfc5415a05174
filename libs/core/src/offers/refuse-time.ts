const DEFAULT_REFUSE_MS = 5_000;
const LONGEST_REFUSE_MS = 365 * 24 * 60 * 60 * 1000;

/**
 * How long declined resources stay away from the framework, in milliseconds (C-050). Absent, negative or not a number: 5 s; more than 365
 * days: 365 days; 0 sets no filter. `Infinity` is more than 365 days.
 */
export function normaliseRefuseMs(refuseMs: number | undefined): number {
  if (refuseMs === undefined || !(refuseMs >= 0)) return DEFAULT_REFUSE_MS;
  return Math.min(refuseMs, LONGEST_REFUSE_MS);
}
