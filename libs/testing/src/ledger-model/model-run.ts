import type { Epoch, Holder, Revision, StoreId } from '@holdfast/core/base';
import type { LedgerEntry, LedgerTransaction, LedgerUnit, LedgerVolume, StoreReport, VolumeKey } from '@holdfast/core/volumes';
import { FIRST_MS, held, volumeResource } from '@holdfast/testing/volume-store';
import { holderLines } from './judge';
import { applyToModel } from './apply-to-model';
import type { ModelResult } from './model-call';
import { reconcileModel } from './reconcile-model';
import { emptyModel, holdersIn, livingIn, type ModelStore } from './model-store';
import type { ModelStep, Skew, Twist } from './model-steps';

/** A call as it is sent, with what the model says to it. `too_late`: nothing may come of it. */
export type ModelCall = { readonly expected: ModelResult; readonly isTooLate?: boolean } & (
  { readonly transaction: LedgerTransaction } | { readonly report: StoreReport }
);

/** The model on its way through some steps. It keeps what a master would: the clock, and the highest revision seen. */
export class ModelRun {
  store = emptyModel();
  entries: readonly LedgerEntry[] = [];
  private remembered: Pick<ModelRun, 'store' | 'entries'> | undefined;
  private readonly sent: LedgerTransaction[] = [];
  private nowMs = FIRST_MS;
  private seen: Revision = 0;

  constructor(private readonly storeId: StoreId) {}

  /** The calls that a step comes to, each with its answer; the books are then as after them. */
  *calls(step: ModelStep): Iterable<ModelCall> {
    switch (step.kind) {
      case 'apply':
        for (let time = 0; time < step.times; time += 1) yield this.apply(this.resolved(step.units), step);
        return;
      case 'again': {
        const earlier = this.sent.at(-1 - step.back);
        if (earlier) yield this.apply(earlier.units, NO_SKEW);
        return;
      }
      case 'too_late':
        yield { transaction: { ...this.call(NO_SKEW), units: this.resolved(step.units) }, expected: this.unchanged(), isTooLate: true };
        return;
      case 'report': {
        const report: StoreReport = { ...this.call(step), ...this.reported(step.twist) };
        yield { report, expected: this.keep(reconcileModel(this.store, report)) };
        return;
      }
      case 'remember':
        this.remembered = { store: { ...this.store }, entries: this.entries };
        return;
      case 'forget':
        if (this.remembered) Object.assign(this, { store: { ...this.remembered.store }, entries: this.remembered.entries });
    }
  }

  get hasRemembered(): boolean {
    return this.remembered !== undefined;
  }

  private apply(units: readonly LedgerUnit[], skew: Skew): ModelCall {
    const transaction: LedgerTransaction = { ...this.call(skew), units };
    this.sent.push(transaction);
    return { transaction, expected: this.keep(applyToModel(this.store, transaction)) };
  }

  private call({ epochBy, seenBy }: Skew) {
    const nowMs = (this.nowMs += 1000);
    return {
      storeId: this.storeId,
      nowMs,
      epoch: Math.max(0, this.store.epoch + epochBy) as Epoch,
      seenRevision: Math.max(0, this.seen + seenBy),
    };
  }

  /** As if every `create_volume` that can be done will be. */
  private resolved(units: readonly LedgerUnit[]): readonly LedgerUnit[] {
    const begun = new Set<VolumeKey>();
    return units.map((unit) => {
      if (unit.kind === 'create_volume' && !livingIn(this.store, unit.volume)) begun.add(unit.volume);
      if (!('generation' in unit)) return unit;
      const known = (this.store.volumes.get(unit.volume)?.generation ?? 0) + (begun.has(unit.volume) ? 1 : 0);
      return { ...unit, generation: Math.max(1, known + unit.generation) };
    });
  }

  private reported({ agentId, lacks, has, forgetsEvery, holders, by }: Twist) {
    const there = [...this.store.volumes].filter(([volume, { state }]) => state !== 'gone' && !lacks.includes(volume));
    const volumes = there.map(([volume, it]) => ({ volume, resource: volumeResource(volume, it), principal: 'ops' }));
    const known = [...this.store.holders].flatMap(([volume, set]) => [...set.values()].map((holder) => reportOf(volume, holder)));
    const kept = known.filter((_, at) => forgetsEvery === 0 || (at + 1) % forgetsEvery !== 0);
    return { agentId, volumes: [...volumes, ...has], holders: [...kept, ...holders], ...(by && { by }) };
  }

  private keep(result: ModelResult): ModelResult {
    this.entries = [...this.entries, ...result.entries];
    this.seen = Math.max(this.seen, this.store.revision);
    return result;
  }

  private unchanged(): ModelResult {
    return { revision: this.store.revision, answers: [], unverified: false, destroying: [], draining: [], entries: [] };
  }
}

const NO_SKEW: Skew = { epochBy: 0, seenBy: 0 };

const reportOf = (volume: VolumeKey, { frameworkId, taskId, launchId, agentId, state, mode }: Holder) =>
  held({ frameworkId, taskId, launchId, agentId }, volume, state, mode);

/** The books in words that can be compared, from the model … */
export const booksOfModel = (store: ModelStore) =>
  [...store.volumes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([volume, { state, generation, shared, sizeMb, agentId, made, drain }]) => ({
      volume,
      state,
      generation,
      shared,
      sizeMb,
      agentId,
      isMade: state === 'draining' ? made : undefined,
      admitsReaders: state === 'draining' || state === 'destroying' ? drain?.admitsReaders : undefined,
      holders: holderLines(holdersIn(store, volume).values()),
      revision: store.revision,
    }));

/** … and from a store. */
export const booksOfStore = (volumes: readonly LedgerVolume[]) =>
  volumes.map(({ volume, state, generation, resource, agentId, drain, holders, revision }) => ({
    volume,
    state,
    generation,
    shared: resource.shared,
    sizeMb: resource.value.kind === 'scalar' ? resource.value.milli / 1000 : 0,
    agentId,
    isMade: state === 'draining' ? drain?.isMade : undefined,
    admitsReaders: drain?.admitsReaders,
    holders: holderLines(holders),
    revision,
  }));

/** Entries by volume, since the order between volumes of one report is nobody's promise; the terms of a drain are words for people. */
export const entriesByVolume = (entries: readonly LedgerEntry[]) =>
  [...entries]
    .sort((a, b) => (a.volume === b.volume ? a.revision - b.revision : a.volume < b.volume ? -1 : 1))
    .map(({ revision: _revision, cause, ...entry }) => ({ ...entry, cause: entry.change === 'volume_draining' ? 'its terms' : cause }));
