import { ADVICE, type Advice, type Holder, type Refusal, type RefusalCode, type RefusalDetails, refuse } from '@holdfast/core/base';
import { Refusal as WireRefusal, Refusal_Advice } from '../gen/holdfast/v1/refusal';
import { defineCodec, malformed, readEach, required } from './edge';
import { readHolder, writeHolder } from './holder';
import { readOptionalCount, writeOptionalCount } from './numbers';

type Kind = 'text' | 'number' | 'time' | 'flag' | 'holders';
type KindOf<V> = V extends number ? 'number' | 'time' : V extends string ? 'text' : V extends boolean ? 'flag' : 'holders';
type Facts<D> = { readonly [K in keyof D]: KindOf<D[K]> };

/** How the facts of each refusal travel: holders in their own field, the others as text. A fact without a row does not compile. */
const FACTS: { readonly [C in RefusalCode]: Facts<Required<RefusalDetails[C]>> } = {
  invalid_argument: { field: 'text', problem: 'text' },
  message_too_large: { limitBytes: 'number' },
  framework_unknown: { frameworkId: 'text' },
  framework_removed: { frameworkId: 'text' },
  framework_disconnected: { frameworkId: 'text' },
  framework_invalid: { problem: 'text' },
  stale_stream: { frameworkId: 'text' },
  offer_gone: { offerId: 'text' },
  offer_not_yours: { offerId: 'text' },
  offers_mixed: { problem: 'text' },
  agent_disconnected: { agentId: 'text' },
  agent_unknown: { agentId: 'text' },
  agent_refused: { problem: 'text' },
  operation_invalid: { problem: 'text' },
  operation_unsupported: { operation: 'text' },
  capability_missing: { capability: 'text', reason: 'text' },
  insufficient_resources: { needed: 'text', available: 'text' },
  dependency_refused: { operationIndex: 'number' },
  task_invalid: { taskId: 'text', problem: 'text' },
  volume_exists: { role: 'text', persistenceId: 'text' },
  volume_not_found: { role: 'text', persistenceId: 'text' },
  volume_not_ready: { role: 'text', persistenceId: 'text', state: 'text' },
  volume_in_use: { role: 'text', persistenceId: 'text', holders: 'holders' },
  destroy_pending: { role: 'text', persistenceId: 'text', sinceMs: 'time', requester: 'text' },
  destroy_not_pending: { role: 'text', persistenceId: 'text', state: 'text' },
  holder_unknown: { role: 'text', persistenceId: 'text', frameworkId: 'text', taskId: 'text' },
  history_trimmed: { storeId: 'text', afterRevision: 'number', oldestRevision: 'number' },
  reader_too_slow: { unreadBytes: 'number' },
  ledger_unverified: { storeId: 'text' },
  ledger_unavailable: { problem: 'text', inDoubt: 'flag' },
  stale_epoch: { epoch: 'number', highest: 'number' },
  agent_failed: { problem: 'text' },
  unauthorized: { action: 'text', principal: 'text' },
  unauthenticated: { problem: 'text' },
  principal_mismatch: { caller: 'text', principal: 'text' },
  executor_unknown: { executorId: 'text', agentId: 'text' },
  task_unknown: { frameworkId: 'text', taskId: 'text' },
  task_over: { taskId: 'text', state: 'text' },
  operation_unknown: { operationId: 'text' },
};

const ADVICE_ON_WIRE: Readonly<Record<Advice, Refusal_Advice>> = {
  do_not_retry: Refusal_Advice.DO_NOT_RETRY,
  retry_later: Refusal_Advice.RETRY_LATER,
  retry_after_refresh: Refusal_Advice.RETRY_AFTER_REFRESH,
};

const isCode = (code: string): code is RefusalCode => Object.hasOwn(FACTS, code);

/** Snake case on the wire, as in every other public name. */
const wireName = (fact: string): string => fact.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Each code's facts as [name here, name on the wire, kind]. */
const ROWS = new Map(
  Object.entries(FACTS).map(([code, facts]) => [
    code,
    Object.entries(facts as Readonly<Record<string, Kind>>).map(([name, kind]) => [name, wireName(name), kind] as const),
  ]),
);

/** Every fact survives, so that who refuses and who is refused can speak of the same things. */
export function writeRefusal(refusal: Refusal): WireRefusal {
  const facts = refusal.details as Readonly<Record<string, unknown>>;
  const wire: WireRefusal = {
    code: refusal.code,
    message: refusal.message,
    advice: ADVICE_ON_WIRE[ADVICE[refusal.code]],
    holders: [],
    details: {},
    ledgerRevision: writeOptionalCount(refusal.ledgerRevision),
  };
  for (const [name, onWire, kind] of ROWS.get(refusal.code) ?? []) {
    if (kind === 'holders') wire.holders = (facts[name] as readonly Holder[]).map(writeHolder);
    else if (facts[name] !== undefined) wire.details[onWire] = String(facts[name]);
  }
  return wire;
}

export function readRefusal(wire: WireRefusal): Refusal {
  const code = required(wire.code, 'code');
  if (!isCode(code)) return malformed('code', `'${code}' is not a refusal that this release knows`);
  const details: Record<string, unknown> = {};
  for (const [name, onWire, kind] of ROWS.get(code) ?? []) {
    const fact = kind === 'holders' ? readEach(wire.holders, 'holders', readHolder) : readFact(wire, onWire, kind);
    if (fact !== undefined) details[name] = fact;
  }
  const ledgerRevision = readOptionalCount(wire.ledgerRevision, 'ledger_revision');
  const refusal = refuse(code, details as unknown as RefusalDetails[typeof code], ledgerRevision);
  return wire.message === undefined ? refusal : { ...refusal, message: wire.message };
}

/** The last moment that a Date can say. */
const END_OF_TIME_MS = 8.64e15;

/** Undefined: a flag about which nothing is said. */
function readFact(wire: WireRefusal, name: string, kind: Exclude<Kind, 'holders'>): string | number | boolean | undefined {
  const field = `details.${name}`;
  const text = Object.hasOwn(wire.details, name) ? wire.details[name] : undefined;
  if (kind === 'text') return required(text, field);
  if (kind === 'flag') return text === undefined ? undefined : readFlag(text, field);
  const number = Number(required(text, field));
  if (!Number.isSafeInteger(number)) return malformed(field, 'must be a whole number');
  if (kind === 'time' && Math.abs(number) > END_OF_TIME_MS) return malformed(field, 'must be a moment in milliseconds since 1970');
  return number;
}

const readFlag = (text: string, field: string): boolean =>
  text === 'true' || text === 'false' ? text === 'true' : malformed(field, 'must be true or false');

/** A refusal by itself; calls that are refused carry it in their status details. */
export const refusalCodec = defineCodec(WireRefusal, writeRefusal, readRefusal);
