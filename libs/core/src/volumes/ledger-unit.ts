import type { AgentId, Epoch, FrameworkId, Holder, Principal, Refusal, Revision, StoreId, AccessMode } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { VolumeKey } from './volume-key';
import type { VolumeState } from './volume-state';

/** A holder before the ledger has given it a state. */
export type HolderRef = Pick<Holder, 'frameworkId' | 'taskId' | 'launchId' | 'agentId'>;

/**
 * One change of the ledger, all or nothing. `requires`: indexes of earlier units that must have succeeded.
 * `together: n` stands on the first of n units that stand or fall as one, such as a DESTROY of two volumes, or the tasks of a LAUNCH_GROUP
 * that acquire one shared volume. Each is judged on what those before it left; when one is refused, what the others did is undone and they
 * are refused, too (`dependency_refused`). Absent: 1.
 */
export type LedgerUnit = { readonly requires?: readonly number[]; readonly together?: number } & (
  | {
      readonly kind: 'create_volume';
      readonly volume: VolumeKey;
      /** The volume itself: size, sharedness, reservations, source. */
      readonly resource: Resource;
      readonly creator: { readonly principal?: Principal; readonly frameworkId?: FrameworkId };
      readonly agentId: AgentId;
    }
  | { readonly kind: 'confirm_created'; readonly volume: VolumeKey }
  | { readonly kind: 'create_failed'; readonly volume: VolumeKey; readonly cause: string }
  | {
      readonly kind: 'acquire_volumes';
      readonly holder: HolderRef;
      readonly volumes: readonly { readonly volume: VolumeKey; readonly mode: AccessMode }[];
    }
  | { readonly kind: 'holder_running'; readonly holder: HolderRef; readonly volumes: readonly VolumeKey[] }
  | { readonly kind: 'holder_ending'; readonly holder: HolderRef; readonly volumes: readonly VolumeKey[] }
  | { readonly kind: 'release_volumes'; readonly holder: HolderRef; readonly volumes: readonly VolumeKey[]; readonly cause: string }
  | { readonly kind: 'destroy_volume'; readonly volume: VolumeKey }
  /** `resource`: the volume with its new size. Holders stay. Refused with `volume_not_ready` unless the volume is creating or ready. */
  | { readonly kind: 'resize_volume'; readonly volume: VolumeKey; readonly resource: Resource }
  | { readonly kind: 'volume_gone'; readonly volume: VolumeKey; readonly cause: string }
);

export interface LedgerTransaction {
  readonly storeId: StoreId;
  readonly epoch: Epoch;
  /** The highest revision of this store that the caller has seen; a lower one in the ledger means lost writes. */
  readonly seenRevision: Revision;
  readonly nowMs: number;
  readonly units: readonly LedgerUnit[];
  readonly traceParent?: string;
}

export interface UnitResult {
  readonly refusal?: Refusal;
  readonly generation?: number;
}

export interface TransactionResult {
  readonly revision: Revision;
  /** results[i] answers units[i]; empty when the whole transaction was refused. */
  readonly results: readonly UnitResult[];
  readonly refusal?: Refusal;
  /**
   * The store refuses DESTROY until its agent's report has been reconciled. Together with `ledger_unavailable`: the answer was lost, and the
   * transaction may have been carried out all the same; the report settles that, too.
   */
  readonly unverified: boolean;
}

/** A volume as the ledger knows it. */
export interface LedgerVolume {
  readonly storeId: StoreId;
  readonly volume: VolumeKey;
  readonly state: VolumeState;
  readonly generation: number;
  readonly resource: Resource;
  readonly creator: { readonly principal?: Principal; readonly frameworkId?: FrameworkId };
  readonly agentId: AgentId;
  readonly createdMs: number;
  readonly holders: readonly Holder[];
  readonly revision: Revision;
}

export interface LedgerEntry {
  readonly revision: Revision;
  readonly atMs: number;
  readonly change: string;
  readonly volume: VolumeKey;
  readonly generation: number;
  readonly holder?: Holder;
  readonly cause?: string;
  readonly epoch: Epoch;
  readonly traceId?: string;
}

/** What an agent says exists and runs; the truth in reconciliation (architecture section 6). */
export interface StoreReport {
  readonly storeId: StoreId;
  readonly agentId: AgentId;
  readonly epoch: Epoch;
  readonly seenRevision: Revision;
  readonly nowMs: number;
  readonly volumes: readonly { readonly volume: VolumeKey; readonly resource: Resource; readonly principal?: Principal }[];
  readonly holders: readonly {
    readonly holder: HolderRef;
    readonly state: Holder['state'];
    readonly volumes: readonly { readonly volume: VolumeKey; readonly mode: AccessMode }[];
  }[];
  readonly traceParent?: string;
}

export interface ReconcileOutcome {
  readonly revision: Revision;
  readonly refusal?: Refusal;
  /** What the report changed, one sentence each. */
  readonly differences: readonly string[];
  /** Volumes that a crash left in `destroying`; the agent deletes them again. */
  readonly destroying: readonly VolumeKey[];
}

/**
 * The port to the ledger: what every store of volumes promises. Unreachable: `apply` and `reconcile` answer with a `ledger_unavailable`
 * refusal and never throw; the reads throw a fault, since an empty answer would say that nobody holds anything.
 */
export interface VolumeStore {
  apply(transaction: LedgerTransaction): Promise<TransactionResult>;
  reconcile(report: StoreReport): Promise<ReconcileOutcome>;
  /** Tombstones (`gone`) included; ordered by volume key within each store. */
  readVolumes(query: { readonly storeIds: readonly StoreId[]; readonly volume?: VolumeKey }): Promise<readonly LedgerVolume[]>;
  /** At most `limit` entries after `afterRevision`, in the order of revisions. */
  readHistory(query: {
    readonly storeId: StoreId;
    readonly volume?: VolumeKey;
    readonly afterRevision: Revision;
    readonly limit: number;
  }): Promise<readonly LedgerEntry[]>;
}
