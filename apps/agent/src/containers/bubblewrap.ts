import { dirname, join } from 'node:path';
import type { ContainerSpec } from './container-spec';

/** What root in a container may do besides what any user may. */
export const KEPT_CAPABILITIES = ['chown', 'dac_override', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'net_bind_service'] as const;

/** Directories with a fresh, empty one in their place in each container: room to write, or what may hold sockets and secrets of the machine. */
const FRESH = [
  ['1777', '/tmp'],
  ['1777', '/var/tmp'],
  ['0755', '/run'],
  ['0700', '/root'],
] as const;

/** Files of /proc by which uid 0 changes the machine, whatever its capabilities. */
const READ_ONLY_PROC = ['/proc/sys', '/proc/fs', '/proc/sysrq-trigger', '/proc/acpi', '/proc/scsi'];

export interface MachineView {
  /** Directories that no container sees; there, without links, none inside another. */
  readonly hidden: readonly string[];
  /** Of the fresh ones, which this machine has, as real directories. */
  readonly fresh: readonly string[];
  /** Files below a fresh directory that are seen all the same: what /etc/resolv.conf leads to. */
  readonly kept: readonly string[];
}

/**
 * Arguments of bwrap(1) for a container. Its process 1 leads a session of its own, which SIGTERM goes to, so that bwrap itself, which waits for
 * its end and writes it to `statusFd`, which nothing in the container has, is not hit. It does not die with the agent or the spawner.
 */
export function bubblewrapArgs(spec: ContainerSpec, view: MachineView, statusFd: number, program: readonly string[]): readonly string[] {
  const { sandbox, mounts, gate } = spec;
  const fresh = FRESH.filter(([, path]) => view.fresh.includes(path));
  const covers = [...fresh.map(([, path]) => path), ...view.hidden];
  const gates = gate === undefined ? undefined : dirname(gate);
  const ways = [...view.hidden, sandbox, ...view.kept, ...(gates === undefined ? [] : [gates])].flatMap((path) => wayTo(path, covers));
  return [
    ...['--unshare-pid', '--unshare-ipc', '--as-pid-1', '--new-session'],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--perms', '1777', '--tmpfs', '/dev/shm', '--proc', '/proc'],
    ...READ_ONLY_PROC.flatMap((path) => ['--ro-bind-try', path, path]),
    ...fresh.flatMap(([mode, path]) => ['--perms', mode, '--tmpfs', path]),
    // What lies in a fresh directory first, then what lies in a hidden one.
    ...directories(ways.filter(({ cover }) => fresh.some(([, path]) => path === cover))),
    ...view.hidden.flatMap((path) => ['--perms', '0755', '--tmpfs', path]),
    ...directories(ways.filter(({ cover }) => view.hidden.includes(cover))),
    ...view.kept.flatMap((path) => ['--ro-bind', path, path]),
    ...(gates === undefined ? [] : ['--ro-bind', gates, gates]),
    ...['--bind', sandbox, sandbox],
    ...mounts.flatMap(({ source, containerPath, mode }) => [mode === 'RO' ? '--ro-bind' : '--bind', source, join(sandbox, containerPath)]),
    ...['--cap-drop', 'ALL'],
    ...KEPT_CAPABILITIES.flatMap((name) => ['--cap-add', `CAP_${name.toUpperCase()}`]),
    ...['--json-status-fd', String(statusFd)],
    '--',
    ...program,
  ];
}

interface Way {
  readonly cover: string;
  readonly path: string;
}

/** The directories above `path` that its innermost cover has taken away. */
function wayTo(path: string, covers: readonly string[]): readonly Way[] {
  const [cover] = covers.filter((candidate) => path.startsWith(`${candidate}/`)).sort((a, b) => b.length - a.length);
  if (cover === undefined) return [];
  const ways: Way[] = [];
  for (let at = dirname(path); at !== cover; at = dirname(at)) ways.unshift({ cover, path: at });
  return ways;
}

/** Made for everybody to pass; bwrap makes those that it is not asked for passable for root only. */
const directories = (ways: readonly Way[]): readonly string[] =>
  [...new Set(ways.map(({ path }) => path))].flatMap((path) => ['--perms', '0755', '--dir', path]);

/** What a view may have fresh, to be looked for on this machine. */
export const FRESH_PATHS: readonly string[] = FRESH.map(([, path]) => path);
