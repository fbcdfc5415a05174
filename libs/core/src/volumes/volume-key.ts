import type { PersistenceId, Role } from '@holdfast/core/base';

/** Names a volume within one store: persistence ids are unique per reservation role and agent. */
export type VolumeKey = string & { readonly __kind?: 'volume-key' };

export const volumeKey = (role: Role, persistenceId: PersistenceId): VolumeKey => `${role}/${persistenceId}`;

/** A role may contain `/`, a persistence id may not: the last one separates them. */
export function splitVolumeKey(key: VolumeKey): { role: Role; persistenceId: PersistenceId } {
  const at = key.lastIndexOf('/');
  return { role: key.slice(0, at), persistenceId: key.slice(at + 1) };
}
