import type { VolumeKey } from '@holdfast/core/volumes';
import { compareHolders } from './compare-holders';
import { compareVolumes } from './compare-volumes';
import { type ComparedStore, indexLook, isVerifiedIn } from './compared-store';
import { count, ledgerOfVolume, masterOfVolume } from './in-words';
import type { LedgerDifference } from './ledger-difference';
import { REPORT_ANEW } from './remedies';
import type { StoreLook } from './store-look';

/**
 * Everything about which ledger, master and agent disagree at one instant. What is only under way is no difference as far as one look can
 * tell: pending holders whose launch is on the way, volumes being created or deleted, holders whose process has been told to end. What
 * passes between two looks still shows in one of them: only what differs in all of several is told (`stillDiffering`).
 */
export function compareStore(look: StoreLook): readonly LedgerDifference[] {
  if (look.agentId === undefined) return orphanedStore(look);
  const store = indexLook(look);
  return [...unverified(store), ...compareVolumes(store), ...compareHolders(store), ...strayMounts(store)];
}

function orphanedStore({ storeId, ledger, standing }: StoreLook): readonly LedgerDifference[] {
  const left = ledger.filter(({ state }) => state !== 'gone');
  if (left.length === 0) return [];
  const agents = [...new Set(left.map(({ agentId }) => agentId))].join(', ');
  return [
    {
      kind: 'store_without_agent',
      message: `The ledger has ${count(left.length, 'volume')} of store ${storeId}, and no agent with this store is known.`,
      storeId,
      evidence: {
        ledger: `${left.map(({ volume, state }) => `${volume} (${state})`).join(', ')}; last on agent ${agents}; revision ${standing?.revision ?? 0}`,
        master: 'knows no agent with this store',
      },
      remedy: 'Start its agent again on the same work directory. If that is lost, so are the volumes: their entries do no harm.',
      isRepairable: false,
    },
  ];
}

/** An agent that is away is not at fault: its report is awaited. */
function unverified({ look, where }: ComparedStore): readonly LedgerDifference[] {
  if (!look.agent || isVerifiedIn(look)) return [];
  const { standing, epoch } = look;
  const reconciled = standing?.isVerified ? `verified in epoch ${standing.epoch}` : `not verified, epoch ${standing?.epoch ?? 0}`;
  return [
    {
      kind: 'store_unverified',
      message: `The agent of store ${look.storeId} is registered, and its report has not been reconciled in this epoch: nothing of it is destroyed.`,
      ...where,
      evidence: {
        ledger: standing ? reconciled : 'has never heard of this store',
        master: `leads in epoch ${epoch}; the agent is registered`,
        agent: 'answers',
      },
      remedy: REPORT_ANEW,
      isRepairable: true,
    },
  ];
}

function strayMounts(store: ComparedStore): readonly LedgerDifference[] {
  const pids = new Map<VolumeKey, number[]>();
  for (const { volume, pid } of store.look.agent?.strayMounts ?? []) pids.set(volume, [...(pids.get(volume) ?? []), pid]);
  return [...pids].map(([volume, mounting]) => {
    const processes = `${mounting.length === 1 ? 'process' : 'processes'} ${mounting.join(', ')}`;
    return {
      kind: 'stray_mount',
      message: `Volume ${volume} is mounted by ${processes} on its agent's machine, which ${mounting.length === 1 ? 'belongs' : 'belong'} to no launch.`,
      ...store.where,
      volume,
      evidence: {
        ledger: ledgerOfVolume(store.ledger.get(volume)),
        master: masterOfVolume(store.look.master, volume, store.masterVolumes.get(volume)),
        agent: `in the mount table of ${processes}`,
      },
      remedy: 'Unmount it there or end the process; nobody but you knows whether it is needed. No DESTROY waits for it.',
      isRepairable: false,
    };
  });
}
