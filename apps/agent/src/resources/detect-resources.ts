import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';

const BYTES_PER_MB = 1024 * 1024;
/** Left to the system, as Mesos does; of a small machine half. */
const KEPT_MEM_MB = 1024;
const KEPT_DISK_MB = 5 * 1024;

/** What this machine has, as one would write it in HOLDFAST_AGENT_RESOURCES: all processors, memory and the work directory's disk less a rest. */
export async function detectResources(workDir: string): Promise<string> {
  const { bsize, blocks } = await statfs(workDir);
  const memMb = leaving(totalmem() / BYTES_PER_MB, KEPT_MEM_MB);
  const diskMb = leaving((bsize * blocks) / BYTES_PER_MB, KEPT_DISK_MB);
  return `cpus:${availableParallelism()};mem:${memMb};disk:${diskMb}`;
}

const leaving = (wholeMb: number, keptMb: number): number => Math.floor(wholeMb > 2 * keptMb ? wholeMb - keptMb : wholeMb / 2);
