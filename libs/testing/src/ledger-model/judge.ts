import type { AccessMode, Holder, RefusalCode } from '@holdfast/core/base';
import type { LedgerUnit, VolumeKey } from '@holdfast/core/volumes';
import { holdersIn, idOf, livingIn, type ModelChange, type ModelStore, type ModelVolume } from './model-store';

/** What one unit comes to: a no with what it names, or the changes that it makes (none: it was so already). */
export type Verdict =
  | { readonly refusal: RefusalCode; readonly named?: readonly string[] }
  | {
      readonly changes: readonly ModelChange[];
      readonly generation?: number;
      readonly waitsFor?: readonly string[];
      readonly drained?: readonly string[];
    };

type Unit<K extends LedgerUnit['kind']> = Extract<LedgerUnit, { kind: K }>;
type Judges = { readonly [K in LedgerUnit['kind']]: (store: ModelStore, unit: Unit<K>, nowMs: number) => Verdict };

/** A holder in full, so that a refusal is held to all that it tells. */
export const holderLine = (holder: Holder): string => `${idOf(holder)} ${holder.mode} ${holder.state} since ${holder.sinceMs}`;
export const holderLines = (holders: Iterable<Holder>): readonly string[] => [...holders].map(holderLine).sort();

const no = (refusal: RefusalCode, ...named: string[]): Verdict => ({ refusal, named });
const nothing = (generation?: number): Verdict => ({ changes: [], ...(generation !== undefined && { generation }) });
const inUse = (store: ModelStore, volume: VolumeKey) => no('volume_in_use', volume, ...holderLines(holdersIn(store, volume).values()));
const without = ({ drain: _drain, ...it }: ModelVolume): Omit<ModelVolume, 'drain'> => it;

/** Whether a volume lets somebody new in. */
const admits = ({ state, drain }: ModelVolume, mode: AccessMode) =>
  state === 'creating' || state === 'ready' || (state === 'draining' && drain?.admitsReaders === true && mode === 'RO');

/** What is said of an earlier volume of this name is old news and changes nothing; of a later one nobody knows (promise 10). */
function aboutAnother(store: ModelStore, { volume, generation }: { volume: VolumeKey; generation: number }): Verdict | undefined {
  const known = store.volumes.get(volume)?.generation ?? 0;
  if (generation > known) return no('volume_not_found', volume);
  return generation < known ? nothing() : undefined;
}

/** The rules, one a unit, read off the promises (docs/invariants.md) and architecture section 6; `libs/core` is not asked. */
const JUDGES: Judges = {
  create_volume: (store, { volume, resource, agentId }) => {
    if (livingIn(store, volume)) return no('volume_exists', volume);
    const generation = (store.volumes.get(volume)?.generation ?? 0) + 1;
    const sizeMb = resource.value.kind === 'scalar' ? resource.value.milli / 1000 : 0;
    const becomes: ModelVolume = { state: 'creating', generation, shared: resource.shared, sizeMb, agentId, made: false };
    return { changes: [{ change: 'volume_created', volume, becomes }], generation };
  },

  confirm_created: (store, { volume, generation }) => {
    const it = livingIn(store, volume);
    if (it?.generation !== generation) return no('volume_not_found', volume);
    if (it.made || it.state === 'destroying') return nothing(generation);
    const state = it.state === 'creating' ? 'ready' : it.state;
    return { changes: [{ change: 'volume_ready', volume, becomes: { ...it, state, made: true } }], generation };
  },

  create_failed: (store, unit) => {
    const other = aboutAnother(store, unit);
    const it = livingIn(store, unit.volume);
    if (other || !it) return other ?? nothing(unit.generation);
    const canFail = it.state === 'creating' || it.state === 'destroying' || (it.state === 'draining' && !it.made);
    if (!canFail) return no('operation_invalid');
    const holders = [...holdersIn(store, unit.volume).values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    if (holders.some(({ state }) => state === 'running')) return inUse(store, unit.volume);
    const { volume, cause } = unit;
    const released = holders.map((holder): ModelChange => ({ change: 'volume_released', volume, holder, cause }));
    return {
      changes: [...released, { change: 'volume_gone', volume, becomes: { ...it, state: 'gone' }, cause }],
      generation: it.generation,
    };
  },

  acquire_volumes: (store, { holder, volumes }, nowMs) => {
    const changes = new Map<VolumeKey, ModelChange>();
    for (const { volume, mode } of volumes) {
      const it = store.volumes.get(volume);
      if (!it) return no('volume_not_found', volume);
      if (holdersIn(store, volume).has(idOf(holder)) || changes.has(volume)) continue;
      if (!admits(it, mode)) return no('volume_not_ready', volume, it.state);
      if (!it.shared && holdersIn(store, volume).size > 0) return inUse(store, volume);
      changes.set(volume, { change: 'volume_acquired', volume, holder: { ...holder, mode, state: 'pending', sinceMs: nowMs } });
    }
    return { changes: [...changes.values()] };
  },

  holder_running: (store, { holder, volumes }) => {
    for (const volume of volumes) {
      if (!store.volumes.has(volume)) return no('volume_not_found', volume);
      if (!holdersIn(store, volume).has(idOf(holder))) return no('operation_invalid');
    }
    return { changes: known(store, holder, volumes, (it) => it.state === 'pending' && { change: 'holder_running', state: 'running' }) };
  },

  holder_ending: (store, { holder, volumes }) => ({
    changes: known(store, holder, volumes, (it) => it.state !== 'ending' && { change: 'holder_ending', state: 'ending' }),
  }),

  release_volumes: (store, { holder, volumes, cause, by }) => {
    const drained: string[] = [];
    const changes = [...new Set(volumes)].flatMap((volume): ModelChange[] => {
      const leaving = holdersIn(store, volume).get(idOf(holder));
      const it = livingIn(store, volume);
      if (!leaving || !it) return [];
      const release: ModelChange = { change: 'volume_released', volume, holder: leaving, cause, by };
      const isLast = it.state === 'draining' && holdersIn(store, volume).size === 1 && store.verified;
      if (!isLast) return [release];
      drained.push(`${volume} ${it.generation}`);
      return [release, { change: 'volume_destroying', volume, becomes: { ...it, state: 'destroying' }, cause: 'unused', by }];
    });
    return { changes, ...(drained.length > 0 && { drained }) };
  },

  destroy_volume: (store, { volume }) => {
    const it = livingIn(store, volume);
    if (!store.verified) return no('ledger_unverified');
    if (!it) return no('volume_not_found', volume);
    if (holdersIn(store, volume).size > 0) return inUse(store, volume);
    if (it.state === 'destroying') return nothing(it.generation);
    return { changes: [{ change: 'volume_destroying', volume, becomes: { ...it, state: 'destroying' } }], generation: it.generation };
  },

  drain_volume: (store, { volume, drain }) => {
    const it = livingIn(store, volume);
    if (!store.verified) return no('ledger_unverified');
    if (!it) return no('volume_not_found', volume);
    const { generation } = it;
    const waitsFor = holderLines(holdersIn(store, volume).values());
    if (it.state === 'destroying') return waitsFor.length > 0 ? inUse(store, volume) : nothing(generation);
    const terms = { terms: JSON.stringify(drain), admitsReaders: drain.admitsReaders };
    if (it.state === 'draining') {
      return it.drain?.terms === terms.terms ? { changes: [], generation, waitsFor } : no('destroy_pending', volume);
    }
    const by = drain.requester.principal;
    if (waitsFor.length > 0) {
      return {
        changes: [{ change: 'volume_draining', volume, becomes: { ...it, state: 'draining', drain: terms }, by }],
        generation,
        waitsFor,
      };
    }
    return { changes: [{ change: 'volume_destroying', volume, becomes: { ...it, state: 'destroying' }, cause: 'unused', by }], generation };
  },

  cancel_destroy: (store, { volume, generation, cause, by }) => {
    const it = store.volumes.get(volume);
    if (it && it.generation !== generation) return no('destroy_not_pending', volume, 'gone');
    if (it?.state !== 'draining') return no('destroy_not_pending', volume, it?.state ?? 'absent');
    const becomes: ModelVolume = { ...without(it), state: it.made ? 'ready' : 'creating' };
    return { changes: [{ change: 'destroy_cancelled', volume, becomes, cause, by }], generation };
  },

  resize_volume: (store, { volume, resource }) => {
    const it = store.volumes.get(volume);
    if (!it) return no('volume_not_found', volume);
    if (it.state !== 'creating' && it.state !== 'ready') return no('volume_not_ready', volume, it.state);
    const sizeMb = resource.value.kind === 'scalar' ? resource.value.milli / 1000 : 0;
    if (sizeMb === it.sizeMb) return nothing(it.generation);
    const cause = `from ${it.sizeMb} MB to ${sizeMb} MB`;
    return { changes: [{ change: 'volume_resized', volume, becomes: { ...it, sizeMb }, cause }], generation: it.generation };
  },

  volume_gone: (store, unit) => {
    const other = aboutAnother(store, unit);
    const it = livingIn(store, unit.volume);
    if (other || !it) return other ?? nothing(unit.generation);
    if (holdersIn(store, unit.volume).size > 0) return inUse(store, unit.volume);
    if (it.state !== 'destroying') return no('operation_invalid');
    const { volume, cause } = unit;
    return { changes: [{ change: 'volume_gone', volume, becomes: { ...it, state: 'gone' }, cause }], generation: it.generation };
  },
};

/** What is known better of a launch that holds these volumes; a volume that it does not hold is passed over. */
function known(
  store: ModelStore,
  holder: Parameters<typeof idOf>[0],
  volumes: readonly VolumeKey[],
  next: (it: Holder) => false | (Pick<ModelChange, 'change'> & Pick<Holder, 'state'>),
): readonly ModelChange[] {
  return [...new Set(volumes)].flatMap((volume) => {
    const it = holdersIn(store, volume).get(idOf(holder));
    const better = it !== undefined && next(it);
    return it && better ? [{ change: better.change, volume, holder: { ...it, state: better.state } }] : [];
  });
}

export function judge<K extends LedgerUnit['kind']>(store: ModelStore, unit: Unit<K>, nowMs: number): Verdict {
  const rule = JUDGES[unit.kind] as unknown as (store: ModelStore, unit: Unit<K>, nowMs: number) => Verdict;
  return rule(store, unit, nowMs);
}
