import { lstatSync, realpathSync, statSync } from 'node:fs';
import { FRESH_PATHS, type MachineView } from './bubblewrap';

/** How names are resolved is kept on many machines in a file below /run. */
const RESOLVER = '/etc/resolv.conf';

/** What containers see of this machine in the place of what it has; looked up once. */
export const freshPlaces = (): Pick<MachineView, 'fresh' | 'kept'> => {
  const resolver = resolverFile();
  return {
    fresh: FRESH_PATHS.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory()),
    kept: resolver === undefined ? [] : [resolver],
  };
};

/** Of directories that are to be hidden, those to hide now. A root of a disk comes and goes with its mount: what is not there cannot be hidden, nor seen. */
export function hiddenNow(hidden: readonly string[]): readonly string[] {
  const there = hidden.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  return [...new Set(there.filter((path) => !there.some((other) => other !== path && path.startsWith(`${other}/`))))];
}

/** The file that /etc/resolv.conf leads to, if it is below a fresh directory. */
function resolverFile(): string | undefined {
  try {
    const file = realpathSync(RESOLVER);
    return FRESH_PATHS.some((path) => file.startsWith(`${path}/`)) ? file : undefined;
  } catch {
    return undefined;
  }
}
