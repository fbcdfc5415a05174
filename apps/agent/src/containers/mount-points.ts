import { basename } from 'node:path';
import { readMountTable } from '../disks';
import type { Container } from './container';
import type { ContainerMount } from './container-spec';

/** A volume in the sandbox of a container. */
export interface PlacedMount extends Pick<ContainerMount, 'source' | 'containerPath'> {
  readonly sandbox: string;
}

/**
 * Where in a container a volume is mounted now; none if the container is gone. The task may have moved the directories above it, but neither the
 * volume's own entry nor anything out of the sandbox.
 */
export async function mountPoints(container: Container, { sandbox, source, containerPath }: PlacedMount): Promise<readonly string[]> {
  const { entrance } = container;
  if (entrance === undefined) return [];
  const table = await readMountTable(entrance).catch((fault: unknown) => {
    if (container.entrance === undefined) return [];
    throw fault;
  });
  const name = basename(containerPath);
  return table
    .filter(({ root, point }) => point.startsWith(`${sandbox}/`) && basename(point) === name && isOf(source, root))
    .map(({ point }) => point);
}

/** `root` is the directory as its file system has it, which may be mounted anywhere; on a disk of its own it is `/`. */
const isOf = (source: string, root: string): boolean => root === '/' || source === root || source.endsWith(root);
