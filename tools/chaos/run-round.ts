import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, FaultStage } from './faults/fault';

/** Between the beginnings of two faults, in milliseconds: they may overlap. */
const GAP_MS = [100, 2_500] as const;
/** The load runs before the first fault, and after the last. */
const LEAD_MS = 700;

export interface RoundOutcome {
  readonly injected: readonly Fault[];
  readonly missed: readonly Fault[];
}

/** Injects these faults one after the other, not waiting for one to be over before the next; resolves when all are. */
export async function injectAll(stage: FaultStage, faults: readonly Fault[], say: (line: string) => void): Promise<RoundOutcome> {
  const { random, signal } = stage;
  const injected: Fault[] = [];
  const missed: Fault[] = [];
  const run = async (fault: Fault) => {
    const startedMs = Date.now();
    const became = await fault.inject(stage);
    (became === 'injected' ? injected : missed).push(fault);
    say(`  ${fault.name}: ${became} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  };
  await pause(LEAD_MS, undefined, { signal });
  const running: Promise<void>[] = [];
  for (const fault of faults) {
    if (signal.aborted) break;
    running.push(run(fault));
    await pause(random.between(...GAP_MS), undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(running);
  await pause(LEAD_MS, undefined, { signal });
  return { injected, missed };
}
