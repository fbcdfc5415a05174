import { isTerminal } from '@holdfast/core/tasks';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { sendKill } from '../tasks/kill-task';
import { drainIsCancelled } from './end-drain';
import type { VolumeDrain } from './volume-drain';
import { withhold } from './withhold';

/** Between attempts to take a destroy back while the ledger does not answer. */
const RETRY_MS = 1_000;

/** Has the drain's outcome come about at its deadline, if it has one; at once, if that has passed. */
export function startDeadline(deps: Deps, agent: Agent, drain: VolumeDrain): void {
  const { deadlineAtMs } = drain.terms;
  if (deadlineAtMs !== undefined) wait(deps, agent, drain, Math.max(0, deadlineAtMs - deps.world.nowMs()));
}

function wait(deps: Deps, agent: Agent, drain: VolumeDrain, delayMs: number): void {
  drain.stopDeadline = deps.world.after(delayMs, () => void agent.queue.run(() => deadlineIsOver(deps, agent, drain)));
}

async function deadlineIsOver(deps: Deps, agent: Agent, drain: VolumeDrain): Promise<void> {
  // The last holder has left meanwhile, or it was taken back.
  if (agent.drains.get(drain.volume) !== drain) return;
  if (drain.terms.onDeadline === 'kill') killHolders(deps, agent, drain);
  else await cancel(deps, agent, drain);
}

/** By their own kill policy, and for an agent that is away as soon as it is back; as ever they hold the volume until they are gone. */
function killHolders(deps: Deps, agent: Agent, drain: VolumeDrain): void {
  // Who came after this would never be killed.
  withhold(deps, agent, drain);
  const holders = deps.tasks
    .ofAgent(agent.id)
    .filter((task) => !task.gone && !isTerminal(task.state) && task.volumes.some(({ volume }) => volume === drain.volume));
  deps.log.warn(
    { agentId: agent.id, volume: drain.volume, tasks: holders.map(({ taskId }) => taskId) },
    'a volume was to be unused by now; the tasks that hold it are killed',
  );
  for (const task of holders) sendKill(deps, task);
}

async function cancel(deps: Deps, agent: Agent, drain: VolumeDrain): Promise<void> {
  const { volume, generation } = drain;
  const answer = await deps.ledger.apply(agent.storeId, [{ kind: 'cancel_destroy', volume, generation, cause: 'deadline' }]);
  const refusal = answer.ok ? answer.results[0]?.refusal : answer.refusal;
  if (!refusal) return drainIsCancelled(deps, agent, drain, `Volume ${volume} was still in use at the deadline; it is not destroyed.`);
  deps.log.info({ agentId: agent.id, volume, refusal: refusal.message }, 'the destroy was not taken back at its deadline');
  // The last holder was faster, and the ledger has said so or is about to. A ledger that is away says nothing of that.
  if (!answer.ok && agent.drains.get(volume) === drain) wait(deps, agent, drain, RETRY_MS);
}
