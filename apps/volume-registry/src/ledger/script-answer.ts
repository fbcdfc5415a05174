import { assert, refuse, type Epoch, type Refusal, type Revision, type StoreId } from '@holdfast/core/base';
import {
  creationOver,
  dependencyRefused,
  describeDifference,
  destroyNotPending,
  destroyPending,
  ledgerUnverified,
  notAHolder,
  notBeingDestroyed,
  sortHolders,
  volumeExists,
  volumeInUse,
  volumeNotFound,
  volumeNotReady,
  type DestroyedVolume,
  type Difference,
  type DrainedVolume,
  type LedgerTransaction,
  type LedgerUnit,
  type ReconcileOutcome,
  type TransactionResult,
  type UnitResult,
  type VolumeKey,
  type VolumeState,
} from '@holdfast/core/volumes';
import { readDrain } from './drain-text';
import { readHolder } from './holder-text';

/** What the scripts reply: words, numbers and lists of them. */
export type Words = readonly (string | number | Words)[];

/** `apply.lua`'s reply as the port promises it. */
export function transactionResult(reply: Words, { storeId, epoch, units }: LedgerTransaction): TransactionResult {
  const [word, revision, standing] = reply as [string, Revision, string];
  const unverified = standing === 'unverified';
  if (word === 'stale_epoch') return { revision, results: [], refusal: staleEpoch(reply, epoch), unverified };
  assert(word === 'applied', `apply.lua replies applied, stale_epoch or too_late, not ${word}`);
  const answers = reply[3] as readonly Words[];
  return { revision, results: units.map((unit, at) => unitResult(answers[at] ?? [], unit, storeId)), unverified };
}

/** `reconcile.lua`'s reply as the port promises it. */
export function reconcileOutcome(reply: Words, epoch: Epoch): ReconcileOutcome {
  const [word, revision] = reply as [string, Revision];
  if (word === 'stale_epoch') return { revision, refusal: staleEpoch(reply, epoch), differences: [], destroying: [], draining: [] };
  assert(word === 'reconciled', `reconcile.lua replies reconciled, undeclared, stale_epoch or too_late, not ${word}`);
  const [destroying, draining, differences] = reply.slice(2) as [
    readonly LeavingWords[],
    readonly LeavingWords[],
    readonly DifferenceWords[],
  ];
  return {
    revision,
    destroying: destroying.map(destroyedVolume),
    draining: draining.map(drainedVolume),
    differences: differences.map((words) => describeDifference(difference(words))),
  };
}

/** Of a volume whose destroy has waited, or waits; `drain` may be empty where it has not. */
type LeavingWords = readonly [volume: VolumeKey, generation: number, drain: string];

const drainedVolume = ([volume, generation, drain]: LeavingWords): DrainedVolume => ({ volume, generation, drain: readDrain(drain) });

const destroyedVolume = (words: LeavingWords): DestroyedVolume => {
  const [volume, generation, drain] = words;
  return drain === '' ? { volume, generation } : drainedVolume(words);
};

type DifferenceWords = readonly [change: Difference['change'], volume: VolumeKey, holder: string, cause: string];

const difference = ([change, volume, holder, cause]: DifferenceWords): Difference => ({
  change,
  volume,
  cause,
  ...(holder !== '' && { holder: readHolder(holder) }),
});

function staleEpoch([, revision, , highest]: Words, epoch: Epoch): Refusal {
  return refuse('stale_epoch', { epoch, highest: highest as Epoch }, revision as Revision);
}

function unitResult(answer: Words, unit: LedgerUnit, storeId: StoreId): UnitResult {
  const [word, second, ...facts] = answer;
  if (word !== 'done') return { refusal: unitRefusal(word as string, second as Revision, facts, unit, storeId) };
  if (second === undefined) return {};
  if (typeof second !== 'number') return { drained: (second as readonly LeavingWords[]).map(drainedVolume) };
  const [holders] = facts as readonly (readonly string[])[];
  return holders === undefined ? { generation: second } : { generation: second, waitsFor: sortHolders(holders.map(readHolder)) };
}

function unitRefusal(word: string, at: Revision, facts: Words, unit: LedgerUnit, storeId: StoreId): Refusal {
  const [first, second] = facts;
  const volume = first as VolumeKey;
  switch (word) {
    case 'dependency_refused':
      return dependencyRefused(first as number, at);
    case 'ledger_unverified':
      return ledgerUnverified(storeId, at);
    case 'volume_exists':
      return volumeExists(volume, at);
    case 'volume_not_found':
      return volumeNotFound(volume, at);
    case 'volume_not_ready':
      return volumeNotReady(volume, second as VolumeState, at);
    case 'volume_in_use':
      return volumeInUse(volume, (second as readonly string[]).map(readHolder), at);
    case 'destroy_pending':
      return destroyPending(volume, readDrain(second as string), at);
    case 'destroy_not_pending':
      return destroyNotPending(volume, second as VolumeState | 'absent', at);
    case 'operation_invalid':
      return invalid(facts as InvalidWords, at, unit);
    default:
      throw new Error(`apply.lua refused a unit with ${word}, which is no refusal of the ledger`);
  }
}

type InvalidWords = readonly [rule: string, volume: VolumeKey, state?: VolumeState];

function invalid([rule, volume, state = 'gone']: InvalidWords, at: Revision, unit: LedgerUnit): Refusal {
  if (rule === 'creation_over') return creationOver(volume, state, at);
  if (rule === 'not_being_destroyed') return notBeingDestroyed(volume, state, at);
  assert(rule === 'not_a_holder' && 'holder' in unit, `apply.lua refused a unit as invalid by ${rule}, which is no rule of the ledger`);
  return notAHolder(volume, unit.holder, at);
}
