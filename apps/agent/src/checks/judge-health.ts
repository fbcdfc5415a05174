import type { HealthCheck } from '@holdfast/core/tasks';

/** What is known of a task's health. */
export interface Health {
  /** In a row, up to now. */
  readonly failures: number;
  /** Once, ever: the grace period is over (wire: HealthCheck.grace_period_seconds). */
  readonly hasSucceeded: boolean;
  /** What its framework was told last; absent: nothing yet. */
  readonly told?: boolean;
}

export interface HealthVerdict {
  readonly health: Health;
  /** To be told, since it is news. */
  readonly news?: boolean;
  readonly isToBeKilled: boolean;
}

/** What one more result makes of it. `runningForMs`: since its command was started. */
export function judgeHealth(
  { consecutiveFailures, gracePeriodMs }: Pick<HealthCheck, 'consecutiveFailures' | 'gracePeriodMs'>,
  health: Health,
  isGood: boolean,
  runningForMs: number,
): HealthVerdict {
  if (!isGood && !health.hasSucceeded && runningForMs < gracePeriodMs) return { health, isToBeKilled: false };
  const failures = isGood ? 0 : health.failures + 1;
  return {
    health: { failures, hasSucceeded: health.hasSucceeded || isGood, told: isGood },
    ...(health.told !== isGood && { news: isGood }),
    isToBeKilled: !isGood && failures >= consecutiveFailures,
  };
}
