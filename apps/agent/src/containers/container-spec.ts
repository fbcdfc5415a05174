import type { AccessMode, LaunchId } from '@holdfast/core/base';

/**
 * - `namespaces`: mounts and process ids of its own; volumes are bind-mounted, read-only where asked; nothing survives the end.
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
  /** Give the directory to the task's user first. */
  readonly isGivenToUser: boolean;
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
}
