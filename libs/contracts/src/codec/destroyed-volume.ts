import type { DestroyedVolume, DrainedVolume } from '@holdfast/core/volumes';
import type { DestroyedVolume as WireDestroyedVolume } from '../gen/holdfast/internal/v1/volume_registry';
import { readDrain, writeDrain } from './drain';
import { readOptional, readPart } from './edge';
import { readCount, writeCount } from './numbers';
import { readVolumeKey, writeVolumeKey } from './volume-key';

export function readDestroyedVolume(wire: WireDestroyedVolume): DestroyedVolume {
  const drain = readOptional(wire.drain, 'drain', readDrain);
  return {
    volume: readPart(wire.volume, 'volume', readVolumeKey),
    generation: readCount(wire.generation, 'generation'),
    ...(drain && { drain }),
  };
}

/** One whose destroy has waited, or waits. */
export const readDrainedVolume = (wire: WireDestroyedVolume): DrainedVolume => ({
  volume: readPart(wire.volume, 'volume', readVolumeKey),
  generation: readCount(wire.generation, 'generation'),
  drain: readPart(wire.drain, 'drain', readDrain),
});

export const writeDestroyedVolume = ({ volume, generation, drain }: DestroyedVolume): WireDestroyedVolume => ({
  volume: writeVolumeKey(volume),
  generation: writeCount(generation),
  drain: drain && writeDrain(drain),
});
