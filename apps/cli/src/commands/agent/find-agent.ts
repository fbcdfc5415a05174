import type { AgentsAnswer } from '@holdfast/contracts';
import { nearMatch } from '@holdfast/core/base';
import { CommandFailed, EXIT } from '../../exit-code';

type KnownAgent = AgentsAnswer['agents'][number];

/** By its id, else by its hostname, else by how its id begins. Ends the command unless exactly one is meant. */
export function findAgent(agents: readonly KnownAgent[], wanted: string): KnownAgent {
  const ways: readonly ((agent: KnownAgent) => boolean)[] = [
    ({ info }) => info.id === wanted,
    ({ info }) => info.hostname === wanted,
    ({ info }) => info.id?.startsWith(wanted) === true,
  ];
  for (const isMeant of ways) {
    const [found, ...others] = agents.filter(isMeant);
    if (found && others.length === 0) return found;
    if (found) {
      const named = [found, ...others].map(({ info }) => `${info.id} (${info.hostname}:${info.httpPort})`).join(', ');
      throw new CommandFailed(EXIT.usage, `${wanted} can mean several agents: ${named}. Give more of the id.`);
    }
  }
  const meant = nearMatch(
    wanted,
    agents.flatMap(({ info }) => [info.id ?? [], info.hostname].flat()),
  );
  const advice = meant === undefined ? '"holdfast agent list" shows those there are.' : `Did you mean ${meant}?`;
  throw new CommandFailed(EXIT.refused, `No agent ${wanted} is registered with the master. ${advice}`);
}
