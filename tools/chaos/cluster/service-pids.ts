import { readFileSync } from 'node:fs';

/** `redis`, `volume-registry`, `allocator`, `master`, `agent-1`, … */
export type ServiceName = string;

/** The process of a service now, found among the children of `holdfast dev`: a pid from a file may be somebody else's by now. */
export function findService(devPid: number, name: ServiceName): number | undefined {
  return childrenOf(devPid).find((pid) => isService(pid, name));
}

export const childrenOf = (pid: number): readonly number[] =>
  readProc(pid, `task/${pid}/children`)
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);

export const argumentsOf = (pid: number): string => readProc(pid, 'cmdline');
export const environmentOf = (pid: number): readonly string[] => readProc(pid, 'environ').split('\0');

/** Stopped ones too, but none that has ended and only waits to be collected. */
export const lives = (pid: number): boolean => !['', 'Z', 'X'].includes(readProc(pid, 'stat').split(') ').at(-1)?.[0] ?? '');

function isService(pid: number, name: ServiceName): boolean {
  if (!lives(pid)) return false;
  if (name === 'redis') return argumentsOf(pid).includes('redis-server');
  if (!name.startsWith('agent-')) return argumentsOf(pid).includes(`/apps/${name}/main.cjs`);
  return argumentsOf(pid).includes('/apps/agent/main.cjs') && environmentOf(pid).some((text) => text.endsWith(`/agents/${name}`));
}

/** Nothing of a process that is gone. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
