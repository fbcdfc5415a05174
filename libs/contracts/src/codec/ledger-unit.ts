import { unreachable } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { LedgerUnit, VolumeKey } from '@holdfast/core/volumes';
import type {
  AcquireVolumes,
  CancelDestroy,
  ConfirmCreated,
  CreateFailed,
  CreateVolume,
  DrainVolume,
  HolderEnding,
  LedgerUnit as WireLedgerUnit,
  ReleaseVolumes,
  ResizeVolume,
  VolumeGone,
} from '../gen/holdfast/internal/v1/volume_registry';
import { Resource as WireResource } from '../gen/holdfast/v1/resource';
import { readDrainTerms, writeDrainTerms } from './drain';
import { readBytes, readEach, readPart, required, writeBytes } from './edge';
import { readHolderRef, writeHolderRef } from './holder';
import { readIdText, readOptionalIdText } from './ids';
import { readCount, writeCount } from './numbers';
import { readResource, writeResource } from './resource';
import { readHeldVolume, readVolumeKey, writeHeldVolume, writeVolumeKey } from './volume-key';

type Unit = WireLedgerUnit['unit'];
type UnitOf<K extends LedgerUnit['kind']> = Omit<Extract<LedgerUnit, { kind: K }>, 'requires' | 'together'>;

/** A volume as bytes: the ledger keeps them and does not look inside. */
export const readVolumeBytes = (bytes: Uint8Array): Resource => readResource(readBytes(WireResource, bytes));

export const writeVolumeBytes = (resource: Resource): Buffer => writeBytes(WireResource, writeResource(resource));

export const sizeMilliMb = ({ value }: Resource): bigint => BigInt(value.kind === 'scalar' ? value.milli : 0);

function readCreate(wire: CreateVolume): UnitOf<'create_volume'> {
  const frameworkId = readOptionalIdText(wire.creatorFrameworkId, 'creator_framework_id');
  return {
    kind: 'create_volume',
    volume: readPart(wire.volume, 'volume', readVolumeKey),
    resource: readPart(wire.resource, 'resource', readVolumeBytes),
    creator: {
      ...(wire.creatorPrincipal !== undefined && { principal: wire.creatorPrincipal }),
      ...(frameworkId !== undefined && { frameworkId }),
    },
    agentId: readIdText(wire.agentId, 'agent_id'),
  };
}

const writeCreate = ({ volume, resource, creator, agentId }: UnitOf<'create_volume'>): CreateVolume => ({
  volume: writeVolumeKey(volume),
  shared: resource.shared,
  sizeMilliMb: sizeMilliMb(resource),
  resource: writeVolumeBytes(resource),
  creatorPrincipal: creator.principal,
  creatorFrameworkId: creator.frameworkId,
  agentId,
});

const readNamed = (wire: { volume?: CreateFailed['volume'] }) => ({ volume: readPart(wire.volume, 'volume', readVolumeKey) });

/** One certain volume of this name (promise 10). */
const readMeant = (wire: ConfirmCreated) => ({ generation: readCount(wire.generation, 'generation'), ...readNamed(wire) });

const writeMeant = ({ volume, generation }: { volume: VolumeKey; generation: number }) => ({
  volume: writeVolumeKey(volume),
  generation: writeCount(generation),
});

const readCaused = (wire: CreateFailed | VolumeGone) => ({ cause: required(wire.cause, 'cause'), ...readMeant(wire) });

const writeCaused = (unit: UnitOf<'create_failed' | 'volume_gone'>) => ({ cause: unit.cause, ...writeMeant(unit) });

const readDrainUnit = (wire: DrainVolume): UnitOf<'drain_volume'> => ({
  kind: 'drain_volume',
  volume: readPart(wire.volume, 'volume', readVolumeKey),
  drain: readPart(wire.drain, 'drain', readDrainTerms),
});

const readCancel = (wire: CancelDestroy): UnitOf<'cancel_destroy'> => ({
  kind: 'cancel_destroy',
  ...readMeant(wire),
  cause: required(wire.cause, 'cause'),
  ...(wire.by !== undefined && { by: wire.by }),
});

const readAcquire = (wire: AcquireVolumes): UnitOf<'acquire_volumes'> => ({
  kind: 'acquire_volumes',
  holder: readPart(wire.holder, 'holder', readHolderRef),
  volumes: readEach(wire.volumes, 'volumes', readHeldVolume),
});

/** HolderRunning and HolderEnding look alike; ReleaseVolumes begins like them. */
const readHolding = (wire: HolderEnding) => ({
  holder: readPart(wire.holder, 'holder', readHolderRef),
  volumes: readEach(wire.volumes, 'volumes', readVolumeKey),
});

const writeHolding = ({ holder, volumes }: UnitOf<'holder_running' | 'holder_ending' | 'release_volumes'>) => ({
  holder: writeHolderRef(holder),
  volumes: volumes.map(writeVolumeKey),
});

const readResize = (wire: ResizeVolume): UnitOf<'resize_volume'> => ({
  kind: 'resize_volume',
  volume: readPart(wire.volume, 'volume', readVolumeKey),
  resource: readPart(wire.resource, 'resource', readVolumeBytes),
});

const writeResize = ({ volume, resource }: UnitOf<'resize_volume'>): ResizeVolume => ({
  volume: writeVolumeKey(volume),
  sizeMilliMb: sizeMilliMb(resource),
  resource: writeVolumeBytes(resource),
});

const readRelease = (wire: ReleaseVolumes): UnitOf<'release_volumes'> => ({
  kind: 'release_volumes',
  ...readHolding(wire),
  cause: required(wire.cause, 'cause'),
  ...(wire.by !== undefined && { by: wire.by }),
});

function readUnit(unit: NonNullable<Unit>): LedgerUnit {
  switch (unit.$case) {
    case 'createVolume':
      return readPart(unit.value, 'create_volume', readCreate);
    case 'confirmCreated':
      return { kind: 'confirm_created', ...readPart(unit.value, 'confirm_created', readMeant) };
    case 'createFailed':
      return { kind: 'create_failed', ...readPart(unit.value, 'create_failed', readCaused) };
    case 'acquireVolumes':
      return readPart(unit.value, 'acquire_volumes', readAcquire);
    case 'holderRunning':
      return { kind: 'holder_running', ...readPart(unit.value, 'holder_running', readHolding) };
    case 'holderEnding':
      return { kind: 'holder_ending', ...readPart(unit.value, 'holder_ending', readHolding) };
    case 'releaseVolumes':
      return readPart(unit.value, 'release_volumes', readRelease);
    case 'destroyVolume':
      return { kind: 'destroy_volume', ...readPart(unit.value, 'destroy_volume', readNamed) };
    case 'drainVolume':
      return readPart(unit.value, 'drain_volume', readDrainUnit);
    case 'cancelDestroy':
      return readPart(unit.value, 'cancel_destroy', readCancel);
    case 'resizeVolume':
      return readPart(unit.value, 'resize_volume', readResize);
    case 'volumeGone':
      return { kind: 'volume_gone', ...readPart(unit.value, 'volume_gone', readCaused) };
    default:
      return unreachable(unit);
  }
}

export function readLedgerUnit(wire: WireLedgerUnit): LedgerUnit {
  const unit = readUnit(required(wire.unit, 'unit'));
  if (wire.requires.length === 0 && wire.together === undefined) return unit;
  return {
    ...unit,
    ...(wire.requires.length > 0 && { requires: wire.requires }),
    ...(wire.together !== undefined && { together: wire.together }),
  };
}

function writeUnit(unit: LedgerUnit): NonNullable<Unit> {
  switch (unit.kind) {
    case 'create_volume':
      return { $case: 'createVolume', value: writeCreate(unit) };
    case 'confirm_created':
      return { $case: 'confirmCreated', value: writeMeant(unit) };
    case 'create_failed':
      return { $case: 'createFailed', value: writeCaused(unit) };
    case 'acquire_volumes':
      return {
        $case: 'acquireVolumes',
        value: { holder: writeHolderRef(unit.holder), volumes: unit.volumes.map(writeHeldVolume) },
      };
    case 'holder_running':
      return { $case: 'holderRunning', value: writeHolding(unit) };
    case 'holder_ending':
      return { $case: 'holderEnding', value: writeHolding(unit) };
    case 'release_volumes':
      return { $case: 'releaseVolumes', value: { cause: unit.cause, by: unit.by, ...writeHolding(unit) } };
    case 'destroy_volume':
      return { $case: 'destroyVolume', value: { volume: writeVolumeKey(unit.volume) } };
    case 'drain_volume':
      return { $case: 'drainVolume', value: { volume: writeVolumeKey(unit.volume), drain: writeDrainTerms(unit.drain) } };
    case 'cancel_destroy':
      return { $case: 'cancelDestroy', value: { cause: unit.cause, by: unit.by, ...writeMeant(unit) } };
    case 'resize_volume':
      return { $case: 'resizeVolume', value: writeResize(unit) };
    case 'volume_gone':
      return { $case: 'volumeGone', value: writeCaused(unit) };
    default:
      return unreachable(unit);
  }
}

export const writeLedgerUnit = (unit: LedgerUnit): WireLedgerUnit => ({
  unit: writeUnit(unit),
  requires: [...(unit.requires ?? [])],
  together: unit.together,
});
