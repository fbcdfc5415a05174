import type { StoreId } from '@holdfast/core/base';
import type { VolumeKey } from '@holdfast/core/volumes';

/**
 * The names of the ledger's keys; nobody else spells them. All keys of a store share its hash tag, so that one script may touch
 * them all, and Redis Cluster spreads stores.
 */
export class LedgerKeys {
  /** SCAN's pattern for the meta keys of all stores; it may match others, too (`storeOfMeta`). */
  readonly metaPattern: string;

  constructor(private readonly prefix: string) {
    this.metaPattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}:{*}:meta`;
  }

  /** Hash: epoch (the fence), revision, verified_epoch, verified_run. */
  meta(store: StoreId): string {
    return `${this.prefix}:{${store}}:meta`;
  }

  /** Whose meta key this is; undefined: it is none. A holders key may end like one. */
  storeOfMeta(key: string): StoreId | undefined {
    const store = key.slice(this.prefix.length + 2, -'}:meta'.length);
    return key === this.meta(store) && !store.includes('}') ? store : undefined;
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
