import { histogram } from '@holdfast/platform/telemetry';

const STEPS_MS = [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];

/** Takes how long a change of reservations and volumes took to be on the disk, in milliseconds. */
export function commitDurations(): (durationMs: number) => void {
  const durations = histogram(
    'holdfast_agent_checkpoint_ms',
    'Until a change of reservations and volumes is on the disk, in milliseconds',
    STEPS_MS,
  );
  return (durationMs) => durations.record(durationMs);
}
