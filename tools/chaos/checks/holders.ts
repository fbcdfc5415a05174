import type { ReadyInfo } from '@holdfast/testing/cluster';
import type { LedgerVolume } from '@holdfast/core/volumes';
import { orThrow, type Operator } from '@holdfast/scheduler-sdk';
import { splitVolumeKey } from '@holdfast/core/volumes';
import { agentStates, type AgentState } from '../cluster/agent-state';
import { mountsBelow, taskProcesses } from './machine';
import { violation, type Violation } from './violation';

/** One look at everything that may hold a volume: the ledger, the agents, and the machine itself. */
export interface Look {
  readonly volumes: readonly LedgerVolume[];
  /** `<agent> <role>/<id> <task> <launch>`. */
  readonly inLedger: ReadonlyMap<string, string>;
  readonly atAgents: ReadonlyMap<string, string>;
  readonly states: readonly AgentState[];
}

export async function lookAround(ready: ReadyInfo, operator: Operator): Promise<Look> {
  const states = (await agentStates(ready)).map((state, at) => {
    if (!state) throw new Error(`agent-${at + 1} does not tell its state`);
    return state;
  });
  const { volumes } = orThrow(await operator.volumes(), 'list volumes');
  const inLedger = new Map<string, string>();
  for (const { agentId, volume } of volumes) {
    for (const holder of await allHolders(operator, agentId, volume))
      inLedger.set(`${agentId} ${volume} ${holder.taskId} ${holder.launchId}`, holder.state);
  }
  const atAgents = new Map<string, string>();
  for (const { id, volumes: kept } of states)
    for (const { role, persistence_id, mounts } of kept)
      for (const { task_id, launch_id } of mounts) atAgents.set(`${id} ${role}/${persistence_id} ${task_id} ${launch_id}`, 'has it');
  return { volumes, inLedger, atAgents, states };
}

async function allHolders(operator: Operator, agentId: string, volume: string) {
  const name = { agentId, ...splitVolumeKey(volume) };
  const found = [];
  let pageToken: string | undefined;
  do {
    const answer = await operator.holders({ ...name, ...(pageToken !== undefined && { pageToken }) });
    // Destroyed since it was listed.
    if (!answer.ok) break;
    found.push(...answer.value.holders);
    ({ nextPageToken: pageToken } = answer.value);
  } while (pageToken !== undefined);
  return found;
}

/** No running task without a reference, no reference without a task, no destroyed volume with a live mount: by our own look. */
export function compareHolders(look: Look, workDir: string): readonly Violation[] {
  return [...missing(look), ...left(look), ...processesWithout(look, workDir), ...mountsWithout(look, workDir), ...stuckDrains(look)];
}

const missing = ({ inLedger, atAgents }: Look): readonly Violation[] =>
  [...atAgents.keys()]
    .filter((key) => !inLedger.has(key))
    .map((key) => violation('task without reference', `the agent has a launch with the volume, the ledger has no such holder: ${key}`));

const left = ({ inLedger, atAgents }: Look): readonly Violation[] =>
  [...inLedger]
    .filter(([key]) => !atAgents.has(key))
    .map(([key, state]) =>
      violation('reference without task', `the ledger has a ${state} holder, the agent has no such launch: ${key}`, key),
    );

/** Whoever has a volume mounted must be a holder of it. */
function mountsWithout({ inLedger, volumes, states }: Look, workDir: string): readonly Violation[] {
  const holders = new Set([...inLedger.keys()].map((key) => key.split(' ').slice(0, 3).join(' ')));
  const known = new Set(volumes.filter(({ state }) => state !== 'destroying').map(({ agentId, volume }) => `${agentId} ${volume}`));
  const taskOf = new Map(taskProcesses(workDir).map(({ pid, taskId }) => [pid, taskId]));
  return mountsBelow(workDir).flatMap(({ pid, source, target }) => {
    const found = /\/agents\/agent-(\d+)\/volumes\/roles\/([^/]+)\/([^/]+?)(\/\/deleted)?$/.exec(source);
    if (!found) return [];
    const volume = `${states[Number(found[1]) - 1]?.id} ${found[2]}/${found[3]}`;
    const where = `${source} is mounted at ${target} in process ${pid} (task ${taskOf.get(pid) ?? 'unknown'})`;
    if (found[4] !== undefined) return [violation('destroyed volume mounted', `the data was deleted: ${where}`)];
    if (!known.has(volume)) return [violation('destroyed volume mounted', `the ledger has it destroying or gone: ${where}`)];
    const taskId = taskOf.get(pid);
    return taskId !== undefined && !holders.has(`${volume} ${taskId}`)
      ? [violation('task without reference', `its task is no holder: ${where}`)]
      : [];
  });
}

/** Every process of a task belongs to a launch that its agent knows. */
function processesWithout({ states }: Look, workDir: string): readonly Violation[] {
  const known = new Set(states.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  return taskProcesses(workDir)
    .filter(({ taskId }) => !known.has(taskId))
    .map(({ pid, taskId }) => violation('stray process', `process ${pid} is of task ${taskId}, which no agent knows`));
}

const stuckDrains = ({ volumes, inLedger }: Look): readonly Violation[] =>
  volumes
    .filter(
      ({ state, agentId, volume }) => state === 'draining' && ![...inLedger.keys()].some((key) => key.startsWith(`${agentId} ${volume} `)),
    )
    .map(({ agentId, volume }) => violation('stuck drain', `nobody holds ${agentId} ${volume}, and it still waits for its last holder`));
