import type { VolumeStore } from '@holdfast/core/volumes';
import type { RpcHandler } from '@holdfast/platform/rpc';
import { applyHandler } from './apply';
import { readHistoryHandler, readVolumesHandler } from './read-ledger';
import { reconcileStoreHandler } from './reconcile-store';

export const registryHandlers = (store: VolumeStore): readonly RpcHandler[] => [
  applyHandler(store),
  reconcileStoreHandler(store),
  readVolumesHandler(store),
  readHistoryHandler(store),
];
