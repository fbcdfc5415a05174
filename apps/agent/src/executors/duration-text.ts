const UNITS = [
  ['weeks', 604_800_000],
  ['days', 86_400_000],
  ['hrs', 3_600_000],
  ['mins', 60_000],
  ['secs', 1000],
] as const;

/** As Mesos writes durations: `5secs`, `15mins` (wire 7.1). */
export function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= length) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
