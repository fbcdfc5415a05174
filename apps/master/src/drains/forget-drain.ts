import type { Agent } from '../agents/agent-book';
import type { VolumeDrain } from './volume-drain';

/** It waits no longer, whatever comes of it. */
export function forgetDrain(agent: Agent, drain: VolumeDrain): void {
  drain.stopDeadline();
  agent.drains.delete(drain.volume);
}
