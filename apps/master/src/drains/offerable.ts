import { Resources } from '@holdfast/core/resources';
import type { Agent } from '../agents/agent-book';

/** What of an agent may be offered: all that it has, but for volumes that wait for their last holder and take no new one. */
export function offerable({ total, drains }: Pick<Agent, 'total' | 'drains'>): Resources {
  // Every offer asks this.
  if (drains.size === 0) return total;
  const withheld = [...drains.values()].filter(({ isWithheld }) => isWithheld);
  return total.subtract(Resources.of(withheld.map(({ resource }) => resource)));
}
