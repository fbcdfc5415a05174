import { isPersistentVolume, type Resource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { ReconcileOutcome } from '@holdfast/core/volumes';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { noteDrain } from './begin-drain';
import { failOperation } from './end-drain';
import type { VolumeDrain } from './volume-drain';

/** The report of an agent is being taken: what its store waited for before is set aside, also under an id that the agent had before. */
export function closeDrains(deps: Deps, { storeId }: Agent): readonly VolumeDrain[] {
  const drains = [...deps.agents.all()].filter((each) => each.storeId === storeId).flatMap((each) => takeAll(each));
  for (const drain of drains) drain.stopDeadline();
  return drains;
}

function takeAll(agent: Agent): VolumeDrain[] {
  const drains = [...agent.drains.values()];
  agent.drains.clear();
  return drains;
}

/**
 * What waits goes on waiting, as the ledger says it after the report; also in a master that has never heard of it. While the ledger says
 * nothing, what waited before. Before the allocator hears of the agent, so that it never knows what is withheld.
 */
export function resumeDrains(deps: Deps, agent: Agent, outcome: ReconcileOutcome, before: readonly VolumeDrain[]): void {
  const reported = new Map(
    agent.total
      .filter(isPersistentVolume)
      .toList()
      .map((resource) => [keyOfVolume(resource), resource]),
  );
  const resume = ({ volume, generation, terms }: Pick<VolumeDrain, 'volume' | 'generation' | 'terms'>) => {
    const resource: Resource | undefined = reported.get(volume);
    if (resource) noteDrain(deps, agent, { resource, generation, terms }).isWithheld = !terms.admitsReaders;
  };
  if (outcome.refusal) {
    before.forEach(resume);
    return;
  }
  for (const { volume, generation, drain } of outcome.draining) resume({ volume, generation, terms: drain });
  const goesOn = new Set([...outcome.draining, ...outcome.destroying].map(({ volume, generation }) => `${volume} ${generation}`));
  for (const drain of before) {
    const { volume, generation } = drain;
    if (!goesOn.has(`${volume} ${generation}`))
      failOperation(deps, drain, `No destroy of volume ${volume} waits any longer, as the ledger has it.`);
  }
}
