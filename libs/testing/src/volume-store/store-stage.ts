import type { RefusalCode } from '@holdfast/core/base';
import { volumeKey, type UnitResult, type VolumeStore } from '@holdfast/core/volumes';
import { confirm, create, holderRef, LedgerStory } from './ledger-story';

export interface OpenVolumeStore {
  readonly store: VolumeStore;
  close(): Promise<void>;
}

export const V = volumeKey('eng', 'vol-1');
export const W = volumeKey('eng', 'vol-2');
export const T1 = holderRef('t1');
export const T2 = holderRef('t2');

export const codes = (results: readonly UnitResult[]): (RefusalCode | 'done')[] => results.map(({ refusal }) => refusal?.code ?? 'done');

/** What a part of the contract is told with: the story of the running test, over the store that is judged. */
export class StoreStage {
  story!: LedgerStory;
  private stories = 0;

  constructor(private readonly opened: () => OpenVolumeStore) {}

  get store(): VolumeStore {
    return this.opened().store;
  }

  /** Of a store that nobody has heard of. */
  newStory(): LedgerStory {
    return new LedgerStory(this.store, `store-${process.pid}-${Date.now()}-${(this.stories += 1)}`);
  }

  /** V stands ready and nobody holds it. */
  async withReadyVolume(shared = true): Promise<void> {
    await this.story.done(create(V, { shared }));
    await this.story.done(confirm(V));
  }
}
