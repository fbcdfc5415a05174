import { holderId, type Holder } from '@holdfast/core/base';
import { passFence } from './fence';
import { compareText } from './holdings';
import { isStillCreating } from './is-still-creating';
import { describeDifference, type Difference, type ReconcileCause } from './ledger-change';
import { LedgerDraft } from './ledger-draft';
import type { DestroyedVolume, DrainedVolume, LedgerEntry, ReconcileOutcome, StoreReport } from './ledger-unit';
import { asRecorded, resourceText } from './recorded-resource';
import type { StoreLedger, VolumeRecord } from './store-ledger';
import type { VolumeKey } from './volume-key';

export interface ReconciledStore {
  readonly ledger: StoreLedger;
  readonly outcome: ReconcileOutcome;
  /** What this call adds to the store's history. */
  readonly entries: readonly LedgerEntry[];
}

/**
 * Takes an agent's report as the truth about what exists and runs (architecture section 6); afterwards the store is verified in this epoch.
 * In order: volumes as reported; holders as reported; known holders that are not reported released; known volumes that are neither
 * reported nor held gone; then what waited to be unused, and is, destroyed. The same rule in Lua: `reconcile.lua`.
 */
export function reconcileStore(ledger: StoreLedger, report: StoreReport): ReconciledStore {
  const draft = new LedgerDraft(ledger, report);
  const refusal = passFence(draft, report);
  if (refusal)
    return { ledger, outcome: { revision: draft.revision, refusal, differences: [], destroying: [], draining: [] }, entries: [] };

  takeVolumes(draft, report);
  const orphans = takeHolders(draft, report);
  releaseUnreported(draft, report);
  buryUnreported(draft, report);
  draft.verify();
  for (const volume of sorted(draft.volumeKeys())) draft.destroyUnused(volume);

  const differences = [...draft.entries, ...orphans].map(describeDifference);
  return {
    ledger: draft.finished(),
    outcome: { revision: draft.revision, differences, destroying: toDelete(draft), draining: stillDraining(draft) },
    entries: draft.entries,
  };
}

const REPORTED: ReconcileCause = 'agent_reported';

function takeVolumes(draft: LedgerDraft, { agentId, volumes, nowMs }: StoreReport): void {
  for (const { volume, resource: reported, principal } of volumes) {
    const resource = asRecorded(reported);
    const known = draft.volume(volume);
    if (!known || known.state === 'gone') {
      const creator = principal === undefined ? {} : { principal };
      draft.addVolume(volume, { state: 'ready', resource, creator, agentId, createdMs: nowMs }, 'volume_added', REPORTED);
      continue;
    }
    if (known.agentId !== agentId || resourceText(known.resource) !== resourceText(resource)) {
      draft.putVolume(volume, { ...known, resource, agentId }, 'volume_updated', REPORTED);
    }
    draft.noteMade(volume, REPORTED);
  }
}

/** Answers with the holders of volumes that nobody has. */
function takeHolders(draft: LedgerDraft, { holders, nowMs }: StoreReport): readonly Difference[] {
  const orphans: Difference[] = [];
  for (const { holder: ref, state, volumes } of holders) {
    for (const { volume, mode } of volumes) {
      const reported: Holder = { ...ref, mode, state, sinceMs: nowMs };
      const known = draft.holder(volume, holderId(ref));
      if (!exists(draft, volume)) orphans.push({ change: 'holder_without_volume', volume, holder: reported });
      else if (!known) draft.hold(volume, reported, REPORTED);
      else if (known.state !== state || known.mode !== mode || known.agentId !== ref.agentId) {
        draft.updateHolder(volume, { ...reported, sinceMs: known.sinceMs }, 'holder_updated', REPORTED);
      }
    }
  }
  return orphans;
}

function releaseUnreported(draft: LedgerDraft, report: StoreReport): void {
  const reported = new Set(report.holders.flatMap(({ holder, volumes }) => volumes.map(({ volume }) => `${volume} ${holderId(holder)}`)));
  for (const volume of sorted(draft.volumeKeys())) {
    for (const holder of draft.holders(volume)) {
      if (!reported.has(`${volume} ${holderId(holder)}`)) draft.release(volume, holder, 'not_reported' satisfies ReconcileCause);
    }
  }
}

function buriedAs(record: VolumeRecord): ReconcileCause {
  if (isStillCreating(record)) return 'never_made';
  return record.state === 'destroying' ? 'deleted_before' : 'lost_by_agent';
}

/** A volume that a reported task holds is kept even if the agent does not report it: when in doubt, hold on. */
function buryUnreported(draft: LedgerDraft, report: StoreReport): void {
  const reported = new Set(report.volumes.map(({ volume }) => volume));
  for (const volume of sorted(draft.volumeKeys())) {
    const record = draft.volume(volume);
    if (!record || record.state === 'gone' || reported.has(volume) || draft.isHeld(volume)) continue;
    draft.moveVolume(volume, 'gone', 'volume_gone', buriedAs(record));
  }
}

/** Never one that somebody turns out to hold. Without one that is not reported: that is held, or gone by now. */
function toDelete(draft: LedgerDraft): readonly DestroyedVolume[] {
  return sorted(draft.volumeKeys()).flatMap((volume) => {
    const record = draft.volume(volume);
    if (record?.state !== 'destroying' || draft.isHeld(volume)) return [];
    return [{ volume, generation: record.generation, ...(record.drain && { drain: record.drain }) }];
  });
}

function stillDraining(draft: LedgerDraft): readonly DrainedVolume[] {
  return sorted(draft.volumeKeys()).flatMap((volume) => {
    const record = draft.volume(volume);
    return record?.state === 'draining' && record.drain ? [{ volume, generation: record.generation, drain: record.drain }] : [];
  });
}

const exists = (draft: LedgerDraft, volume: VolumeKey): boolean => (draft.volume(volume)?.state ?? 'gone') !== 'gone';
const sorted = (keys: readonly VolumeKey[]): readonly VolumeKey[] => [...keys].sort(compareText);
