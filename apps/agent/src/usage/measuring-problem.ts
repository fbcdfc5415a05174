import type { Timers } from '@holdfast/core/base';
import { measureUsage } from './measure-usage';

const TRIAL_AT_MOST_MS = 10_000;

/** Whether this machine lets us measure disk usage, found out by doing it on a small directory. Undefined: it does. Otherwise why not. */
export async function measuringProblem(directory: string, timers: Timers): Promise<string | undefined> {
  const { bytes, problem } = await measureUsage([directory], { timers, timeoutMs: TRIAL_AT_MOST_MS }).result;
  return bytes.has(directory) ? undefined : (problem ?? 'du said nothing');
}
