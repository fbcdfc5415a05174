const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  secs: 1000,
  mins: 60_000,
  hrs: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** A duration as Mesos spells it, such as `5secs` (wire 7.1), in milliseconds; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const factor = UNITS_MS[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
