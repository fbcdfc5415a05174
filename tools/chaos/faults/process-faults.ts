import { setTimeout as pause } from 'node:timers/promises';
import { lives, type ServiceName } from '../cluster/service-pids';
import type { Fault } from './fault';

const SHORTEST_MS = 200;
const LONGEST_MS = 8_000;

/** kill -9; the supervisor starts it again. */
export const kill = (service: ServiceName): Fault => ({
  name: `kill:${service}`,
  inject: async ({ cluster, signal }) => {
    const pid = await cluster.untilRuns(service, signal);
    if (pid === undefined) return 'missed';
    process.kill(pid, 'SIGKILL');
    return 'injected';
  },
});

/** Stopped for a while, as a process on a machine that swaps, or in a virtual machine that is moved. */
export const freeze = (service: ServiceName): Fault => ({
  name: `freeze:${service}`,
  inject: async ({ cluster, random, signal }) => {
    const forMs = random.between(SHORTEST_MS, LONGEST_MS);
    const pid = await cluster.untilRuns(service, signal);
    if (pid === undefined) return 'missed';
    process.kill(pid, 'SIGSTOP');
    try {
      await pause(forMs, undefined, { signal });
    } finally {
      // It may have been killed meanwhile, and another one started.
      if (cluster.pidOf(service) === pid && lives(pid)) process.kill(pid, 'SIGCONT');
    }
    return 'injected';
  },
});
