import type { PersistenceId, Role } from '@holdfast/core/base';
import type { GetVolumeRequest } from '../gen/holdfast/v1/volume_service';
import type { VolumeName } from '../messages';
import { malformed, readOptional, readPart } from './edge';
import { readId, readIdText, readOptionalIdText, writeId } from './ids';
import { readRole } from './role';

/** The fields by which every request of VolumeService names a volume. */
export const readVolumeName = (wire: GetVolumeRequest): VolumeName => ({
  agentId: readId(wire.agentId, 'agent_id'),
  role: readPart(wire.role, 'role', readRole),
  persistenceId: readIdText(wire.persistenceId, 'persistence_id'),
});

export const writeVolumeName = ({ agentId, role, persistenceId }: VolumeName): GetVolumeRequest => ({
  agentId: writeId(agentId),
  role,
  persistenceId,
});

/** Nothing, a role, or one volume of a role: a persistence id by itself names no volume. */
export function readVolumeFilter(wire: Pick<GetVolumeRequest, 'role' | 'persistenceId'>): { role?: Role; persistenceId?: PersistenceId } {
  const role = readOptional(wire.role, 'role', readRole);
  const persistenceId = readOptionalIdText(wire.persistenceId, 'persistence_id');
  if (persistenceId !== undefined && role === undefined) malformed('role', 'is required with persistence_id');
  return { ...(role !== undefined && { role }), ...(persistenceId !== undefined && { persistenceId }) };
}
