import { authorize } from '@holdfast/core/authorization';
import { ok, type Principal, refused, type Result, type StoreId } from '@holdfast/core/base';
import { differenceKey, type LedgerDifference, type LedgerRepair } from '@holdfast/core/verification';
import type { RepairAnswer, RepairRequest, VerifyAnswer } from '@holdfast/contracts';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import type { Agent } from '../agents/agent-book';
import { reportAnew } from '../agents/report-anew';
import type { Deps } from '../deps';
import { atMostAtOnce } from './at-most-at-once';
import { verifyLedger } from './verify-ledger';

/** How long an agent may take to register again when it is asked to. */
export const REPORT_TIMEOUT_MS = 30_000;
/** Agents that register at the same time. */
const REPORTS_AT_ONCE = 16;

/**
 * Mends what evidence can mend: agents about which something differs report anew, and ledger and master follow their reports. Then it is
 * verified again, and what is found then decides whether a repair is done. Tasks go on meanwhile. A dry run says what would be done and asks
 * for no permission. Refused: as VerifyLedger, `unauthorized`.
 */
export function repairLedger(deps: Deps, caller: Principal | undefined, request: RepairRequest): Promise<Result<RepairAnswer>> {
  const { agentId, apply } = request;
  const agents = agentId === undefined ? [] : [agentId];
  const denied = apply ? authorize(deps.acls, caller, { kind: 'repair_ledger', agents }) : undefined;
  if (denied) return Promise.resolve(refused(denied));
  return withSpan('repair ledger', agentId === undefined ? {} : { [ATTR.agentId]: agentId }, async () => {
    const found = await verifyLedger(deps, request);
    if (!found.ok) return found;
    if (apply) return mend(deps, caller, request, found.value);
    const repairs = found.value.differences.map((difference) => ({ difference, action: actionOf(difference) }));
    return ok({ repairs, stores: found.value.stores });
  });
}

/** What is, or would be, done; where nothing can be, what a person must do. */
const actionOf = ({ isRepairable, remedy }: LedgerDifference): string => (isRepairable ? remedy : `Nothing by itself. ${remedy}`);

async function mend(deps: Deps, caller: Principal | undefined, request: RepairRequest, found: VerifyAnswer): Promise<Result<RepairAnswer>> {
  const audit = { principal: caller, agentId: request.agentId };
  deps.log.warn({ ...audit, differences: found.differences.length }, 'the ledger is to be repaired');
  const storeIds = [...new Set(found.differences.filter(({ isRepairable }) => isRepairable).map(({ storeId }) => storeId))];
  const failures = new Map<StoreId, string>();
  await atMostAtOnce(REPORTS_AT_ONCE, storeIds, async (storeId) => {
    const failure = await followReport(deps, storeId, caller);
    if (failure !== undefined) failures.set(storeId, failure);
  });

  const after = storeIds.length === 0 ? ok(found) : await verifyLedger(deps, request);
  if (!after.ok) return after;
  const repairs = [...repairsOf(found, after.value, failures), ...foundSince(found, after.value)];
  for (const { difference, action, isDone } of repairs) {
    const { kind, storeId, volume, holder } = difference;
    deps.log.warn({ ...audit, kind, storeId, volume, holder, isDone, action }, 'ledger repair');
  }
  return ok({ repairs, stores: after.value.stores });
}

/** Resolves when ledger and master have followed a new report of the agent; otherwise with why not. */
async function followReport(deps: Deps, storeId: StoreId, by: Principal | undefined): Promise<string | undefined> {
  if (!deps.agents.withStore(storeId)) return 'its agent has left meanwhile';
  const registered = untilRegistered(deps, storeId);
  reportAnew(deps, storeId, 'the ledger is being repaired', by);
  const agent = await registered;
  if (!agent) return `its agent did not register again within ${REPORT_TIMEOUT_MS / 1000} s`;
  return agent.isReconciled ? undefined : 'the ledger could not be reconciled with the report of its agent';
}

function untilRegistered({ world, registrations }: Deps, storeId: StoreId): Promise<Agent | undefined> {
  return new Promise((resolve) => {
    const finish = (agent: Agent | undefined) => {
      stop();
      cancel();
      resolve(agent);
    };
    const stop = registrations.onRegistered((agent) => (agent.storeId === storeId ? finish(agent) : undefined));
    const cancel = world.after(REPORT_TIMEOUT_MS, () => finish(undefined));
  });
}

function repairsOf(found: VerifyAnswer, after: VerifyAnswer, failures: ReadonlyMap<StoreId, string>): readonly LedgerRepair[] {
  const left = new Set(after.differences.map(differenceKey));
  const problems = new Map(after.stores.map(({ storeId, problem }) => [storeId, problem]));
  return found.differences.map((difference) => {
    const failure = failures.get(difference.storeId) ?? problems.get(difference.storeId);
    const isDone = failure === undefined && !left.has(differenceKey(difference));
    const action = actionOf(difference);
    return { difference, action: failure === undefined || isDone ? action : `${action} But ${failure}.`, isDone };
  });
}

/** What the report has brought to light; the next repair takes it from there. */
function foundSince(found: VerifyAnswer, after: VerifyAnswer): readonly LedgerRepair[] {
  const before = new Set(found.differences.map(differenceKey));
  return after.differences
    .filter((difference) => !before.has(differenceKey(difference)))
    .map((difference) => ({ difference, action: `Not yet: it was found after the repair. ${difference.remedy}`, isDone: false }));
}
