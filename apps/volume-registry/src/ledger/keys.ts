import type { StoreId } from '@holdfast/core/base';
import type { VolumeKey } from '@holdfast/core/volumes';

/**
 * The names of the ledger's keys; nobody else spells them. All keys of a store share its hash tag, so that one script may touch
 * them all, and Redis Cluster spreads stores.
 */
export class LedgerKeys {
  constructor(private readonly prefix: string) {}

  /** Hash: epoch (the fence), revision, verified_epoch. */
  meta(store: StoreId): string {
    return `${this.prefix}:{${store}}:meta`;
  }

  /** Hash: `<role>/<persistence id>` → the volume, as JSON. */
  volumes(store: StoreId): string {
    return `${this.prefix}:{${store}}:volumes`;
  }

  /** Stream: one entry per change; its ids are the revisions. */
  history(store: StoreId): string {
    return `${this.prefix}:{${store}}:history`;
  }

  /** Hash: `<framework>/<task>/<launch>` → the holder, as JSON. */
  holders(store: StoreId, volume: VolumeKey): string {
    return `${this.prefix}:{${store}}:holders:${volume}`;
  }
}
