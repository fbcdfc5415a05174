import { Duration, DurationFormatter } from '@sapphire/duration';
import { InvalidArgumentError } from 'commander';

/** The package reads far more than this, and passes over what it does not know: `10m5potatoes` is ten minutes to it. */
const PARTS = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/;

const formatter = new DurationFormatter();

/** `90s`, `10m`, `1h30m`: in whole milliseconds, more than 0. */
export function parseDurationMs(value: string): number {
  const ms = PARTS.test(value) ? Math.round(new Duration(value).offset) : 0;
  if (!(ms > 0) || !Number.isSafeInteger(ms))
    throw new InvalidArgumentError('It must be a length of time with its unit (ms, s, m, h, d), such as 90s, 10m or 1h30m.');
  return ms;
}

/** For a person, by its two largest units: `1 hour 30 minutes`. */
export const describeDuration = (ms: number): string => (ms < 1000 ? `${ms} ms` : formatter.format(Math.round(ms / 1000) * 1000, 2));
