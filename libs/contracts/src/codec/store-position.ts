import type { StorePosition } from '@holdfast/core/volumes';
import type { StorePosition as WireStorePosition } from '../gen/holdfast/v1/persistent_volume';
import { readIdText } from './ids';
import { readCount, writeCount } from './numbers';

export const readStorePosition = (wire: WireStorePosition): StorePosition => ({
  storeId: readIdText(wire.storeId, 'store_id'),
  revision: readCount(wire.revision, 'revision'),
});

export const writeStorePosition = ({ storeId, revision }: StorePosition): WireStorePosition => ({
  storeId,
  revision: writeCount(revision),
});
