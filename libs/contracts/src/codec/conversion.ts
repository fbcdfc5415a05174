import type { Conversion } from '@holdfast/core/offers';
import type { Conversion as WireConversion } from '../gen/holdfast/internal/v1/allocator';
import { readResources, writeCopies } from './resource';

export const readConversion = (wire: WireConversion): Conversion => ({
  consumed: readResources(wire.consumed, 'consumed'),
  produced: readResources(wire.produced, 'produced'),
});

export const writeConversion = ({ consumed, produced }: Conversion): WireConversion => ({
  consumed: writeCopies(consumed),
  produced: writeCopies(produced),
});
