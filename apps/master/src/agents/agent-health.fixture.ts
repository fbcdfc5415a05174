import type { MasterStory, StoryAgent } from '../master.fixture';
import type { Agent } from './agent-book';
import { watchAgents } from './agent-health';
import { heardFrom } from './heard-from';

export interface Watch {
  /** Why the master wanted to end. */
  readonly ends: readonly string[];
  /** Time goes by, and what follows from it happens. */
  pass(ms: number): Promise<void>;
  stop(): void;
}

/** For tests: the master watches its agents. They stay silent unless `pong` is called. */
export function watched(story: MasterStory, recovered: readonly Agent[] = []): Watch {
  const ends: string[] = [];
  const stop = watchAgents(story.deps, recovered, (problem) => void ends.push(problem));
  const pass = async (ms: number) => {
    story.world.advance(ms);
    await new Promise(setImmediate);
  };
  return { ends, pass, stop };
}

export const pong = (story: MasterStory, { agent }: StoryAgent): void => heardFrom(story.deps, agent);

/** As it tells a master of itself when it comes back. */
export const agentInfoOf = ({ agent }: StoryAgent) => ({ id: agent.id, hostname: 'host-1', httpPort: 5051, attributes: [] });
