import { ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import { planAccept, settleAccept, type AcceptContext } from '@holdfast/core/offers';
import { Resources } from '@holdfast/core/resources';
import type { UnitResult } from '@holdfast/core/volumes';
import type { AcceptRequest, AcceptResponse } from '@holdfast/contracts';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { carryOut } from './carry-out';
import { takeOffers, type TakenOffers } from './take-offers';

/**
 * Takes the offers, decides, asks the ledger once, then carries the plan out in the order it was written (architecture 7).
 * Answers with one result per operation and per task. Refused as a whole: `offer_gone`, `offer_not_yours`, `offers_mixed`,
 * `agent_disconnected`.
 */
export async function acceptOffers(deps: Deps, framework: Framework, request: AcceptRequest): Promise<Result<AcceptResponse>> {
  const startedMs = deps.world.nowMs();
  const taken = takeOffers(deps, framework, request.offerIds);
  if (!taken.ok) return taken;
  const { agent, offers } = taken.value;
  const answer = await agent.queue.run(() =>
    withSpan(
      'accept',
      {
        [ATTR.frameworkId]: framework.id,
        [ATTR.agentId]: agent.id,
        [ATTR.offerCount]: offers.length,
        [ATTR.operationCount]: request.operations.length,
      },
      () => decide(deps, framework, taken.value, request),
    ),
  );
  deps.metrics.accepted(deps.world.nowMs() - startedMs);
  return answer;
}

async function decide(deps: Deps, framework: Framework, taken: TakenOffers, request: AcceptRequest): Promise<Result<AcceptResponse>> {
  const { agent, registration, offers } = taken;
  const gone = () => refused(refuse('agent_disconnected', { agentId: agent.id }));
  // A later registration has refilled the books without these offers: nothing is owed to the allocator.
  if (agent.registration !== registration) return gone();
  const context: AcceptContext = {
    framework: framework.info,
    agentId: agent.id,
    agentTotal: agent.total,
    role: offers[0].role,
    offered: offers.reduce((sum, offer) => sum.add(offer.resources), Resources.empty),
    isTaskKnown: (taskId) => deps.tasks.get(framework.id, taskId) !== undefined,
    newLaunchId: () => deps.world.ids.uuid(),
  };
  const plan = planAccept(context, request.operations);
  const ledger = plan.units.length > 0 ? await askLedger(deps, taken, plan.units) : [];
  // The ledger may hold what was just decided for an agent that broke off meanwhile; its next report puts that right.
  if (agent.registration !== registration) return gone();
  const settlement = settleAccept(plan, context, ledger);
  carryOut(deps, framework, taken, request, settlement);
  return ok({ results: settlement.results });
}

async function askLedger(
  deps: Deps,
  { agent }: TakenOffers,
  units: Parameters<Deps['ledger']['apply']>[1],
): Promise<readonly UnitResult[] | Refusal> {
  const answer = await deps.ledger.apply(agent.storeId, units);
  return answer.ok ? answer.results : answer.refusal;
}
