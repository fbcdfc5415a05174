import type { TaskState } from '@holdfast/core/tasks';
import { counter, histogram } from '@holdfast/platform/telemetry';

/** What is counted of tasks. */
export interface TaskMetrics {
  /** From the arrival of a RunTask to its command running. */
  started(latencyMs: number): void;
  ended(state: TaskState): void;
}

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** Starts per second are the rate of the counter. */
export function taskMetrics(): TaskMetrics {
  const starts = counter('holdfast_agent_task_starts_total', 'Tasks whose command was started');
  const latency = histogram(
    'holdfast_agent_task_start_ms',
    'From the arrival of a RunTask to its command running, in milliseconds',
    STEPS_MS,
  );
  const ends = counter('holdfast_agent_task_ends_total', 'Tasks that are over, by their last state');
  return {
    started: (latencyMs) => {
      starts.add(1);
      latency.record(latencyMs);
    },
    ended: (state) => ends.add(1, { state }),
  };
}
