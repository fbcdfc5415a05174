import { assert, type Role } from '@holdfast/core/base';
import { convertTotal, type AgentStep, type Operation, type Settlement, unallocatedConversion } from '@holdfast/core/offers';
import { keyOfVolume } from '@holdfast/core/tasks';
import { currentTraceParent } from '@holdfast/platform/telemetry';
import type { Agent } from '../agents/agent-book';
import { destroyVolumes, type MeantVolume } from '../agents/destroy-volumes';
import { resizeCopies } from '../agents/resize-volume';
import { sendOperation } from '../agents/send-operation';
import type { Deps } from '../deps';
import { beginDrain } from '../drains/begin-drain';
import { bringExecutor } from '../executors/bring-executor';
import type { Framework } from '../frameworks';
import { rescindOffersWith } from '../offers/return-offers';
import { type Feedback, trackOperation } from '../operations/track-operation';
import { giveBack } from './give-back';
import { runGroup } from './run-group';
import { stageTask } from './stage-task';
import type { TakenOffers } from './take-offers';
import { tellRefusals } from './tell-refused';

/** What of the call is still needed once it is decided. */
export interface DecidedCall {
  readonly operations: readonly Operation[];
  /** Of its filter; absent: the default. */
  readonly refuseMs: number | undefined;
}

type ApplyStep = Extract<AgentStep, { kind: 'apply_operation' }>;

interface Stage {
  readonly deps: Deps;
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: Role;
  /** Calls back once for every volume whose data is gone. */
  readonly destroyed: () => void;
  readonly feedbackOf: (operationIndex: number) => Feedback | undefined;
}

/** Carries a settled ACCEPT out: the agent's total, its steps in order, then the rest to the allocator. */
export function carryOut(deps: Deps, framework: Framework, taken: TakenOffers, call: DecidedCall, settlement: Settlement): void {
  const { agent, offers } = taken;
  const total = convertTotal(agent.total, settlement.conversions.map(unallocatedConversion));
  // Planned in this very turn against this total, of which the offers are part: nothing has been done yet, and nothing may be done by halves.
  assert(total.ok, 'what an ACCEPT converts is part of the agent’s total');
  agent.total = total.value;
  tellRefusals(deps, framework, agent.id, call.operations, settlement.results);

  // Disk under a volume that is being destroyed is not offered before its data is gone (architecture 7).
  let awaited = settlement.destroying.length + 1;
  const destroyed = (count: number) => {
    awaited -= count;
    if (awaited > 0) return;
    const filtered = { resources: settlement.recoverFiltered, refuseMs: call.refuseMs };
    giveBack(deps, offers, { unfiltered: settlement.recoverUnfiltered, filtered });
  };
  const feedbackOf = (operationIndex: number) => {
    const operationId = settlement.results[operationIndex]?.refusal ? undefined : call.operations[operationIndex]?.id;
    return operationId === undefined ? undefined : { frameworkId: framework.id, operationId };
  };
  const stage: Stage = { deps, framework, agent, role: offers[0].role, destroyed: () => destroyed(1), feedbackOf };
  rescindOffersWith(
    deps,
    agent,
    settlement.resized.map(({ from }) => from),
  );
  for (const step of settlement.agentSteps) takeStep(stage, step);
  useResources(deps, taken, settlement);
  for (const { from, to } of settlement.resized) resizeCopies(deps, agent, from, to);
  // The allocator has the volumes of this very ACCEPT by now.
  for (const draining of settlement.draining) beginDrain(deps, agent, draining);
  destroyed(1);
}

function takeStep(stage: Stage, step: AgentStep): void {
  const { deps, framework, agent, role } = stage;
  switch (step.kind) {
    case 'run_group':
      return runGroup(deps, framework, agent, role, step);
    case 'apply_operation':
      return applyOperation(stage, step);
    case 'run_task': {
      const { info, launchId, executor } = step.task;
      if (executor) bringExecutor(deps, framework, agent, role, executor);
      stageTask(deps, framework, agent, role, step.task, info);
      const traceParent = currentTraceParent();
      agent.link?.send({
        kind: 'run_task',
        framework: framework.info,
        info,
        launchId,
        ledgerRevision: deps.ledger.revisionOf(agent.storeId),
        ...(traceParent !== undefined && { traceParent }),
      });
    }
  }
}

function applyOperation({ deps, agent, destroyed, feedbackOf }: Stage, step: ApplyStep): void {
  const { operation, operationIndex } = step;
  const feedback = feedbackOf(operationIndex);
  if (feedback) trackOperation(deps, agent, feedback);
  if (operation.type === 'DESTROY') {
    const volumes = volumesOf(step);
    // With an id the operation is over when all of its volumes are gone; without, none waits for another.
    const parts = feedback ? [volumes] : volumes.map((volume) => [volume]);
    for (const part of parts) destroyVolumes(deps, agent, part, feedback, () => part.forEach(destroyed));
    return;
  }
  sendOperation(deps, agent, operation, feedback, (refusal) => {
    if (refusal) agent.link?.drop(`it could not carry out ${operation.type}: ${refusal.message}`);
    else if (operation.type === 'CREATE') confirmCreated(deps, agent, step);
  });
}

function confirmCreated(deps: Deps, agent: Agent, step: ApplyStep): void {
  for (const { resource, generation } of volumesOf(step)) {
    void deps.ledger.record(agent.storeId, { kind: 'confirm_created', volume: keyOfVolume(resource), generation });
  }
}

/** Of a CREATE or DESTROY. */
function volumesOf({ operation, generations }: ApplyStep): readonly MeantVolume[] {
  const resources = 'resources' in operation ? operation.resources : [];
  return resources.map((resource, at) => ({ resource, generation: generations[at] ?? 0 }));
}

function useResources(deps: Deps, { agent, offers }: TakenOffers, { conversions, used }: Settlement): void {
  const where = { frameworkId: offers[0].frameworkId, agentId: agent.id, role: offers[0].role };
  if (conversions.length > 0) {
    deps.allocator.change({ kind: 'convert_allocation', ...where, conversions: conversions.map(unallocatedConversion) });
  }
  if (!used.isEmpty) deps.allocator.change({ kind: 'use_resources', ...where, resources: used.unallocate() });
}
