import type { AccessMode } from '@holdfast/core/base';
import type { Disk, DiskSource, VolumeMount } from '@holdfast/core/resources';
import {
  type Resource_DiskInfo as WireDisk,
  type Resource_DiskInfo_Persistence as WirePersistence,
  type Resource_DiskInfo_Source as WireSource,
  Resource_DiskInfo_Source_Type as SourceType,
} from '../gen/holdfast/v1/resource';
import { type Volume as WireVolume, Volume_Mode } from '../gen/holdfast/v1/volume';
import { malformed, readOptional, required } from './edge';
import { readLabels, writeLabels } from './label';

export function readDisk(wire: WireDisk): Disk {
  const source = readOptional(wire.source, 'source', readSource);
  const persistence = readOptional(wire.persistence, 'persistence', readPersistence);
  const volume = readOptional(wire.volume, 'volume', readVolumeMount);
  return { ...(source && { source }), ...(persistence && { persistence }), ...(volume && { volume }) };
}

export const writeDisk = ({ source, persistence, volume }: Disk): WireDisk => ({
  source: source && writeSource(source),
  persistence: persistence && { id: persistence.id, principal: persistence.principal },
  volume: volume && writeVolumeMount(volume),
});

function readPersistence({ id, principal }: WirePersistence): NonNullable<Disk['persistence']> {
  return { id: required(id, 'id'), ...(principal !== undefined && { principal }) };
}

export function readMode(mode: Volume_Mode | undefined, field: string): AccessMode {
  switch (required(mode, field)) {
    case Volume_Mode.RW:
      return 'RW';
    case Volume_Mode.RO:
      return 'RO';
    default:
      return malformed(field, 'must be RW or RO');
  }
}

export const writeMode = (mode: AccessMode): Volume_Mode => (mode === 'RO' ? Volume_Mode.RO : Volume_Mode.RW);

function readVolumeMount(wire: WireVolume): VolumeMount {
  // To leave these out would show the task another content than it asked for.
  if (wire.image !== undefined) malformed('image', 'is not supported');
  if (wire.source !== undefined) malformed('source', 'is not supported');
  return {
    containerPath: required(wire.containerPath, 'container_path'),
    mode: readMode(wire.mode, 'mode'),
    ...(wire.hostPath !== undefined && { hostPath: wire.hostPath }),
  };
}

const writeVolumeMount = ({ containerPath, mode, hostPath }: VolumeMount): WireVolume => ({
  containerPath,
  mode: writeMode(mode),
  hostPath,
});

function readSource(wire: WireSource): DiskSource {
  const type = sourceType(required(wire.type, 'type'));
  if (wire.path !== undefined && type !== 'PATH') malformed('path', `must not be set for a ${type} disk`);
  if (wire.mount !== undefined && type !== 'MOUNT') malformed('mount', `must not be set for a ${type} disk`);
  const root = wire.path?.root ?? wire.mount?.root;
  const metadata = readLabels(wire.metadata, 'metadata');
  return {
    type,
    ...(root !== undefined && { root }),
    ...(wire.id !== undefined && { id: wire.id }),
    ...(wire.vendor !== undefined && { vendor: wire.vendor }),
    ...(wire.profile !== undefined && { profile: wire.profile }),
    ...(metadata.length > 0 && { metadata }),
  };
}

function sourceType(type: SourceType): DiskSource['type'] {
  switch (type) {
    case SourceType.PATH:
    case SourceType.MOUNT:
    case SourceType.BLOCK:
    case SourceType.RAW:
      return type;
    default:
      return malformed('type', `${type} is not a type of disk`);
  }
}

const writeSource = ({ type, root, id, vendor, profile, metadata }: DiskSource): WireSource => ({
  type: SourceType[type],
  path: type === 'PATH' && root !== undefined ? { root } : undefined,
  mount: type === 'MOUNT' && root !== undefined ? { root } : undefined,
  id,
  vendor,
  profile,
  metadata: writeLabels(metadata),
});
