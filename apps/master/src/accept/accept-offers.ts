import { authorize } from '@holdfast/core/authorization';
import { ok, refused, type Refusal, type Result } from '@holdfast/core/base';
import { planAccept, settleAccept, type AcceptContext, wantsExtensions } from '@holdfast/core/offers';
import { Resources } from '@holdfast/core/resources';
import type { UnitResult } from '@holdfast/core/volumes';
import type { AcceptRequest, AcceptResponse } from '@holdfast/contracts';
import { failpoint } from '@holdfast/platform/failpoints';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import type { Caller } from '../calls/caller';
import type { Deps } from '../deps';
import { expectExecutors } from '../executors/expect-executors';
import type { Framework } from '../frameworks';
import { endTasksOf } from '../frameworks/remove-framework';
import { carryOut } from './carry-out';
import { giveBack } from './give-back';
import { refuseUsedIds } from './refuse-used-ids';
import { findStaleOffer, takeOffers, whyUseless, type TakenOffers } from './take-offers';
import { tellRefusedAccept } from './tell-refused';

/**
 * Takes the offers, decides, asks the ledger once, then carries the plan out in the order it was written (architecture 7).
 * Answers with one result per operation and per task. Refused as a whole: `offer_gone`, `offer_not_yours`, `offers_mixed`,
 * `agent_disconnected`; what it was to launch and to do is then also told by events (D-021, D-022).
 */
export async function acceptOffers(
  deps: Deps,
  framework: Framework,
  request: AcceptRequest,
  caller: Caller,
): Promise<Result<AcceptResponse>> {
  const startedMs = deps.world.nowMs();
  const taken = takeOffers(deps, framework, request.offerIds);
  const answer = taken.ok ? await acceptTaken(deps, framework, request, caller, taken.value) : taken;
  if (!answer.ok) tellRefusedAccept(deps, framework, request.operations, answer.refusal);
  deps.metrics.accepted(deps.world.nowMs() - startedMs);
  return answer;
}

function acceptTaken(
  deps: Deps,
  framework: Framework,
  request: AcceptRequest,
  caller: Caller,
  taken: TakenOffers,
): Promise<Result<AcceptResponse>> {
  const { agent, offers } = taken;
  return agent.queue.run(() =>
    withSpan(
      'accept',
      {
        [ATTR.frameworkId]: framework.id,
        [ATTR.agentId]: agent.id,
        [ATTR.offerCount]: offers.length,
        [ATTR.operationCount]: request.operations.length,
      },
      () => decide(deps, framework, request, caller, taken),
    ),
  );
}

async function decide(
  deps: Deps,
  framework: Framework,
  request: AcceptRequest,
  caller: Caller,
  taken: TakenOffers,
): Promise<Result<AcceptResponse>> {
  const useless = whyUseless(deps, framework, taken) ?? findStaleOffer(taken);
  if (useless) return dropped(deps, taken, useless);
  const operations = refuseUsedIds(deps, framework, request.operations);
  const executorsSettled = expectExecutors(deps, framework, taken.agent.id, operations);
  try {
    const context = contextOf(deps, framework, caller, taken);
    const plan = planAccept(context, operations);
    const ledger = plan.units.length > 0 ? await askLedger(deps, taken, plan.units) : [];
    // The ledger may hold what was just decided for an agent that broke off meanwhile; its next report puts that right.
    const uselessNow = whyUseless(deps, framework, taken);
    if (uselessNow?.code === 'agent_disconnected') return dropped(deps, taken, uselessNow);
    const settlement = settleAccept(plan, context, ledger);
    carryOut(deps, framework, taken, { operations, refuseMs: request.filters.refuseMs }, settlement);
    // Its framework was removed while the ledger was asked: what the ledger has granted is ended as everything else of it was.
    if (uselessNow) endTasksOf(deps, framework.id, 'it was removed while its ACCEPT was carried out');
    return ok({ results: settlement.results });
  } finally {
    executorsSettled();
  }
}

function contextOf(deps: Deps, framework: Framework, caller: Caller, { agent, offers }: TakenOffers): AcceptContext {
  const { info } = framework;
  return {
    framework: info,
    agentId: agent.id,
    agentTotal: agent.total,
    role: offers[0].role,
    offered: Resources.sum(offers.map(({ resources }) => resources)),
    isTaskKnown: (taskId) => deps.tasks.get(framework.id, taskId) !== undefined,
    newLaunchId: () => deps.world.ids.uuid(),
    findExecutor: (executorId) => deps.executors.get(agent.id, framework.id, executorId)?.info,
    mayGrowShared: caller.door === 'grpc' || wantsExtensions(info),
    nowMs: deps.world.nowMs(),
    authorize: (action) => authorize(deps.acls, info.principal, action),
  };
}

/** The offers are used up all the same, and go back without filter (D-021). */
function dropped(deps: Deps, { offers }: TakenOffers, refusal: Refusal): Result<never> {
  giveBack(deps, offers, { unfiltered: Resources.sum(offers.map(({ resources }) => resources)) });
  return refused(refusal);
}

async function askLedger(
  deps: Deps,
  { agent }: TakenOffers,
  units: Parameters<Deps['ledger']['apply']>[1],
): Promise<readonly UnitResult[] | Refusal> {
  failpoint('master.before_ledger');
  const answer = await deps.ledger.apply(agent.storeId, units);
  failpoint('master.after_ledger');
  return answer.ok ? answer.results : answer.refusal;
}
