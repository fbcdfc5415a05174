import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lives } from '../cluster/service-pids';
import type { Fault } from './fault';

/** Up to so many bytes are lost: some dozens of the last changes. */
const MOST_BYTES = 16_384;

/**
 * Redis dies and comes back without its last writes, although it had confirmed them: a disk that lied, a copy that was put back. The
 * supervisor is held meanwhile, so that Redis is not started again before the file is cut.
 */
export const truncateRedis: Fault = {
  name: 'truncate:redis',
  losesWrites: true,
  inject: async ({ cluster, random, signal }) => {
    const bytes = random.integer(1, MOST_BYTES);
    await cluster.untilRuns('redis', signal);
    process.kill(cluster.devPid, 'SIGSTOP');
    try {
      const pid = cluster.pidOf('redis');
      if (pid === undefined) return 'missed';
      process.kill(pid, 'SIGKILL');
      while (lives(pid)) await pause(1);
      const file = newestIncrement(join(cluster.redisDir, 'appendonlydir'));
      truncateSync(file, Math.max(0, statSync(file).size - bytes));
      return 'injected';
    } finally {
      process.kill(cluster.devPid, 'SIGCONT');
    }
  },
};

function newestIncrement(dir: string): string {
  const increments = readdirSync(dir).filter((name) => name.endsWith('.incr.aof'));
  const sequence = (name: string) => Number(name.split('.').at(-3));
  const newest = increments.sort((a, b) => sequence(a) - sequence(b)).at(-1);
  if (newest === undefined) throw new Error(`no append-only file in ${dir}`);
  return join(dir, newest);
}
