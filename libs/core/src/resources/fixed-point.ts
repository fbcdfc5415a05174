/** Scalars are kept in thousandths, so that adding 0.1 three times gives 0.3 (B-005). */
export const MILLI = 1000;

/** About 1.1 million million units; up to here a number of units and its thousandths turn into each other exactly. */
export const MILLI_AT_MOST = 2 ** 50;

/** The nearest thousandth. Input in units, e.g. `0.1` cpus; a tiny input becomes zero, which unitsProblem finds. */
export const toMilli = (units: number): number => Math.round(units * MILLI);

/** In units, e.g. 1.5 for 1500. */
export const fromMilli = (milli: number): number => milli / MILLI;

/** Decimal, never with an exponent, without trailing zeros: `4`, `0.5`, `1024.125`. */
export function formatMilli(milli: number): string {
  const sign = milli < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(milli) / MILLI);
  const rest = Math.abs(milli) % MILLI;
  return rest === 0 ? `${sign}${whole}` : `${sign}${whole}.${String(rest).padStart(3, '0').replace(/0+$/, '')}`;
}
