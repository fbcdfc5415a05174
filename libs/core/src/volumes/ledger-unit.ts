import type { AgentId, Epoch, FrameworkId, Holder, Principal, Refusal, Revision, StoreId, AccessMode } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { Drain } from './drain';
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
  /** `generation`, here and below: which volume of this name is meant; one that is over is never taken for a later one (promise 10). */
  | { readonly kind: 'confirm_created'; readonly volume: VolumeKey; readonly generation: number }
  | { readonly kind: 'create_failed'; readonly volume: VolumeKey; readonly generation: number; readonly cause: string }
  | {
      readonly kind: 'acquire_volumes';
      readonly holder: HolderRef;
      readonly volumes: readonly { readonly volume: VolumeKey; readonly mode: AccessMode }[];
    }
  | { readonly kind: 'holder_running'; readonly holder: HolderRef; readonly volumes: readonly VolumeKey[] }
  | { readonly kind: 'holder_ending'; readonly holder: HolderRef; readonly volumes: readonly VolumeKey[] }
  /** `by`: the principal of a forced release. A volume that waited for this holder only is being destroyed from now on (`drained`). */
  | {
      readonly kind: 'release_volumes';
      readonly holder: HolderRef;
      readonly volumes: readonly VolumeKey[];
      readonly cause: string;
      readonly by?: Principal;
    }
  | { readonly kind: 'destroy_volume'; readonly volume: VolumeKey }
  /**
   * DESTROY when unused: `destroying` at once if nobody holds it, else `draining` until the last holder has left. Refused with
   * `destroy_pending` if it waits already, on other terms; with `ledger_unverified` as a DESTROY is.
   */
  | { readonly kind: 'drain_volume'; readonly volume: VolumeKey; readonly drain: Omit<Drain, 'sinceMs' | 'isMade'> }
  /** Takes a destroy back that still waits; refused with `destroy_not_pending` once the last holder has left. */
  | {
      readonly kind: 'cancel_destroy';
      readonly volume: VolumeKey;
      readonly generation: number;
      readonly cause: string;
      readonly by?: Principal;
    }
  /** `resource`: the volume with its new size. Holders stay. Refused with `volume_not_ready` unless the volume is creating or ready. */
  | { readonly kind: 'resize_volume'; readonly volume: VolumeKey; readonly resource: Resource }
  | { readonly kind: 'volume_gone'; readonly volume: VolumeKey; readonly generation: number; readonly cause: string }
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
  /** Of `drain_volume`: who holds it now. Absent: nobody did, and it is being destroyed. */
  readonly waitsFor?: readonly Holder[];
  /** Of `release_volumes`: volumes that waited for this holder only, and are being destroyed now. */
  readonly drained?: readonly DrainedVolume[];
}

/** A volume that is being destroyed; `drain` if its destroy has waited for the last holder. */
export interface DestroyedVolume {
  readonly volume: VolumeKey;
  readonly generation: number;
  readonly drain?: Drain;
}

export type DrainedVolume = Required<DestroyedVolume>;

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
  /** While it is `draining`, and afterwards while it is destroyed because of that. */
  readonly drain?: Drain;
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
  /** Who asked for it, where a person did: a forced release, a destroy that waits or its cancelling, a repair. */
  readonly by?: Principal;
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
  /** The principal on whose behalf the report was asked for (repair); stands in the history of whatever it changes. */
  readonly by?: Principal;
}

export interface ReconcileOutcome {
  readonly revision: Revision;
  readonly refusal?: Refusal;
  /** What the report changed, one sentence each. */
  readonly differences: readonly string[];
  /** Volumes that a crash left in `destroying`, or whose last holder is gone as the report shows; the agent deletes them (again). */
  readonly destroying: readonly DestroyedVolume[];
  /** Volumes whose destroy still waits for holders. */
  readonly draining: readonly DrainedVolume[];
}

/** Some of the holders of one volume. */
export interface HolderPage {
  readonly holders: readonly Holder[];
  /** Where the next page begins; absent: this was the last. */
  readonly next?: string;
  /** How many there are in all: the reference count. */
  readonly count: number;
  /** The store's revision at which the page was read. */
  readonly revision: Revision;
}

/** How far a store has come. */
export interface StoreStanding {
  readonly storeId: StoreId;
  readonly epoch: Epoch;
  readonly revision: Revision;
  readonly isVerified: boolean;
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
  /**
   * Pages of about `limit` holders, in no order. Whoever holds the volume all the while is on a page, at least once; who comes or goes
   * meanwhile may be. Undefined: there is no such volume.
   */
  readHolders(query: {
    readonly storeId: StoreId;
    readonly volume: VolumeKey;
    readonly from?: string;
    readonly limit: number;
  }): Promise<HolderPage | undefined>;
  /** Every store that the ledger has heard of, whether or not its agent is known. */
  readStores(): Promise<readonly StoreStanding[]>;
  /** At most `limit` entries after `afterRevision`, in the order of revisions. */
  readHistory(query: {
    readonly storeId: StoreId;
    readonly volume?: VolumeKey;
    readonly afterRevision: Revision;
    readonly limit: number;
  }): Promise<readonly LedgerEntry[]>;
}
