import { malformed, required } from './edge';

interface WireNanoseconds {
  nanoseconds?: bigint | undefined;
}

const NS_PER_MS = 1_000_000n;

/** Milliseconds since 1970 from a TimeInfo; finer parts are cut. */
export function readTimeMs(wire: WireNanoseconds | undefined, field: string): number {
  const nanoseconds = required(required(wire, field).nanoseconds, `${field}.nanoseconds`);
  return nanoseconds < 0n ? malformed(`${field}.nanoseconds`, 'must not be before 1970') : Number(nanoseconds / NS_PER_MS);
}

export const writeTimeMs = (ms: number): { nanoseconds: bigint } => ({ nanoseconds: BigInt(Math.trunc(ms)) * NS_PER_MS });

/** Milliseconds from a DurationInfo, rounded up, so that a short grace period does not become none (D-040: never negative). */
export function readDurationMs(wire: WireNanoseconds, field: string): number {
  const nanoseconds = required(wire.nanoseconds, `${field}.nanoseconds`);
  if (nanoseconds < 0n) malformed(`${field}.nanoseconds`, 'must not be negative');
  return Number((nanoseconds + NS_PER_MS - 1n) / NS_PER_MS);
}

export const writeDurationMs = (ms: number): { nanoseconds: bigint } => ({ nanoseconds: BigInt(Math.ceil(ms)) * NS_PER_MS });

/** Seconds as a double, as Mesos writes points in time. */
export function readSecondsMs(seconds: number | undefined, field: string): number {
  const value = required(seconds, field);
  if (!Number.isFinite(value) || value < 0) malformed(field, 'must be a finite number, not negative');
  return Math.round(value * 1000);
}

/** A span in seconds as a double, as Mesos writes those of checks. Some time, however short, does not become none. */
export function readSpanMs(seconds: number | undefined, field: string, defaultMs: number): number {
  if (seconds === undefined) return defaultMs;
  const ms = readSecondsMs(seconds, field);
  return seconds > 0 ? Math.max(1, ms) : 0;
}

export const writeSeconds = (ms: number): number => ms / 1000;
