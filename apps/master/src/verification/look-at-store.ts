import type { StoreId } from '@holdfast/core/base';
import { isPersistentVolume } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { compareStore, type LedgerDifference, type MasterView, type VerifiedStore } from '@holdfast/core/verification';
import type { LedgerVolume, StoreStanding } from '@holdfast/core/volumes';
import { RpcFault } from '@holdfast/platform/rpc';
import type { Agent } from '../agents/agent-book';
import type { Deps } from '../deps';
import { inspectAgent, INSPECTION_TIMEOUT_MS, type InspectionAnswer } from './inspection-book';

/** How long a look waits for what is owed to the ledger; the agent's queue waits with it. */
const SETTLE_TIMEOUT_MS = 2_000;

export interface StoreVerdict {
  readonly differences: readonly LedgerDifference[];
  readonly store: VerifiedStore;
}

/**
 * Looks once at a store: what its agent has, in the order of its stream; what that left to be written, written; then the ledger. All in the
 * agent's queue, so that nothing is decided meanwhile. `standing` is asked when the ledger is read.
 */
export function lookAtStore(deps: Deps, storeId: StoreId, standing: () => Promise<StoreStanding | undefined>): Promise<StoreVerdict> {
  const agent = deps.agents.ofStore(storeId);
  return agent ? agent.queue.run(() => look(deps, storeId, agent, standing)) : look(deps, storeId, undefined, standing);
}

async function look(
  deps: Deps,
  storeId: StoreId,
  agent: Agent | undefined,
  standing: () => Promise<StoreStanding | undefined>,
): Promise<StoreVerdict> {
  const inspection = agent?.state === 'connected' && agent.link ? await inspectAgent(deps, agent) : undefined;
  const where = agent === undefined ? { storeId } : { storeId, agentId: agent.id };
  const nothing = { ...where, revision: 0, volumeCount: 0, holderCount: 0 };
  if (!(await deps.ledger.settled(storeId, SETTLE_TIMEOUT_MS))) {
    const problem = 'the ledger has not taken what the master has to write to it; nothing was compared';
    return { differences: [], store: { ...nothing, problem } };
  }
  try {
    const ledger = await deps.ledger.readVolumes([storeId]);
    const known = await standing();
    const master = agent && agent.state !== 'recovering' ? viewOf(deps, agent) : undefined;
    const differences = compareStore({
      ...where,
      epoch: deps.leadership.epoch,
      ledger,
      ...(known && { standing: known }),
      ...(master && { master }),
      ...(typeof inspection === 'object' && { agent: inspection }),
    });
    const problem = agent && problemOf(agent, inspection);
    return { differences, store: { ...where, ...countOf(ledger, known), ...(problem !== undefined && { problem }) } };
  } catch (fault) {
    if (!(fault instanceof RpcFault)) throw fault;
    return { differences: [], store: { ...nothing, problem: `the ledger could not be read: ${fault.message}` } };
  }
}

/** What could not be compared, and why; undefined: all was. */
function problemOf({ state }: Agent, inspection: InspectionAnswer | undefined): string | undefined {
  if (typeof inspection === 'object') return undefined;
  if (state === 'recovering') return 'its agent has not registered since this master began: the ledger was only read';
  const why =
    inspection === 'late'
      ? `did not answer within ${INSPECTION_TIMEOUT_MS / 1000} s`
      : inspection === 'interrupted'
        ? 'broke off while it was asked'
        : `is ${state}`;
  return `its agent ${why}: ledger and master were compared, its disks and mounts not looked at`;
}

function viewOf(deps: Deps, agent: Agent): MasterView {
  return {
    volumes: agent.total.toList().filter(isPersistentVolume),
    destroying: new Set([...agent.destroying].flatMap(({ volumes }) => volumes.map(({ resource }) => keyOfVolume(resource)))),
    tasks: deps.tasks.ofAgent(agent.id).map(({ frameworkId, taskId, launchId, state, gone, volumes }) => ({
      frameworkId,
      taskId,
      launchId,
      state,
      isGone: gone,
      volumes: volumes.map(({ volume }) => volume),
    })),
  };
}

function countOf(ledger: readonly LedgerVolume[], standing: StoreStanding | undefined): Omit<VerifiedStore, 'storeId'> {
  const volumes = ledger.filter(({ state }) => state !== 'gone');
  return {
    revision: ledger[0]?.revision ?? standing?.revision ?? 0,
    volumeCount: volumes.length,
    holderCount: volumes.reduce((sum, { holders }) => sum + holders.length, 0),
  };
}
