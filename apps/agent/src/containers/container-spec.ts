import type { AccessMode, LaunchId } from '@holdfast/core/base';
import type { CommandUri } from '@holdfast/core/tasks';

/**
 * - `namespaces`: mounts and process ids of its own (bubblewrap); the machine is seen read-only, and of the agent's work directory only its
 *   sandbox and its volumes, which are bind-mounted, read-only where asked; nothing survives the end.
 * - `plain`: an ordinary process group; volumes are links, which cannot be read-only.
 */
export type Isolation = 'namespaces' | 'plain';

/** A volume as one task sees it. */
export interface ContainerMount {
  /** For messages: `eng/db`. */
  readonly name: string;
  /** The volume's directory. */
  readonly source: string;
  /** Below the sandbox. */
  readonly containerPath: string;
  readonly mode: AccessMode;
}

export interface ContainerSpec {
  readonly launchId: LaunchId;
  /**
   * Absolute path of a file. Set: once set up, the container says that it is ready and waits for `ContainerRuntime.release`, or for the end of
   * the spawner; then it runs its command if the file is gone, and gives up if it is there.
   */
  readonly gate?: string;
  /** Shown in lists of processes. */
  readonly label: string;
  readonly isolation: Isolation;
  /** Absolute; there already, with a directory at each container path (namespaces) or a link (plain). */
  readonly sandbox: string;
  readonly mounts: readonly ContainerMount[];
  /** `/bin/sh -c line`, or a program and its arguments without argv[0]. */
  readonly command: { readonly line: string } | { readonly program: string; readonly args: readonly string[] };
  /** In order; later ones win. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** Another user than the agent's own. */
  readonly user?: string;
  /** Group ids besides those of the user: of its volumes. Only with `user`. */
  readonly groups?: readonly number[];
  /** Copied or unpacked into the sandbox as the user, before the command runs. */
  readonly uris?: readonly CommandUri[];
  /** What it may use; without control groups on this machine nothing is enforced. */
  readonly limits?: ContainerLimits;
}

/** Of one container's control group. */
export interface ContainerLimits {
  /** Its weight when the processors are contended, in thousandths of one; at least 10. */
  readonly cpuMilli: number;
  /** The most it gets although more would be free, in thousandths of a processor; absent: no bound. */
  readonly cpuAtMostMilli?: number;
  /** Absent: no bound. */
  readonly memoryBytes?: number;
  /** Processes and threads at once. */
  readonly processes: number;
}

/** What a container has used so far, as its control group counts. */
export interface ContainerUsage {
  readonly cpuUserMs: number;
  readonly cpuSystemMs: number;
  readonly cpuPeriods?: number;
  readonly cpuThrottledPeriods?: number;
  readonly memoryBytes: number;
  readonly memoryRssBytes: number;
  readonly processes: number;
}

/** A command run beside the one of a container, in the same namespaces and control group, as the same user, with the same environment. */
export interface ExecRequest {
  readonly command: ContainerSpec['command'];
  readonly environment: ContainerSpec['environment'];
  readonly user?: string;
  readonly groups?: readonly number[];
  readonly sandbox: string;
  /** Then it is killed; 0: never. */
  readonly timeoutMs: number;
}

export type ExecEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'timed_out' }
  /** It could not be started, or the container is gone. */
  | { readonly kind: 'failed'; readonly problem: string };
