/** When a service that died is started again (architecture 11.8). */
export interface RestartPolicy {
  /** The first pause. */
  readonly initialMs: number;
  /** The pause doubles up to this. */
  readonly maxMs: number;
  /** After serving for so long, the next pause is the first one again. */
  readonly healthyAfterMs: number;
}

export const RESTART_POLICY: RestartPolicy = { initialMs: 200, maxMs: 5000, healthyAfterMs: 30_000 };

/** The pause after `pauseMs`, when the service died again before it was healthy. */
export const nextPauseMs = (policy: RestartPolicy, pauseMs: number): number => Math.min(pauseMs * 2, policy.maxMs);
