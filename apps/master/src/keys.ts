/** The master's key family in Redis; nobody else writes it, and no other file spells a key. */
export const keysOf = (prefix: string) => ({
  /** string: the highest epoch ever claimed */
  epoch: `${prefix}:master:epoch`,
  /** hash: agent id → JSON of an admitted agent */
  agents: `${prefix}:master:agents`,
  /** hash: framework id → JSON of a framework that may come back */
  frameworks: `${prefix}:master:frameworks`,
  /** sorted set: framework id by removal time in ms; ids that are refused from then on */
  removedFrameworks: `${prefix}:master:removed-frameworks`,
});
