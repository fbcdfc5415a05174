import type { BookChange } from '@holdfast/contracts';
import { asBookChange as agentChange } from './agents';
import type { Deps } from './deps';
import { asBookChange as frameworkChange } from './frameworks/framework-book';

/** Everything the allocator is to know, taken at one instant; frameworks first, since agents name them. */
export function snapshotBooks(deps: Deps): readonly BookChange[] {
  // A new stream counts its requests from one, and nothing is allocated on it before it has seen all of this.
  for (const agent of deps.agents.all()) agent.bookedInRequest = 0;
  const frameworks = [...deps.frameworks.all()].map(frameworkChange);
  const agents = [...deps.agents.all()]
    .filter(({ state }) => state === 'connected' || state === 'disconnected')
    .map((agent) => agentChange(deps, agent));
  return [...frameworks, ...agents];
}
