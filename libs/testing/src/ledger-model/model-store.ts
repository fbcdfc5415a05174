import type { AgentId, Epoch, Holder, Principal, Revision } from '@holdfast/core/base';
import type { LedgerChange, VolumeKey, VolumeState } from '@holdfast/core/volumes';

/** A volume as far as the promises speak of it. */
export interface ModelVolume {
  readonly state: VolumeState;
  readonly generation: number;
  readonly shared: boolean;
  readonly sizeMb: number;
  readonly agentId: AgentId;
  /** The agent is known to have it. */
  readonly made: boolean;
  /** A destroy that waits: its terms, by which a repetition is known, and whether readers are let in meanwhile. */
  readonly drain?: { readonly terms: string; readonly admitsReaders: boolean };
}

export type HolderSet = ReadonlyMap<string, Holder>;

/** The reference model of one store: plain maps, and nothing clever. */
export interface ModelStore {
  epoch: Epoch;
  revision: Revision;
  verified: boolean;
  volumes: ReadonlyMap<VolumeKey, ModelVolume>;
  holders: ReadonlyMap<VolumeKey, HolderSet>;
}

/** One thing that happens. The books change by such things only; each is one entry of the history and one revision. */
export interface ModelChange {
  readonly change: LedgerChange;
  readonly volume: VolumeKey;
  /** What the volume is from now on; absent: it stays what it is. */
  readonly becomes?: ModelVolume;
  /** Who comes, leaves, or is known better. */
  readonly holder?: Holder;
  readonly cause?: string;
  readonly by?: Principal;
}

export const emptyModel = (): ModelStore => ({ epoch: 0, revision: 0, verified: false, volumes: new Map(), holders: new Map() });

/** A launch, not a task, is a holder. */
export const idOf = ({ frameworkId, taskId, launchId }: Pick<Holder, 'frameworkId' | 'taskId' | 'launchId'>): string =>
  `${frameworkId}/${taskId}/${launchId}`;

export const holdersIn = (store: ModelStore, volume: VolumeKey): HolderSet => store.holders.get(volume) ?? new Map();

/** Undefined: there is none of this name, or only a tombstone. */
export function livingIn(store: ModelStore, volume: VolumeKey): ModelVolume | undefined {
  const it = store.volumes.get(volume);
  return it?.state === 'gone' ? undefined : it;
}

export function make(store: ModelStore, { change, volume, becomes, holder }: ModelChange): void {
  store.revision += 1;
  if (becomes) store.volumes = new Map(store.volumes).set(volume, becomes);
  if (!holder) return;
  const holders = new Map(holdersIn(store, volume)).set(idOf(holder), holder);
  if (change === 'volume_released') holders.delete(idOf(holder));
  store.holders = new Map(store.holders).set(volume, holders);
}
