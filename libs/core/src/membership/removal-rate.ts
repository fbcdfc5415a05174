/** How often agents may be marked unreachable (D-071). */
export interface RemovalRate {
  /** From one to the next. */
  readonly spacingMs: number;
}

/** As Mesos writes durations. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  secs: 1_000,
  mins: 60_000,
  hrs: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** Reads `<agents>/<duration>`, such as `1/10mins` or `2/1hrs`; undefined: it is none. Agents are spaced evenly: 2/1hrs is one in 30 minutes. */
export function readRemovalRate(text: string): RemovalRate | undefined {
  const [, agents, amount, unit = ''] = /^(\d+)\/(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) return undefined;
  const spacingMs = (Number(amount) * unitMs) / Number(agents);
  return Number.isFinite(spacingMs) && spacingMs > 0 ? { spacingMs } : undefined;
}
