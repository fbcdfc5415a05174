import { setTimeout as pause } from 'node:timers/promises';
import { orThrow, type Operator } from '@holdfast/scheduler-sdk';
import { violation, type Violation } from './violation';

const SETTLE_MS = 5_000;
/** The load gets going. */
const LEAD_MS = 700;

/** What Holdfast itself finds when it compares ledger, master and agents. */
export async function verifyLedger(operator: Operator): Promise<readonly Violation[]> {
  const { differences, stores } = orThrow(await operator.verifyLedger({ settleMs: SETTLE_MS }), 'verify');
  return [
    ...differences.map(({ kind, message, evidence }) => violation(`verify: ${kind}`, `${message} ${JSON.stringify(evidence)}`)),
    ...stores.flatMap(({ storeId, problem }) =>
      problem === undefined ? [] : [violation('verify: not compared', `store ${storeId}: ${problem}`)],
    ),
  ];
}

/** Nothing may be told of a cluster in which nothing fails, however much goes on in it. */
export async function verifyUnderLoad(operator: Operator, signal: AbortSignal): Promise<readonly Violation[]> {
  await pause(LEAD_MS, undefined, { signal });
  const found = await verifyLedger(operator);
  return found.map(({ check, message }) => violation(`${check} (false alarm under load)`, message));
}
