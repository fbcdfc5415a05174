import type { AccessMode } from '@holdfast/core/base';
import { containerPathProblem, isPersistentVolume, reservationRole, type Resource } from '@holdfast/core/resources';
import { volumeKey, type VolumeKey } from '@holdfast/core/volumes';
import type { TaskInfo } from './task';

/** One persistent volume as one task uses it. */
export interface TaskVolume {
  readonly volume: VolumeKey;
  readonly mode: AccessMode;
  /** As the task wrote it; relative to the sandbox. */
  readonly containerPath: string;
  /** How often the task lists it: more than once asks for more than one copy. */
  readonly copies: number;
  readonly resource: Resource;
}

/** The key of a persistent volume: unique on its agent whatever its size, sharedness or allocation role. */
export const keyOfVolume = (volume: Resource): VolumeKey => volumeKey(reservationRole(volume), volume.disk?.persistence?.id ?? '');

/** The persistent volumes of a task, in its own order. A volume that the task takes read-only is still the same volume. */
export function volumesOf(task: Pick<TaskInfo, 'resources'>): readonly TaskVolume[] {
  const volumes: TaskVolume[] = [];
  for (const { resource, copies } of task.resources.entries()) {
    if (!isPersistentVolume(resource)) continue;
    const mount = resource.disk?.volume;
    volumes.push({ volume: keyOfVolume(resource), mode: mount?.mode ?? 'RW', containerPath: mount?.containerPath ?? '', copies, resource });
  }
  return volumes;
}

/** What is wrong with the way a task names its volumes, as a sentence; nothing if it is good. */
export function taskVolumesProblem(volumes: readonly TaskVolume[]): string | undefined {
  if (volumes.length === 0) return undefined;
  return repeatedVolume(volumes) ?? badContainerPath(volumes);
}

/** Equal shared volumes have become copies of one; every other repetition of a key is a mistake. */
function repeatedVolume(volumes: readonly TaskVolume[]): string | undefined {
  const seen = new Set<VolumeKey>();
  for (const { volume, copies, resource } of volumes) {
    if (seen.has(volume) || (copies > 1 && !resource.shared)) return `it uses the persistence id of volume ${volume} twice.`;
    seen.add(volume);
  }
  return undefined;
}

/** Architecture 11.4; and where two volumes at one place would hide one another, neither is chosen in silence. */
function badContainerPath(volumes: readonly TaskVolume[]): string | undefined {
  const taken = new Map<string, VolumeKey>();
  for (const { volume, containerPath } of volumes) {
    const problem = containerPathProblem(containerPath);
    if (problem !== undefined) return `the container path of volume ${volume} ${problem}.`;
    const place = normalContainerPath(containerPath);
    const other = taken.get(place);
    if (other !== undefined) return `volumes ${other} and ${volume} are both to appear at '${place}'.`;
    taken.set(place, volume);
  }
  return undefined;
}

/** `data//x/` and `data/x` are one place. */
const normalContainerPath = (path: string): string =>
  path
    .split('/')
    .filter((segment) => segment !== '')
    .join('/');
