import { isAbsolute, join, resolve } from 'node:path';
import { ANY_ROLE, ok, type PersistenceId, refuse, refused, type Result, type Role } from '@holdfast/core/base';
import { idProblem, reservationRole, type Resource, roleProblem } from '@holdfast/core/resources';
import { volumeKey, type VolumeKey } from '@holdfast/core/volumes';

/** Where the data of a volume lies. */
export interface VolumePath {
  readonly key: VolumeKey;
  /** The directory that tasks see. */
  readonly path: string;
  /** What must be there before: the disk's root; and whether it may be made. */
  readonly root: { readonly path: string; readonly isMadeIfMissing: boolean };
  /** The directories below the root, from the outermost to `path` itself; none on a MOUNT disk, where the volume is the root. */
  readonly directories: readonly string[];
}

/**
 * The directory of a volume (A-130…A-134). Role and id are checked again here, whatever was checked before: a name that climbs out of
 * the disk would make DESTROY delete something else. Refused with `agent_failed`.
 */
export function volumePath(workDir: string, volume: Resource): Result<VolumePath> {
  const id = volume.disk?.persistence?.id;
  if (id === undefined) return cannot(`${volume.name} is not a persistent volume`);
  const role = reservationRole(volume);
  const problem = nameProblem(role, id);
  if (problem !== undefined) return cannot(problem);
  const key = volumeKey(role, id);
  const source = volume.disk?.source;
  if (source === undefined) return ok(below({ path: resolve(workDir), isMadeIfMissing: true }, key, role, id));
  if (source.type !== 'PATH' && source.type !== 'MOUNT')
    return cannot(`volume ${key} lies on a ${source.type} disk, which this agent does not have`);
  if (source.root === undefined || source.root === '') return cannot(`the ${source.type} disk of volume ${key} has no root`);
  const root = { path: resolve(workDir, source.root), isMadeIfMissing: source.type === 'PATH' && !isAbsolute(source.root) };
  return ok(source.type === 'MOUNT' ? { key, path: root.path, root, directories: [] } : below(root, key, role, id));
}

function below(root: VolumePath['root'], key: VolumeKey, role: Role, id: PersistenceId): VolumePath {
  // No role has a space in it, so that `eng/web` and `eng web` cannot be confused (A-133, B-012).
  const names = ['volumes', 'roles', role.replaceAll('/', ' '), id];
  const directories = names.map((_, at) => join(root.path, ...names.slice(0, at + 1)));
  return { key, path: directories.at(-1)!, root, directories };
}

function nameProblem(role: Role, id: PersistenceId): string | undefined {
  if (role === ANY_ROLE) return `volume ${id} is not reserved to a role`;
  const wrongRole = roleProblem(role);
  if (wrongRole !== undefined) return wrongRole;
  const wrongId = idProblem(id);
  return wrongId === undefined ? undefined : `the persistence id ${wrongId}`;
}

const cannot = (problem: string): Result<never> => refused(refuse('agent_failed', { problem }));
