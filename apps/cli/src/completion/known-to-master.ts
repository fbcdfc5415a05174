import { connectOperator, type Operator } from '@holdfast/scheduler-sdk';
import type { Credentials } from '@holdfast/platform/credentials';
import type { Result } from '@holdfast/core/base';
import type { Suggestion, Wanted } from './wanted';

/** Somebody has pressed Tab and waits. */
const PATIENCE_MS = 1000;

export interface MasterToAsk {
  readonly address: string;
  readonly credentials?: Credentials;
}

/** The names that a master knows; none where it does not answer within a second, or does not want to. Never throws. */
export async function knownToMaster(master: MasterToAsk, wanted: Wanted): Promise<readonly Suggestion[]> {
  const operator = connectOperator({ ...master, callTimeoutMs: PATIENCE_MS });
  try {
    return await namesOf(operator, wanted);
  } catch {
    // Whoever completes a line is not told why nothing is suggested: the text would end up in the line.
    return [];
  } finally {
    operator.close();
  }
}

async function namesOf(operator: Operator, wanted: Wanted): Promise<readonly Suggestion[]> {
  switch (wanted.kind) {
    case 'agents': {
      const { agents } = orNothing(await operator.agents(), { agents: [] });
      return agents.flatMap(({ info }) => (info.id === undefined ? [] : [{ name: info.id, description: info.hostname }]));
    }
    case 'frameworks': {
      const { frameworks } = orNothing(await operator.frameworks(), { frameworks: [] });
      return frameworks.flatMap(({ info }) => (info.id === undefined ? [] : [{ name: info.id, description: info.name }]));
    }
    case 'tasks': {
      const query = wanted.frameworkId === undefined ? {} : { frameworkId: wanted.frameworkId };
      const { tasks } = orNothing(await operator.tasks(query), { tasks: [] });
      return tasks.map(({ frameworkId, info, status }) => ({ name: info.taskId, description: `${status.state}, of ${frameworkId}` }));
    }
    case 'volumes': {
      const query = wanted.agentId === undefined ? {} : { agentId: wanted.agentId };
      const { volumes } = orNothing(await operator.volumes(query), { volumes: [] });
      return volumes.map(({ volume, state, agentId }) => ({ name: volume, description: `${state}, on ${agentId}` }));
    }
    case 'words':
    case 'files':
    case 'nothing':
      return [];
  }
}

const orNothing = <T>(answer: Result<T>, nothing: T): T => (answer.ok ? answer.value : nothing);
