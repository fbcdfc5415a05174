import { normaliseRefuseMs, type AgentStep, type Conversion, type Settlement } from '@holdfast/core/offers';
import type { Resource, Resources } from '@holdfast/core/resources';
import { keyOfVolume, refusedLaunchStatus } from '@holdfast/core/tasks';
import type { AcceptRequest } from '@holdfast/contracts';
import { currentTraceParent } from '@holdfast/platform/telemetry';
import type { Agent } from '../agents/agent-book';
import { destroyVolume } from '../agents/destroy-volumes';
import { sendOperation } from '../agents/send-operation';
import type { Deps } from '../deps';
import type { Framework } from '../frameworks';
import { sendStatus } from '../tasks/send-status';
import { stageTask } from './stage-task';
import type { TakenOffers } from './take-offers';

/** Carries a settled ACCEPT out: the agent's total, its steps in order, then the rest to the allocator. */
export function carryOut(deps: Deps, framework: Framework, taken: TakenOffers, request: AcceptRequest, settlement: Settlement): void {
  const { agent, offers } = taken;
  agent.total = settlement.conversions.reduce(convertTotal, agent.total);
  tellRefusedTasks(deps, framework, agent, settlement);

  // Disk under a volume that is being destroyed is not offered before its data is gone (architecture 7).
  let awaited = settlement.destroying.length + 1;
  const giveBack = () => {
    if (--awaited === 0) settleBooks(deps, taken, request, settlement);
  };
  for (const step of settlement.agentSteps) takeStep(deps, framework, agent, offers[0].role, step, giveBack);
  useResources(deps, taken, settlement);
  giveBack();
}

/** Extra copies of a shared volume (nothing consumed) never change the total. */
const convertTotal = (total: Resources, { consumed, produced }: Conversion): Resources =>
  consumed.isEmpty ? total : total.subtract(consumed.unallocate()).add(produced.unallocate());

function takeStep(deps: Deps, framework: Framework, agent: Agent, role: string, step: AgentStep, destroyed: () => void): void {
  if (step.kind === 'run_task') {
    stageTask(deps, framework, agent, role, step.task);
    const traceParent = currentTraceParent();
    agent.link?.send({
      kind: 'run_task',
      framework: framework.info,
      info: step.task.info,
      launchId: step.task.launchId,
      ledgerRevision: deps.ledger.revisionOf(agent.storeId),
      ...(traceParent !== undefined && { traceParent }),
    });
    return;
  }
  const { operation } = step;
  if (operation.type === 'DESTROY') {
    for (const volume of operation.resources) destroyVolume(deps, agent, volume, destroyed);
    return;
  }
  sendOperation(deps, agent, operation, (refusal) => {
    if (refusal) agent.link?.drop(`it could not carry out ${operation.type}: ${refusal.message}`);
    else if (operation.type === 'CREATE') confirmCreated(deps, agent, operation.resources);
  });
}

function confirmCreated(deps: Deps, agent: Agent, volumes: readonly Resource[]): void {
  for (const volume of volumes) void deps.ledger.record(agent.storeId, { kind: 'confirm_created', volume: keyOfVolume(volume) });
}

function useResources(deps: Deps, { agent, offers }: TakenOffers, settlement: Settlement): void {
  const where = { frameworkId: offers[0].frameworkId, agentId: agent.id, role: offers[0].role };
  const conversions = settlement.conversions.map(({ consumed, produced }) => ({
    consumed: consumed.unallocate(),
    produced: produced.unallocate(),
  }));
  if (conversions.length > 0) deps.allocator.change({ kind: 'convert_allocation', ...where, conversions });
  if (!settlement.used.isEmpty) deps.allocator.change({ kind: 'use_resources', ...where, resources: settlement.used.unallocate() });
}

/** The rest goes back: what was converted without filter, what was left untouched with the call's (A-072, B-079). */
function settleBooks(deps: Deps, { agent, offers }: TakenOffers, request: AcceptRequest, settlement: Settlement): void {
  if (!deps.offers.endSettling(offers)) return;
  const where = {
    kind: 'recover_resources',
    frameworkId: offers[0].frameworkId,
    agentId: agent.id,
    role: offers[0].role,
    offered: true,
  } as const;
  const { recoverUnfiltered, recoverFiltered } = settlement;
  if (!recoverUnfiltered.isEmpty) deps.allocator.change({ ...where, resources: recoverUnfiltered.unallocate() });
  if (!recoverFiltered.isEmpty) {
    deps.allocator.change({ ...where, resources: recoverFiltered.unallocate(), refuseMs: normaliseRefuseMs(request.filters.refuseMs) });
  }
}

/** A refused task is also told as a status, as frameworks expect that listen to events only. */
function tellRefusedTasks(deps: Deps, framework: Framework, agent: Agent, settlement: Settlement): void {
  for (const { type, refusal, tasks } of settlement.results) {
    deps.metrics.operation(type, refusal?.code);
    for (const task of tasks) {
      if (!task.refusal) continue;
      const status = refusedLaunchStatus({
        taskId: task.taskId,
        agentId: agent.id,
        refusal: task.refusal,
        timestampMs: deps.world.nowMs(),
        partitionAware: true,
      });
      deps.metrics.taskState(status.state);
      sendStatus(framework, status);
    }
  }
}
