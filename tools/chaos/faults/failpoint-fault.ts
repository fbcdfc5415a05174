import { existsSync, watch } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailpointName } from '@holdfast/platform/failpoints';
import type { Fault } from './fault';

/** The load comes by each of them several times within this. */
const PATIENCE_MS = 20_000;

/** Whoever first comes to that place dies there. */
export const dieAt = (failpoint: FailpointName): Fault => ({
  name: `die:${failpoint}`,
  inject: async ({ cluster, signal }) => {
    const file = join(cluster.failpointDir, failpoint);
    await writeFile(file, '');
    try {
      return (await untilGone(cluster.failpointDir, file, signal)) ? 'injected' : 'missed';
    } finally {
      await rm(file, { force: true });
    }
  },
});

/** The process removes the file in the moment in which it dies. */
function untilGone(dir: string, file: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (hasFired: boolean) => {
      watcher.close();
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      resolve(hasFired);
    };
    const look = () => {
      if (!existsSync(file)) end(true);
    };
    const giveUp = () => end(false);
    const watcher = watch(dir, look);
    const timer = setTimeout(giveUp, PATIENCE_MS);
    signal.addEventListener('abort', giveUp);
    look();
  });
}
