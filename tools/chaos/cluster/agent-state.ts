import type { ReadyInfo } from '@holdfast/testing/cluster';

/** What is read of an agent's GET /state. */
export interface AgentState {
  readonly id: string;
  readonly store_id: string;
  readonly registered: boolean;
  readonly highest_epoch: number;
  readonly isolation: string;
  readonly configured_resources: readonly string[];
  readonly checkpointed_resources: readonly string[];
  readonly tasks: readonly {
    readonly id: string;
    readonly framework_id: string;
    readonly launch_id: string;
    readonly state: string;
    readonly pid: number | null;
  }[];
  readonly volumes: readonly {
    readonly role: string;
    readonly persistence_id: string;
    readonly path: string | null;
    readonly destroying: boolean;
    readonly mounts: readonly { readonly framework_id: string; readonly task_id: string; readonly launch_id: string }[];
  }[];
}

const ANSWER_MS = 2_000;

/** In the order of the ready file; undefined for one that does not answer. */
export const agentStates = (ready: ReadyInfo): Promise<readonly (AgentState | undefined)[]> =>
  Promise.all(ready.agents.map(({ http }) => agentState(http)));

async function agentState(http: string): Promise<AgentState | undefined> {
  try {
    const answer = await fetch(`${http}/state`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return answer.ok ? ((await answer.json()) as AgentState) : undefined;
  } catch {
    return undefined;
  }
}
