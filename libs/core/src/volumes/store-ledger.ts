import type { AgentId, Epoch, Revision, StoreId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { Drain } from './drain';
import { compareText, holdersOf, NOBODY, type Holdings } from './holdings';
import type { LedgerVolume } from './ledger-unit';
import type { VolumeKey } from './volume-key';
import type { VolumeState } from './volume-state';

/** A volume without its holders. */
export interface VolumeRecord {
  readonly state: VolumeState;
  /** Which volume of this name; grows with each CREATE and survives in the tombstone. */
  readonly generation: number;
  readonly resource: Resource;
  readonly creator: LedgerVolume['creator'];
  readonly agentId: AgentId;
  readonly createdMs: number;
  /** Present while it is `draining`, and kept while it is destroyed because of that. */
  readonly drain?: Drain;
}

/** The books of one store. Its history is not here: the rules return what they add to it. */
export interface StoreLedger {
  readonly storeId: StoreId;
  /** The fence: the highest epoch seen. */
  readonly epoch: Epoch;
  readonly revision: Revision;
  /** The epoch in which the agent's report was last reconciled; absent: never, or not since writes were lost. */
  readonly verifiedEpoch?: Epoch;
  readonly volumes: ReadonlyMap<VolumeKey, VolumeRecord>;
  readonly holdings: Holdings;
}

/** A brand-new store; it becomes verified only through reconciliation. */
export const emptyLedger = (storeId: StoreId): StoreLedger => ({ storeId, epoch: 0, revision: 0, volumes: new Map(), holdings: NOBODY });

/** Only a verified store destroys (architecture section 6, safe start). */
export const isVerified = (ledger: Pick<StoreLedger, 'epoch' | 'verifiedEpoch'>): boolean => ledger.verifiedEpoch === ledger.epoch;

/** What readers see, tombstones included, by volume key. */
export function ledgerVolumes(ledger: StoreLedger): readonly LedgerVolume[] {
  const { storeId, revision } = ledger;
  return [...ledger.volumes]
    .sort(([a], [b]) => compareText(a, b))
    .map(([volume, record]) => ({ storeId, volume, ...record, holders: holdersOf(ledger.holdings, volume), revision }));
}
