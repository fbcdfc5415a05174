import { refuse, type AgentId, type Refusal } from '@holdfast/core/base';
import { applyCheckpointed, Resources } from '@holdfast/core/resources';
import { isTerminal, keyOfVolume, volumesOf } from '@holdfast/core/tasks';
import type { ReconcileOutcome, StoreReport } from '@holdfast/core/volumes';
import type { AgentMessage, ReportedTask } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { closeDrains, resumeDrains } from '../drains/resume-drains';
import { rebuildExecutors } from '../executors/rebuild-executors';
import { rescindOffer } from '../offers/return-offers';
import { adoptOperations } from '../operations/adopt-operations';
import { adoptTasks } from '../tasks/adopt-tasks';
import { newAgent, type Agent, type AgentLink, type StateBefore } from './agent-book';
import { heardFrom } from './heard-from';
import { asBookChange } from './agent-snapshot';
import { destroyAnew, findDoomed } from './destroy-anew';
import { remember } from './remember-agent';

export type Register = Extract<AgentMessage, { kind: 'register' }>;

/**
 * Admits an agent with what it reports: its volumes and tasks are the truth (architecture section 6), and the ledger is
 * reconciled with them before anything of it may be destroyed. An unreachable ledger does not keep an agent out: tasks
 * without volumes need none.
 */
export async function registerAgent(deps: Deps, register: Register, link: AgentLink): Promise<Agent | Refusal> {
  const total = applyCheckpointed(register.configured, register.checkpointed);
  if (!total.ok) return refuse('agent_refused', { problem: total.refusal.message });
  await deps.leadership.raiseAbove(register.highestEpoch);
  const known = admitted(deps, register);
  const agent = known ?? admit(deps, register, total.value);
  // Who waits in the queue for a word over an earlier stream would keep this one waiting.
  deps.inspections.interrupt(agent.storeId);
  return agent.queue.run(() => takeReport(deps, agent, known ? known.state : 'unknown', register, total.value, link));
}

let agentCount = 0;

function admitted(deps: Deps, { agent: { id }, storeId }: Register): Agent | undefined {
  const known = id === undefined ? undefined : deps.agents.get(id);
  return known?.storeId === storeId ? known : undefined;
}

function admit(deps: Deps, { agent: info, storeId }: Register, total: Resources): Agent {
  // An id that is known for another store was copied together with a work directory: the newcomer gets its own.
  const id: AgentId = info.id !== undefined && !deps.agents.get(info.id) ? info.id : `${deps.leadership.masterId}-S${agentCount++}`;
  const agent = newAgent(id, storeId, info, total);
  deps.agents.put(agent);
  return agent;
}

async function takeReport(
  deps: Deps,
  agent: Agent,
  before: StateBefore,
  register: Register,
  total: Resources,
  link: AgentLink,
): Promise<Agent> {
  const destroying = [...agent.destroying];
  const draining = closeDrains(deps, agent);
  closeEarlierRegistration(deps, agent, link);
  const outcome = await deps.ledger.reconcile(reportOf(agent, register));
  if (!outcome.refusal) agent.reportBy = undefined;
  logReconciliation(deps, agent, outcome);

  const doomed = findDoomed(total, outcome, destroying);
  agent.info = { ...register.agent, id: agent.id };
  agent.state = 'connected';
  // The ledger may have taken its time; all that while it was not pinged.
  heardFrom(deps, agent);
  agent.isReconciled = outcome.refusal === undefined;
  agent.total = total.subtract(Resources.of(doomed.map(({ resource }) => resource)));
  agent.unreachableSinceMs = undefined;
  remember(deps, agent);
  link.send({
    kind: 'registered',
    agentId: agent.id,
    pingIntervalMs: deps.settings.agentPingIntervalMs,
    pingTimeoutMs: deps.settings.agentTimeoutMs,
  });
  adoptTasks(deps, agent, register.tasks, before);
  rebuildExecutors(deps, agent, register.executors);
  resumeDrains(deps, agent, outcome, draining);
  agent.bookedInRequest = deps.allocator.change(asBookChange(deps, agent));
  destroyAnew(deps, agent, doomed);
  adoptOperations(deps, agent, register.operations);
  deps.log.info(
    { agentId: agent.id, storeId: agent.storeId, total: agent.total.toString(), tasks: register.tasks.length },
    'agent registered',
  );
  deps.registrations.announce(agent);
  return agent;
}

/** From here on nothing that belongs to an earlier stream of this agent has an effect. */
function closeEarlierRegistration(deps: Deps, agent: Agent, link: AgentLink): void {
  agent.registration++;
  agent.link?.drop('it has registered over a newer stream');
  agent.link = link;
  heardFrom(deps, agent);
  agent.operations.forget();
  agent.destroying.clear();
  for (const offer of deps.offers.ofAgent(agent.id)) rescindOffer(deps, offer);
  deps.offers.forgetSettling(agent.id);
}

function reportOf(agent: Agent, register: Register): Parameters<Deps['ledger']['reconcile']>[0] {
  return {
    agentRevision: register.ledgerRevision,
    ...(agent.reportBy !== undefined && { by: agent.reportBy }),
    storeId: agent.storeId,
    agentId: agent.id,
    volumes: register.checkpointed
      .persistentVolumes()
      .toList()
      .map((resource) => {
        const principal = resource.disk?.persistence?.principal;
        return { volume: keyOfVolume(resource), resource, ...(principal !== undefined && { principal }) };
      }),
    holders: register.tasks.filter(({ state, isHolding }) => isHolding || !isTerminal(state)).map((task) => holderOf(agent, task)),
  };
}

function holderOf(agent: Agent, { framework, info, launchId, state, isHolding }: ReportedTask): StoreReport['holders'][number] {
  return {
    holder: { frameworkId: framework.id ?? '', taskId: info.taskId, launchId, agentId: agent.id },
    state: isHolding ? 'ending' : state === 'TASK_RUNNING' || state === 'TASK_KILLING' ? 'running' : 'pending',
    volumes: volumesOf(info).map(({ volume, mode }) => ({ volume, mode })),
  };
}

function logReconciliation(deps: Deps, agent: Agent, outcome: ReconcileOutcome): void {
  if (outcome.refusal) {
    deps.log.warn(
      { agentId: agent.id, refusal: outcome.refusal.message },
      'the ledger could not be reconciled; the agent is asked to report again when it is back',
    );
  }
  for (const difference of outcome.differences)
    deps.log.warn({ agentId: agent.id, storeId: agent.storeId, difference }, 'ledger reconciled');
}
