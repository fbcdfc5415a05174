import type { Holder, Refusal } from '@holdfast/core/base';
import type { ReconcileOutcome, TransactionResult, UnitResult } from '@holdfast/core/volumes';
import { holderLines } from './judge';
import type { ModelAnswer, ModelResult } from './model-call';

/** What a real store has answered, in the model's words. */
export function inModelWords(answer: TransactionResult | ReconcileOutcome): Omit<ModelResult, 'entries'> {
  const refusal = answer.refusal && { refusal: answer.refusal.code };
  if ('results' in answer) {
    const { revision, results, unverified } = answer;
    return { ...refusal, revision, answers: results.map(unitInModelWords), unverified, destroying: [], draining: [] };
  }
  const named = (some: ReconcileOutcome['draining']) => some.map(({ volume, generation }) => `${volume} ${generation}`).sort();
  const { revision, destroying, draining } = answer;
  return { ...refusal, revision, answers: [], unverified: false, destroying: named(destroying as never), draining: named(draining) };
}

function unitInModelWords({ refusal, generation, waitsFor, drained }: UnitResult): ModelAnswer {
  if (refusal) return { refusal: refusal.code, at: refusal.ledgerRevision, named: namedBy(refusal) };
  return {
    ...(generation !== undefined && { generation }),
    ...(waitsFor && { waitsFor: holderLines(waitsFor) }),
    ...(drained && { drained: drained.map((it) => `${it.volume} ${it.generation}`) }),
  };
}

function namedBy({ code, details }: Refusal): readonly string[] {
  const facts = details as { role?: string; persistenceId?: string; holders?: readonly Holder[]; state?: string; operationIndex?: number };
  if (code === 'dependency_refused') return [`${facts.operationIndex}`];
  if (facts.persistenceId === undefined) return [];
  const volume = `${facts.role}/${facts.persistenceId}`;
  if (code === 'volume_in_use') return [volume, ...holderLines(facts.holders ?? [])];
  return facts.state === undefined ? [volume] : [volume, facts.state];
}
