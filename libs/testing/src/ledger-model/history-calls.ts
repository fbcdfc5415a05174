import { isDeepStrictEqual } from 'node:util';
import type { Revision } from '@holdfast/core/base';
import {
  traceIdOf,
  type LedgerEntry,
  type LedgerTransaction,
  type ReconcileOutcome,
  type StoreReport,
  type TransactionResult,
} from '@holdfast/core/volumes';
import { inModelWords } from './answer-words';
import { applyToModel } from './apply-to-model';
import type { ModelResult } from './model-call';
import { reconcileModel } from './reconcile-model';
import { entriesByVolume } from './model-run';
import { emptyModel } from './model-store';

/** What a client has asked and been answered. Each call carries a `traceParent` of its own, by which its entries are known. */
export interface RecordedCall {
  readonly client: string;
  /** Two moments of one clock that only counts; no `endedAt`: it was never answered, and may have been carried out all the same. */
  readonly beganAt: number;
  readonly endedAt?: number;
  readonly asked: LedgerTransaction | StoreReport;
  readonly answer?: TransactionResult | ReconcileOutcome;
}

/** A call with the place where it took effect. */
interface PlacedCall extends RecordedCall {
  readonly revision: Revision;
  readonly entries: readonly LedgerEntry[];
  readonly rank: readonly number[];
}

/**
 * The answers, against the model: revisions say in which order calls took effect, so one run through the model in that order must give
 * each answer and each entry. Judges up to the first that differs, since what follows would differ because of it.
 */
export function checkCalls(calls: readonly RecordedCall[], entries: readonly LedgerEntry[]): readonly string[] {
  const byTrace = new Map<string | undefined, LedgerEntry[]>();
  for (const entry of entries) {
    const known = byTrace.get(entry.traceId);
    if (known) known.push(entry);
    else byTrace.set(entry.traceId, [entry]);
  }
  const placed = calls.flatMap((call) => place(call, byTrace.get(traceIdOf(call.asked.traceParent)) ?? []));
  return [...outOfOrder(placed), ...firstWrong(placed.sort(byPlace), entries.length)];
}

/** A call that was refused for want of an answer, and left no entry, has no place. */
function place(call: RecordedCall, entries: readonly LedgerEntry[]): readonly PlacedCall[] {
  const isAnswered = call.answer !== undefined && call.answer.refusal?.code !== 'ledger_unavailable';
  const answer = isAnswered ? call.answer : undefined;
  const last = entries.at(-1);
  if (!answer && !last) return [];
  const revision = answer?.revision ?? last?.revision ?? 0;
  const stale = answer?.refusal?.code === 'stale_epoch' ? (answer.refusal.details as { highest: number }) : undefined;
  // Of calls at one revision: first the one that led to it; then by fence; in one epoch a report makes an unverified store verified.
  const isUnverified = answer !== undefined && 'unverified' in answer && answer.unverified;
  const phase = stale ? (isUnverified ? 1 : 4) : 'units' in call.asked ? (isUnverified ? 0 : 3) : 2;
  const rank = [revision, last?.revision === revision ? 0 : 1, stale?.highest ?? call.asked.epoch, phase, call.beganAt];
  return [{ ...call, answer, revision, entries, rank }];
}

function byPlace(a: PlacedCall, b: PlacedCall): number {
  const at = a.rank.findIndex((one, index) => one !== b.rank[index]);
  return at < 0 ? 0 : (a.rank[at] ?? 0) - (b.rank[at] ?? 0);
}

const title = ({ client, asked, revision, beganAt, endedAt }: PlacedCall) =>
  `call of ${client} (${'units' in asked ? asked.units.map(({ kind }) => kind).join(', ') : 'report'}; from ${beganAt} to ${endedAt ?? 'never'}; revision ${revision})`;

/** A call that had ended before another began took effect before it: the later one's revision is not lower. */
function outOfOrder(calls: readonly PlacedCall[]): readonly string[] {
  const ended = calls.filter((call) => call.answer && call.endedAt !== undefined).sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  const violations: string[] = [];
  let latest: PlacedCall | undefined;
  let next = 0;
  for (const call of [...calls].sort((a, b) => a.beganAt - b.beganAt)) {
    for (let before = ended[next]; before?.endedAt !== undefined && before.endedAt < call.beganAt; before = ended[(next += 1)]) {
      if (!latest || before.revision > latest.revision) latest = before;
    }
    if (latest && latest.revision > call.revision) {
      violations.push(`${title(call)}: it began after the end of the ${title(latest)}, which has seen a later revision`);
    }
  }
  return violations;
}

function firstWrong(calls: readonly PlacedCall[], written: number): readonly string[] {
  const model = emptyModel();
  let explained = 0;
  for (const [at, call] of calls.entries()) {
    const { asked, answer, entries } = call;
    const before = model.revision;
    const expected = 'units' in asked ? applyToModel(model, asked) : reconcileModel(model, asked);
    explained += entries.length;
    const wrong = [...(answer ? wrongAnswer(expected, inModelWords(answer)) : []), ...wrongEntries(expected, entries)];
    if (wrong.length === 0) continue;
    const rest = calls.length - at - 1;
    return [
      ...wrong.map((line) => `${title(call)}: on the books of revision ${before}, ${line}`),
      ...(rest > 0 ? [`(${rest} later calls were not judged)`] : []),
    ];
  }
  return explained === written ? [] : [`${written - explained} of ${written} entries belong to no call that is known`];
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
const isSame = (a: unknown, b: unknown) => isDeepStrictEqual(plain(a), plain(b));

function wrongAnswer(expected: ModelResult, answer: ReturnType<typeof inModelWords>): readonly string[] {
  const { entries: _entries, answers, unverified, ...whole } = expected;
  const { answers: given, unverified: isUnverified, ...wholeGiven } = answer;
  const lines: string[] = [];
  for (let at = 0; at < Math.max(answers.length, given.length); at += 1) {
    if (!isSame(answers[at], given[at]))
      lines.push(`unit ${at} should be answered ${text(answers[at])}, and was answered ${text(given[at])}`);
  }
  if (lines.length === 0 && !isSame(whole, wholeGiven)) lines.push(`the answer should be ${text(whole)}, and was ${text(wholeGiven)}`);
  if (given.length > 0 && unverified !== isUnverified) lines.push(`the store was said to be ${isUnverified ? 'unverified' : 'verified'}`);
  return lines;
}

function wrongEntries({ entries: expected }: ModelResult, entries: readonly LedgerEntry[]): readonly string[] {
  if (isSame(entriesByVolume(expected), entriesByVolume(entries))) return [];
  const words = (some: readonly LedgerEntry[]) =>
    some.map(({ change, volume, revision }) => `${change} of ${volume} at ${revision}`).join('; ') || 'nothing';
  return [`it should have written ${words(expected)}, and wrote ${words(entries)}`];
}

const text = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
