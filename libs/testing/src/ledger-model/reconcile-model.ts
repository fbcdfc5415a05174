import type { Holder } from '@holdfast/core/base';
import type { LedgerEntry, StoreReport, VolumeState } from '@holdfast/core/volumes';
import { answered, isStale, scribe, stale, type ModelResult } from './model-call';
import { holdersIn, idOf, livingIn, type ModelChange, type ModelStore, type ModelVolume } from './model-store';

/** Why a volume that its agent has not is gone. */
function causeOfLoss({ state, made }: ModelVolume): string {
  if (state === 'destroying') return 'deleted_before';
  return made ? 'lost_by_agent' : 'never_made';
}

/** The agent is the truth about what exists and runs; what it has not is gone, unless somebody is said to hold it. */
export function reconcileModel(store: ModelStore, report: StoreReport): ModelResult {
  if (isStale(store, report)) return stale(store);
  const entries: LedgerEntry[] = [];
  const scribed = scribe(store, report, entries);
  const write = (made: ModelChange) => scribed({ ...made, by: report.by });
  const living = () => [...store.volumes].filter(([, { state }]) => state !== 'gone').sort(([a], [b]) => (a < b ? -1 : 1));
  const reported = new Set(report.volumes.map(({ volume }) => volume));
  const cause = 'agent_reported';

  for (const { volume, resource } of report.volumes) {
    const before = livingIn(store, volume);
    const sizeMb = resource.value.kind === 'scalar' ? resource.value.milli / 1000 : 0;
    const form = { shared: resource.shared, sizeMb, agentId: report.agentId };
    if (!before) {
      const generation = (store.volumes.get(volume)?.generation ?? 0) + 1;
      write({ change: 'volume_added', volume, becomes: { state: 'ready', generation, ...form, made: true }, cause });
      continue;
    }
    const after: ModelVolume = { ...before, ...form };
    const isSame = before.shared === form.shared && before.sizeMb === sizeMb && before.agentId === form.agentId;
    if (!isSame) write({ change: 'volume_updated', volume, becomes: after, cause });
    if (before.made || before.state === 'destroying') continue;
    const state = before.state === 'creating' ? 'ready' : before.state;
    write({ change: 'volume_ready', volume, becomes: { ...after, state, made: true }, cause });
  }

  const said = new Set<string>();
  for (const { holder: ref, state, volumes } of report.holders) {
    for (const { volume, mode } of volumes) {
      said.add(`${volume} ${idOf(ref)}`);
      if (!livingIn(store, volume)) continue;
      const before = holdersIn(store, volume).get(idOf(ref));
      const holder: Holder = { ...ref, mode, state, sinceMs: before?.sinceMs ?? report.nowMs };
      if (!before) write({ change: 'volume_acquired', volume, holder, cause });
      else if (before.mode !== mode || before.state !== state || before.agentId !== ref.agentId) {
        write({ change: 'holder_updated', volume, holder, cause });
      }
    }
  }

  for (const [volume] of living()) {
    const unsaid = [...holdersIn(store, volume)].filter(([id]) => !said.has(`${volume} ${id}`)).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, holder] of unsaid) write({ change: 'volume_released', volume, holder, cause: 'not_reported' });
  }

  const unheld = () => living().filter(([volume]) => holdersIn(store, volume).size === 0);
  for (const [volume, it] of unheld()) {
    if (!reported.has(volume)) write({ change: 'volume_gone', volume, becomes: { ...it, state: 'gone' }, cause: causeOfLoss(it) });
    else if (it.state === 'draining') {
      write({ change: 'volume_destroying', volume, becomes: { ...it, state: 'destroying' }, cause: 'unused' });
    }
  }
  store.verified = true;
  const named = (state: VolumeState, some = living()) =>
    some.filter(([, it]) => it.state === state).map(([v, it]) => `${v} ${it.generation}`);
  return { ...answered(store, [], entries), destroying: named('destroying', unheld()), draining: named('draining') };
}
