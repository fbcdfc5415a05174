import type { Deps } from '../deps';
import type { Agent } from './agent-book';

/** Whatever an agent says is as good as a pong: it has missed none, and is not marked unreachable (D-070). */
export function heardFrom(deps: Pick<Deps, 'world'>, agent: Agent): void {
  agent.lastHeardMs = deps.world.nowMs();
  agent.missedPings = 0;
  agent.marking?.callOff();
}
