/** Counts events for a while, after a warm-up, and answers with how many there were per second. */
export async function ratePerSecond(
  count: () => number,
  { warmUpMs, measureMs }: { readonly warmUpMs: number; readonly measureMs: number },
): Promise<number> {
  await pause(warmUpMs);
  const before = count();
  const startedNs = process.hrtime.bigint();
  await pause(measureMs);
  const tookSeconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
  return (count() - before) / tookSeconds;
}

/** The middle one, of an odd number of measurements best. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const pause = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
