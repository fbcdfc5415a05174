import type { Timers } from '@holdfast/core/base';
import type { Check } from '@holdfast/core/tasks';
import type { ProbeOutcome } from './probe-outcome';
import { type ProbeDeps, runProbe } from './run-probe';

export interface CheckLoopDeps extends ProbeDeps {
  readonly timers: Pick<Timers, 'after'>;
}

/** However short an interval a framework asks for: asking must not keep the machine busy. */
const SHORTEST_INTERVAL_MS = 20;

/** Asks again and again: the first time when the delay since the start of the task is over, then an interval after each answer. */
export class CheckLoop {
  private isStopped = false;
  private cancel: (() => void) | undefined;
  private asking: AbortController | undefined;

  constructor(
    private readonly check: Check,
    private readonly onOutcome: (outcome: ProbeOutcome) => void,
    private readonly deps: CheckLoopDeps,
  ) {}

  /** `runningForMs`: since the task's command was started, perhaps by an earlier agent. */
  start(runningForMs: number): void {
    this.askAfter(Math.max(0, this.check.delayMs - runningForMs));
  }

  /** No outcome is told any more. */
  stop(): void {
    this.isStopped = true;
    this.cancel?.();
    this.asking?.abort();
  }

  private askAfter(waitMs: number): void {
    if (!this.isStopped) this.cancel = this.deps.timers.after(waitMs, () => void this.ask());
  }

  private async ask(): Promise<void> {
    const { probe, timeoutMs, intervalMs } = this.check;
    const asking = new AbortController();
    this.asking = asking;
    this.cancel = timeoutMs === 0 ? undefined : this.deps.timers.after(timeoutMs, () => asking.abort());
    const outcome = await runProbe(probe, timeoutMs, asking.signal, this.deps);
    this.cancel?.();
    if (this.isStopped) return;
    this.onOutcome(outcome);
    this.askAfter(Math.max(intervalMs, SHORTEST_INTERVAL_MS));
  }
}
