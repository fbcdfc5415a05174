import type { Timers } from '@holdfast/core/base';

/** As Mesos counts: 0 is what the agent was started with, from 1 on it tells everything. */
export interface LoggingLevel {
  get(): number;
  /** Back to 0 when the time is over; a later call takes its place. */
  set(level: number, durationMs: number): void;
}

/** Undefined where the log has no level that can be changed. */
export function loggingLevel(log: object, timers: Pick<Timers, 'after'>): LoggingLevel | undefined {
  if (!hasLevel(log)) return undefined;
  const usual = log.level;
  let level = 0;
  let cancel: (() => void) | undefined;
  const use = (wanted: number) => {
    level = wanted;
    log.level = wanted === 0 ? usual : 'debug';
  };
  return {
    get: () => level,
    set(wanted, durationMs) {
      cancel?.();
      cancel = undefined;
      use(wanted);
      if (wanted !== 0) cancel = timers.after(Math.min(durationMs, LONGEST_MS), () => use(0));
    },
  };
}

/** Timers of Node.js that are longer end at once. */
const LONGEST_MS = 2 ** 31 - 1;

const hasLevel = (log: object): log is { level: string } => 'level' in log && typeof log.level === 'string';
