import type { LedgerEntry, LedgerTransaction } from '@holdfast/core/volumes';
import { judge } from './judge';
import { answered, isStale, scribe, stale, type ModelAnswer, type ModelResult } from './model-call';
import type { ModelStore } from './model-store';

/** Units in order, each on what the earlier ones left; those that belong together all or none. */
export function applyToModel(store: ModelStore, call: LedgerTransaction): ModelResult {
  if (isStale(store, call)) return stale(store);
  const entries: LedgerEntry[] = [];
  const write = scribe(store, call, entries);
  const answers: ModelAnswer[] = [];
  const isRefused = (index: number) => answers[index] === undefined || answers[index].refusal !== undefined;

  while (answers.length < call.units.length) {
    const first = answers.length;
    const last = Math.min(call.units.length, first + Math.max(1, call.units[first]?.together ?? 1));
    const before = { ...store, entries: entries.length };
    for (const unit of call.units.slice(first, last)) {
      const missing = unit.requires?.find(isRefused);
      const verdict = missing === undefined ? judge(store, unit, call.nowMs) : { refusal: 'dependency_refused', named: [`${missing}`] };
      if ('refusal' in verdict) {
        answers.push({ ...verdict, at: store.revision });
      } else {
        const { changes, ...answer } = verdict;
        changes.forEach(write);
        answers.push(answer);
      }
    }
    const culprit = answers.findIndex((answer, index) => index >= first && answer.refusal !== undefined);
    if (culprit < 0 || last - first === 1) continue;
    entries.length = before.entries;
    Object.assign(store, { revision: before.revision, volumes: before.volumes, holders: before.holders });
    for (let index = first; index < last; index += 1) {
      const fallen = isRefused(index) ? answers[index] : { refusal: 'dependency_refused', named: [`${culprit}`] };
      answers[index] = { ...fallen, at: store.revision };
    }
  }
  return answered(store, answers, entries);
}
