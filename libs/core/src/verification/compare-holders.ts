import { holderId, type Holder, type HolderId } from '@holdfast/core/base';
import { compareText, type LedgerVolume, type VolumeKey } from '@holdfast/core/volumes';
import type { AgentHolding, ComparedStore } from './compared-store';
import { agentOfLaunch, launchInWords, ledgerOfHolder, masterOfTask } from './in-words';
import type { DifferenceKind, LedgerDifference } from './ledger-difference';
import { REPORT_ANEW, WHEN_BACK } from './remedies';
import type { MasterTask } from './store-look';

/** What the three say about who holds which volume. */
export function compareHolders(store: ComparedStore): readonly LedgerDifference[] {
  return store.look.agent ? withAgent(store) : withoutAgent(store);
}

function withAgent(store: ComparedStore): readonly LedgerDifference[] {
  const keys = [...new Set([...store.ledger.keys(), ...store.heldOnAgent.keys()])].sort(compareText);
  return keys.flatMap((key) => {
    const volume = store.ledger.get(key);
    const onAgent = store.heldOnAgent.get(key) ?? new Map<HolderId, AgentHolding>();
    const recorded = new Map((volume?.holders ?? []).map((holder) => [holderId(holder), holder]));
    const differences = [...recorded].flatMap(([id, holder]) => ofRecorded(store, key, volume, holder, onAgent.get(id)));
    for (const [id, held] of onAgent) if (!recorded.has(id)) differences.push(unrecorded(store, key, volume, held));
    return differences;
  });
}

function ofRecorded(
  store: ComparedStore,
  key: VolumeKey,
  volume: LedgerVolume | undefined,
  holder: Holder,
  held: AgentHolding | undefined,
): readonly LedgerDifference[] {
  const task = store.tasks.get(holderId(holder));
  const isKnown = task !== undefined && !task.isGone;
  if (!held) {
    // Decided, and not yet on the agent: its launch may be on the way.
    if (isKnown && holder.state === 'pending') return [];
    const message = `Volume ${key} is said to be held by ${launchInWords(holder)}, which its agent does not have: it could never be destroyed.`;
    return [tell(store, 'holder_without_task', message, key, volume, holder, REPORT_ANEW)];
  }
  if (volume && isOver(volume)) return [underDestruction(store, key, volume, holder, held)];
  if (isKnown) return [];
  const message = `Volume ${key} is held by ${launchInWords(holder)}, which the master does not know.`;
  return [tell(store, 'holder_unknown_to_master', message, key, volume, holder, REPORT_ANEW)];
}

function unrecorded(store: ComparedStore, key: VolumeKey, volume: LedgerVolume | undefined, held: AgentHolding): LedgerDifference {
  const holder = holderOf(store, held);
  if (volume && isOver(volume) && held.holding.isMounted) return underDestruction(store, key, volume, holder, held);
  const message = `${sentence(launchInWords(holder))} has volume ${key}, and is not among its holders: a DESTROY would be granted under it.`;
  return tell(store, 'holder_missing', message, key, volume, holder, REPORT_ANEW);
}

/** The agent does not delete what a container of its own has; nothing but its end helps, unless its report revives the volume. */
function underDestruction(
  store: ComparedStore,
  key: VolumeKey,
  volume: LedgerVolume,
  holder: Holder,
  { holding }: AgentHolding,
): LedgerDifference {
  const has = holding.isMounted ? 'has it mounted' : 'has it';
  const message = `Volume ${key} is ${volume.state} in the ledger, and ${launchInWords(holder)} ${has}.`;
  const isRevived = volume.state === 'gone' && store.agentVolumes.has(key);
  const remedy = isRevived
    ? `${REPORT_ANEW} The volume is recorded again, with its holders.`
    : 'Kill the task, or wait for its end: its agent does not delete the data before.';
  return tell(store, 'destroyed_while_mounted', message, key, volume, holder, remedy, isRevived);
}

/** A task that may run on an agent that is away must be held for, all the more as nobody can look. */
function withoutAgent(store: ComparedStore): readonly LedgerDifference[] {
  return [...store.tasks.values()].flatMap((task) => {
    if (task.isGone) return [];
    const unheld = task.volumes.filter((key) => !isAmong(store.ledger.get(key)?.holders ?? [], task));
    return unheld.map((key) => {
      const volume = store.ledger.get(key);
      const holder = { ...refOf(task), agentId: store.look.agentId ?? '', mode: 'RW', state: 'running', sinceMs: 0 } as const;
      const message = `${sentence(launchInWords(task))} may have volume ${key} on its agent, which is away, and is not among its holders.`;
      return tell(store, 'holder_missing', message, key, volume, holder, WHEN_BACK, false);
    });
  });
}

const isAmong = (holders: readonly Holder[], task: MasterTask): boolean => holders.some((holder) => holderId(holder) === holderId(task));

const isOver = ({ state }: LedgerVolume): boolean => state === 'destroying' || state === 'gone';

const refOf = ({ frameworkId, taskId, launchId }: Pick<Holder, 'frameworkId' | 'taskId' | 'launchId'>) => ({
  frameworkId,
  taskId,
  launchId,
});

/** As it would stand in the ledger; since when is not known. */
const holderOf = (store: ComparedStore, { launch, holding }: AgentHolding): Holder => ({
  ...refOf(launch),
  agentId: store.look.agentId ?? '',
  mode: holding.mode,
  state: launch.pid === undefined ? 'pending' : 'running',
  sinceMs: 0,
});

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function tell(
  store: ComparedStore,
  kind: DifferenceKind,
  message: string,
  key: VolumeKey,
  volume: LedgerVolume | undefined,
  holder: Holder,
  remedy: string,
  isRepairable = true,
): LedgerDifference {
  const id = holderId(holder);
  const { look } = store;
  return {
    kind,
    message,
    ...store.where,
    volume: key,
    holder,
    evidence: {
      ledger: ledgerOfHolder(
        volume,
        volume?.holders.find((recorded) => holderId(recorded) === id),
      ),
      master: masterOfTask(look.master, store.tasks.get(id)),
      agent: agentOfLaunch(look.agent !== undefined, store.launches.get(id), store.heldOnAgent.get(key)?.get(id)?.holding),
    },
    remedy,
    isRepairable,
  };
}
