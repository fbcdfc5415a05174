import type { TaskVolume } from '@holdfast/core/tasks';
import type { MountedVolume } from './executor-record';

const placeOf = (containerPath: string): string => `${containerPath.split('/').filter(Boolean).join('/')}/`;

/** The same volume in the same place, with the same access. */
export const isSame = (one: MountedVolume, other: MountedVolume): boolean =>
  one.volume === other.volume && placeOf(one.containerPath) === placeOf(other.containerPath) && one.mode === other.mode;

/** Those of a task that its executor's container does not have yet. */
export const missingIn = (mounted: readonly MountedVolume[], wanted: readonly TaskVolume[]): readonly TaskVolume[] =>
  wanted.filter((volume) => !mounted.some((there) => isSame(there, volume)));

/**
 * Why the volumes of a task cannot be mounted beside those that other tasks of its executor have brought; undefined: they can. One volume may
 * be at several paths, with several modes; no path may lie within another.
 */
export function clashWith(mounted: readonly MountedVolume[], wanted: readonly TaskVolume[]): string | undefined {
  for (const volume of missingIn(mounted, wanted)) {
    const place = placeOf(volume.containerPath);
    const clash = mounted.find(({ containerPath }) => {
      const other = placeOf(containerPath);
      return place.startsWith(other) || other.startsWith(place);
    });
    if (clash) {
      return `it wants volume ${volume.volume} at ${volume.containerPath} (${volume.mode}), where another task of the executor has volume ${clash.volume} at ${clash.containerPath} (${clash.mode})`;
    }
  }
  return undefined;
}

/** Why a task cannot run in a container that has been started with these volumes; undefined: it can. */
export function absentFrom(mounted: readonly MountedVolume[], wanted: readonly TaskVolume[]): string | undefined {
  const [missing] = missingIn(mounted, wanted);
  return (
    missing &&
    `volume ${missing.volume} is not mounted at ${missing.containerPath} (${missing.mode}) in the executor's container, which had its volumes mounted when it was started`
  );
}

export const asMounted = ({ volume, containerPath, mode }: TaskVolume): MountedVolume => ({ volume, containerPath, mode });

/** Paths of a task that no other task needs any more, and that are still mounted. */
export function toUnmount(
  mounted: readonly MountedVolume[],
  over: readonly TaskVolume[],
  others: readonly (readonly TaskVolume[])[],
): readonly MountedVolume[] {
  return mounted.filter(
    (there) => over.some((volume) => isSame(there, volume)) && !others.some((volumes) => volumes.some((volume) => isSame(there, volume))),
  );
}
