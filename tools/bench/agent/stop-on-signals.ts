const INTERRUPTED = 130;

/** Does the work, then stops what it has started; also when it fails, and when Ctrl-C or SIGTERM comes, which ends this process. */
export async function stopOnSignals<T>(stop: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let stopping: Promise<void> | undefined;
  // What the work makes of being stopped is not waited for.
  const onSignal = () => void (stopping ??= stop()).finally(() => process.exit(INTERRUPTED));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    return await work();
  } finally {
    await (stopping ??= stop());
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}
