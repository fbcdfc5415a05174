import { authorize } from '@holdfast/core/authorization';
import { type Holder, ok, type Principal, refuse, refused, type Result } from '@holdfast/core/base';
import { isTerminal } from '@holdfast/core/tasks';
import type { LedgerUnit, LedgerVolume } from '@holdfast/core/volumes';
import type { ReleaseHolderAnswer, ReleaseHolderRequest } from '@holdfast/contracts';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { findVolume, inQueueOf } from './find-volume';

/**
 * Takes a task out of the holders of a volume without evidence that its process is gone, also while its agent is away. For the day when no
 * evidence will ever come: whoever runs all the same is a holder again with the next report of its agent, which until then refuses to delete what
 * a container of its own has mounted. The task itself is left alone; at its real end it is released once more, which changes nothing (promise 6).
 * Refused: `invalid_argument` without a reason, `agent_unknown`, `volume_not_found`, `unauthorized`, `holder_unknown`, `ledger_unavailable`.
 */
export function releaseHolder(
  deps: Deps,
  caller: Principal | undefined,
  request: ReleaseHolderRequest,
): Promise<Result<ReleaseHolderAnswer>> {
  if (request.reason.trim() === '') {
    const problem = 'say why, in a few words: the reason stands in the history of the volume';
    return Promise.resolve(refused(refuse('invalid_argument', { field: 'reason', problem })));
  }
  return inQueueOf(deps, request, async (agent) => {
    const found = await findVolume(deps, agent, request);
    if (!found.ok) return found;
    const denied = authorize(deps.acls, caller, { kind: 'force_release', roles: [request.role] });
    if (denied) return refused(denied);
    const meant = found.value.holders.filter((holder) => isMeant(holder, request));
    if (meant.length === 0) {
      const { role, persistenceId, frameworkId, taskId } = request;
      return refused(refuse('holder_unknown', { role, persistenceId, frameworkId, taskId }));
    }
    return release(deps, agent, found.value, meant, { reason: request.reason.trim(), by: caller });
  });
}

const isMeant = (holder: Holder, { frameworkId, taskId, launchId }: ReleaseHolderRequest): boolean =>
  holder.frameworkId === frameworkId && holder.taskId === taskId && (launchId === undefined || holder.launchId === launchId);

async function release(
  deps: Deps,
  agent: Agent,
  known: LedgerVolume,
  released: readonly Holder[],
  { reason, by }: { readonly reason: string; readonly by: Principal | undefined },
): Promise<Result<ReleaseHolderAnswer>> {
  const { volume } = known;
  const units = released.map(({ frameworkId, taskId, launchId, agentId }): LedgerUnit => {
    const holder = { frameworkId, taskId, launchId, agentId };
    return { kind: 'release_volumes', holder, volumes: [volume], cause: `forced: ${reason}`, ...(by !== undefined && { by }) };
  });
  const answer = await deps.ledger.apply(agent.storeId, units);
  if (!answer.ok) return answer;
  const refusal = answer.results.find((result) => result.refusal)?.refusal;
  if (refusal) return refused(refusal);
  for (const holder of released) warn(deps, agent, holder, volume, reason, by);

  const isDrained = answer.results.some(({ drained }) => drained?.some((each) => each.volume === volume));
  const holders = known.holders.filter((holder) => !released.includes(holder));
  const state = isDrained ? 'destroying' : known.state;
  return ok({ released, volume: { ...known, state, holders, revision: answer.revision } });
}

function warn(deps: Deps, agent: Agent, holder: Holder, volume: string, reason: string, by: Principal | undefined): void {
  const task = deps.tasks.get(holder.frameworkId, holder.taskId);
  const runs = agent.state === 'connected' && task?.launchId === holder.launchId && !task.gone && !isTerminal(task.state);
  deps.log.warn(
    { agentId: agent.id, volume, frameworkId: holder.frameworkId, taskId: holder.taskId, launchId: holder.launchId, reason, by },
    runs
      ? 'a holder was released by force although its task runs, as far as is known: it holds the volume again with the next report of its agent'
      : 'a holder was released by force',
  );
}
