import type { Deps } from '../deps';
import { operationsUnreachable } from '../operations/adopt-operations';
import { markUnreachable } from '../tasks/mark-unreachable';
import type { Agent } from './agent-book';
import { disconnectAgent } from './disconnect-agent';
import { admittedAs, remember } from './remember-agent';
import type { RemovalTurns } from './removal-turns';

/** An agent on its way to unreachable: it waits its turn, then for Redis. */
export interface Marking {
  isCalledOff: boolean;
  /** It has been heard from. */
  callOff(): void;
}

/** Marks an agent unreachable when its turn has come, unless it is heard from before. Asking again while it waits changes nothing. */
export function scheduleMarking(deps: Deps, turns: RemovalTurns, agent: Agent, why: string): void {
  if (agent.marking) return;
  let giveUpTurn: () => void = () => undefined;
  const marking: Marking = {
    isCalledOff: false,
    callOff() {
      marking.isCalledOff = true;
      agent.marking = undefined;
      giveUpTurn();
      deps.log.info({ agentId: agent.id }, 'agent heard from; it is not marked unreachable');
    },
  };
  agent.marking = marking;
  deps.log.warn({ agentId: agent.id, why }, 'agent is to be marked unreachable');
  giveUpTurn = turns.take(() => void mark(deps, agent, marking, why));
}

/** On record first: what frameworks are told, the next master knows, too (D-075). */
async function mark(deps: Deps, agent: Agent, marking: Marking, why: string): Promise<void> {
  const sinceMs = deps.world.nowMs();
  try {
    await deps.agentStore.save(admittedAs(agent, sinceMs));
  } catch (cause) {
    deps.log.error({ err: cause, agentId: agent.id }, 'unreachable agent not written to Redis; trying again');
    deps.world.after(deps.settings.agentPingIntervalMs, () => {
      if (!marking.isCalledOff) void mark(deps, agent, marking, why);
    });
    return;
  }
  // An ACCEPT that is under way is carried out first, so that its tasks are among those that are unreachable.
  deps.inspections.interrupt(agent.storeId);
  await agent.queue.run(() => {
    if (!marking.isCalledOff) return becomeUnreachable(deps, agent, sinceMs, why);
    // A later marking has its own record to set right.
    if (!agent.marking && agent.state !== 'unreachable') remember(deps, agent);
  });
}

/** Its offers are rescinded, its tasks and operations unreachable; every framework hears that it is lost (D-075). Its holders stay. */
function becomeUnreachable(deps: Deps, agent: Agent, sinceMs: number, why: string): void {
  const { link } = agent;
  deps.log.warn({ agentId: agent.id, why }, 'agent unreachable');
  agent.marking = undefined;
  link?.drop(`it is unreachable: it ${why}`);
  if (link) disconnectAgent(deps, agent, link);
  agent.state = 'unreachable';
  agent.unreachableSinceMs = sinceMs;
  agent.bookedInRequest = deps.allocator.change({ kind: 'remove_agent', agentId: agent.id });
  markUnreachable(deps, agent, `Agent ${agent.id} is unreachable: it ${why}`);
  operationsUnreachable(deps, agent);
  for (const framework of deps.frameworks.all()) framework.stream?.send({ type: 'FAILURE', agentId: agent.id });
}
