import { isTerminal } from '@holdfast/core/tasks';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { decideStatus } from './send-status';

/** Tells the frameworks that their tasks on a silent agent are unreachable (D-075); holders stay, since silence releases nothing. */
export function markUnreachable(deps: Deps, agent: Agent, message: string): void {
  for (const task of deps.tasks.ofAgent(agent.id)) {
    if (!isTerminal(task.state)) decideStatus(deps, task, 'TASK_UNREACHABLE', 'REASON_AGENT_REMOVED', message);
  }
}
