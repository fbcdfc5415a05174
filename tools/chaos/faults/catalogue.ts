import { FAILPOINTS } from '@holdfast/platform/failpoints';
import { dieAt } from './failpoint-fault';
import type { Fault } from './fault';
import { cuts } from './network-faults';
import { freeze, kill } from './process-faults';
import { truncateRedis } from './truncate-redis';

/** Everything that can be done to a cluster of these services and links. */
export const allFaults = (services: readonly string[], links: readonly string[]): readonly Fault[] => [
  ...services.map(kill),
  ...services.map(freeze),
  ...FAILPOINTS.map(dieAt),
  truncateRedis,
  ...links.flatMap(cuts),
];

/** One of each kind where it hurts most. For a run that must end soon. */
export const TELLING = [
  'kill:volume-registry',
  'kill:allocator',
  'kill:master',
  'kill:agent-1',
  'kill:redis',
  'truncate:redis',
  'cut:agent-1-master:reset',
  'die:registry.after_script',
  'die:master.after_ledger',
  'die:master.before_release',
  'die:agent.before_commit',
  'die:agent.before_gone',
] as const;

/** Those whose name begins with one of the words of `list` (`kill,die:agent`); throws on a word that chooses nothing. */
export function chooseFaults(faults: readonly Fault[], list: string): readonly Fault[] {
  const words = list.split(',').map((word) => word.trim());
  for (const word of words)
    if (!faults.some(({ name }) => name.startsWith(word)))
      throw new Error(`there is no fault '${word}'; there are: ${faults.map(({ name }) => name).join(', ')}`);
  return faults.filter(({ name }) => words.some((word) => name.startsWith(word)));
}
