import type { AccessMode, Holder, HolderState } from '@holdfast/core/base';
import type { HolderRef } from '@holdfast/core/volumes';

/** How `holder.lua` writes a holder. */
interface HolderWords {
  readonly framework: string;
  readonly task: string;
  readonly launch: string;
  readonly agent: string;
  readonly mode: AccessMode;
  readonly state: HolderState;
  readonly since_ms: number;
}

/** The part of a written holder that never changes, without its braces. */
export function holderFacts({ frameworkId, taskId, launchId, agentId }: HolderRef): string {
  const facts: Pick<HolderWords, 'framework' | 'task' | 'launch' | 'agent'> = {
    framework: frameworkId,
    task: taskId,
    launch: launchId,
    agent: agentId,
  };
  return JSON.stringify(facts).slice(1, -1);
}

export function readHolder(text: string): Holder {
  const { framework, task, launch, agent, mode, state, since_ms } = JSON.parse(text) as HolderWords;
  return { frameworkId: framework, taskId: task, launchId: launch, agentId: agent, mode, state, sinceMs: since_ms };
}
