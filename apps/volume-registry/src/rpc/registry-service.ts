import type { LedgerFeed, VolumeStore } from '@holdfast/core/volumes';
import type { RpcHandler } from '@holdfast/platform/rpc';
import type { Ledger } from '../ledger';
import { applyHandler } from './apply';
import { followHistoryHandler } from './follow-history';
import { readHistoryHandler, readHoldersHandler, readStoresHandler, readVolumesHandler } from './read-ledger';
import { reconcileStoreHandler } from './reconcile-store';

export const registryHandlers = (store: VolumeStore, feed: LedgerFeed, onRestart: Ledger['onRestart']): readonly RpcHandler[] => [
  applyHandler(store, onRestart),
  reconcileStoreHandler(store),
  readVolumesHandler(store),
  readHoldersHandler(store),
  readStoresHandler(store),
  readHistoryHandler(store),
  followHistoryHandler(feed),
];
