import type { AccessMode } from '@holdfast/core/base';
import { type VolumeKey, splitVolumeKey, volumeKey } from '@holdfast/core/volumes';
import type { HeldVolume as WireHeldVolume, VolumeKey as WireVolumeKey } from '../gen/holdfast/internal/v1/volume_registry';
import { readPart, required } from './edge';
import { readIdText } from './ids';
import { readRole } from './role';

interface WireName {
  role?: string | undefined;
  persistenceId?: string | undefined;
}

/** The two halves of a key stand apart on the wire, in a message of their own or not. */
export const readVolumeKey = ({ role, persistenceId }: WireName): VolumeKey =>
  volumeKey(readPart(role, 'role', readRole), readIdText(persistenceId, 'persistence_id'));

/** Absent when neither half is set. */
export const readOptionalVolumeKey = (wire: WireName): VolumeKey | undefined =>
  wire.role === undefined && wire.persistenceId === undefined ? undefined : readVolumeKey(wire);

export const writeVolumeKey = (key: VolumeKey): WireVolumeKey => splitVolumeKey(key);

export interface HeldVolume {
  readonly volume: VolumeKey;
  readonly mode: AccessMode;
}

export const readHeldVolume = (wire: WireHeldVolume): HeldVolume => ({
  volume: readPart(wire.volume, 'volume', readVolumeKey),
  mode: required(wire.readOnly, 'read_only') ? 'RO' : 'RW',
});

export const writeHeldVolume = ({ volume, mode }: HeldVolume): WireHeldVolume => ({
  volume: writeVolumeKey(volume),
  readOnly: mode === 'RO',
});
