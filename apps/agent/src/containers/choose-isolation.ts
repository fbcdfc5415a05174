import type { Logger } from '@holdfast/platform/process';
import { StartFault } from '../store';
import { type ContainerRuntime, namespacesProblem } from './container-runtime';
import type { Isolation } from './container-spec';

/** Which of the two this agent runs tasks with: what it was told, or the better one that the machine allows. Throws StartFault if it cannot obey. */
export async function chooseIsolation(
  wanted: Isolation | 'auto',
  runtime: ContainerRuntime,
  metaDirectory: string,
  log: Logger,
): Promise<Isolation> {
  if (wanted === 'plain') return wanted;
  const problem = await namespacesProblem(runtime, metaDirectory);
  if (problem === undefined) return 'namespaces';
  if (wanted === 'namespaces') {
    throw new StartFault(
      `This machine does not let the agent give tasks namespaces of their own: ${problem}. Run it as root, or set HOLDFAST_AGENT_ISOLATION to plain, which has no read-only volumes.`,
    );
  }
  log.warn({ problem }, 'tasks run without namespaces of their own: volumes are links, and a volume that is wanted read-only is refused');
  return 'plain';
}
