import type { AgentInspection, InspectedHolding, InspectedLaunch, InspectedVolume, StrayMount } from '@holdfast/core/verification';
import type {
  InspectedHolding as WireHolding,
  InspectedLaunch as WireLaunch,
  InspectedVolume as WireVolume,
  Inspection as WireInspection,
  StrayMount as WireStrayMount,
} from '../gen/holdfast/internal/v1/agent_link';
import { readEach, readPart, required } from './edge';
import { readTaskRef, writeTaskRef } from './task-ref';
import { readValidResource, writeResource } from './resource';
import { readVolumeKey, writeVolumeKey } from './volume-key';

const readVolume = (wire: WireVolume): InspectedVolume => ({
  resource: readPart(wire.resource, 'resource', readValidResource),
  hasData: required(wire.hasData, 'has_data'),
  isDestroying: required(wire.destroying, 'destroying'),
});

const writeVolume = ({ resource, hasData, isDestroying }: InspectedVolume): WireVolume => ({
  resource: writeResource(resource),
  hasData,
  destroying: isDestroying,
});

const readHolding = (wire: WireHolding): InspectedHolding => ({
  volume: readVolumeKey(wire),
  mode: required(wire.readOnly, 'read_only') ? 'RO' : 'RW',
  ...(wire.mounted !== undefined && { isMounted: wire.mounted }),
});

const writeHolding = ({ volume, mode, isMounted }: InspectedHolding): WireHolding => ({
  ...writeVolumeKey(volume),
  readOnly: mode === 'RO',
  mounted: isMounted,
});

const readLaunch = (wire: WireLaunch): InspectedLaunch => ({
  ...readTaskRef(wire),
  volumes: readEach(wire.volumes, 'volumes', readHolding),
  ...(wire.pid !== undefined && { pid: wire.pid }),
});

const writeLaunch = (launch: InspectedLaunch): WireLaunch => ({
  volumes: launch.volumes.map(writeHolding),
  pid: launch.pid,
  ...writeTaskRef(launch),
});

const readStrayMount = (wire: WireStrayMount): StrayMount => ({ volume: readVolumeKey(wire), pid: required(wire.pid, 'pid') });

const writeStrayMount = ({ volume, pid }: StrayMount): WireStrayMount => ({ ...writeVolumeKey(volume), pid });

export const readInspection = (wire: WireInspection): AgentInspection => ({
  volumes: readEach(wire.volumes, 'volumes', readVolume),
  launches: readEach(wire.launches, 'launches', readLaunch),
  strayMounts: readEach(wire.strayMounts, 'stray_mounts', readStrayMount),
});

export const writeInspection = ({ volumes, launches, strayMounts }: AgentInspection): WireInspection => ({
  volumes: volumes.map(writeVolume),
  launches: launches.map(writeLaunch),
  strayMounts: strayMounts.map(writeStrayMount),
});
