import type { AgentId, Holder, Revision, StoreId } from '@holdfast/core/base';
import type { VolumeKey } from '@holdfast/core/volumes';

/**
 * What ledger, master and agent may disagree about.
 * - `volume_missing`: the ledger has a volume, its agent has it not; `volume_unrecorded`: the other way round.
 * - `volume_differs`: size, reservations, sharedness or agent are not the same.
 * - `volume_data_missing`: the agent's checkpoint has it, its directory is not there.
 * - `volume_unknown_to_master`: ledger and agent have it, the master's books do not; or the other way round.
 * - `holder_missing`: a launch has the volume, and is not in the holder set: DESTROY would be granted under it.
 * - `holder_without_task`: a holder whose launch no agent has and no master knows: the volume could never be destroyed.
 * - `holder_unknown_to_master`: ledger and agent agree on a holder that the master does not know.
 * - `destroyed_while_mounted`: `destroying` or `gone` in the ledger, and a container has it mounted.
 * - `stray_mount`: mounted by a process of no launch that the agent knows.
 * - `drain_stuck`: `draining` although nobody holds it.
 * - `store_unverified`: its agent is registered, and its report was not reconciled in this epoch.
 * - `store_without_agent`: the ledger knows volumes of a store of which no agent is known.
 */
export type DifferenceKind =
  | 'volume_missing'
  | 'volume_unrecorded'
  | 'volume_differs'
  | 'volume_data_missing'
  | 'volume_unknown_to_master'
  | 'holder_missing'
  | 'holder_without_task'
  | 'holder_unknown_to_master'
  | 'destroyed_while_mounted'
  | 'stray_mount'
  | 'drain_stuck'
  | 'store_unverified'
  | 'store_without_agent';

/** What each of them says, in words. */
export interface Evidence {
  readonly ledger?: string;
  readonly master?: string;
  readonly agent?: string;
}

export interface LedgerDifference {
  readonly kind: DifferenceKind;
  /** One sentence for a person. */
  readonly message: string;
  readonly storeId: StoreId;
  /** Absent: no agent with this store is known. */
  readonly agentId?: AgentId;
  readonly volume?: VolumeKey;
  readonly holder?: Holder;
  readonly evidence: Evidence;
  /** What a repair would do, or what a person must. */
  readonly remedy: string;
  /** A repair can mend it: the agent is asked to report anew, and the ledger follows its report. */
  readonly isRepairable: boolean;
}

/** One store as it was looked at. */
export interface VerifiedStore {
  readonly storeId: StoreId;
  readonly agentId?: AgentId;
  /** The ledger's revision at the last look. */
  readonly revision: Revision;
  readonly volumeCount: number;
  readonly holderCount: number;
  /** Why it could not be compared; absent: it was. */
  readonly problem?: string;
}

export interface LedgerRepair {
  readonly difference: LedgerDifference;
  /** What is, or would be, done. */
  readonly action: string;
  /** Absent: a dry run. True: looked at again, and mended. */
  readonly isDone?: boolean;
}
