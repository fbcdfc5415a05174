import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Resource } from '@holdfast/core/resources';
import { argumentsOf, launchedProcesses } from './launched-processes';
import type { ScriptedMaster } from './scripted-master';

/**
 * The floor: so many starts of `true`, so many at once, by xargs(1): a small process without an event loop, a log or a question to anybody.
 * Resolves with how many there were per second.
 */
export async function bareStartsPerSecond(command: readonly string[], count: number, atOnce: number): Promise<number> {
  const startedMs = performance.now();
  const xargs = spawn('xargs', ['-P', String(atOnce), '-n', '1', ...command], { stdio: ['pipe', 'ignore', 'inherit'] });
  xargs.stdin.end('go\n'.repeat(count));
  const [code] = (await once(xargs, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`xargs ${command.join(' ')} ended with exit code ${code}`);
  return (count / (performance.now() - startedMs)) * 1_000;
}

const HIERARCHIES = ['cpu', 'cpuacct', 'memory', 'pids'].map((controller) => `/sys/fs/cgroup/${controller}`);

/**
 * The same in control groups of its own for each start, as a script would make them: all of the isolation that a task gets, but its limits.
 * Undefined: the machine has none of version 1.
 */
export function inControlGroups(command: readonly string[]): readonly string[] | undefined {
  const groups = HIERARCHIES.filter((path) => existsSync(`${path}/tasks`)).map((path) => `${path}/holdfast-bench-bare-$$`);
  if (groups.length === 0) return undefined;
  const all = groups.join(' ');
  return [
    'sh',
    '-c',
    `trap : INT TERM; mkdir ${all}; (for g in ${all}; do echo 0 > $g/tasks; done; exec "$@"); rmdir ${all}`,
    'sh',
    ...command,
  ];
}

const isShell = (word: string): boolean => /^(\/bin\/)?sh$/.test(word);

/**
 * The isolation as the agent uses it, read off a container that runs: the same program with the same arguments, with `true` in the place of
 * our shell. The container goes on, since the arguments name its sandbox, and ends with the agent.
 */
export async function isolationOf(master: ScriptedMaster, volumes: readonly Resource[] = []): Promise<readonly string[]> {
  const { launchId, hasStarted } = master.run({ command: 'sleep 3600', volumes });
  await hasStarted;
  const [words] = launchedProcesses(new Set([launchId]))
    .map(argumentsOf)
    .filter(([program]) => program !== undefined && !isShell(program) && program !== 'sleep');
  const shellAt = words?.findIndex(isShell) ?? -1;
  if (!words || shellAt === -1) throw new Error('no isolation is to be seen around a task of the agent');
  return [...withoutStatus(words.slice(0, shellAt)), 'true'];
}

/** Nobody listens to how the bare one ends. */
function withoutStatus(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--json-status-fd');
  return at === -1 ? words : [...words.slice(0, at), ...words.slice(at + 2)];
}
