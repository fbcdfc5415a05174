import type { Holder } from '@holdfast/core/base';
import type { FrameworkInfo, Offer } from '@holdfast/core/offers';
import type { Resources } from '@holdfast/core/resources';
import type { LedgerDifference, LedgerRepair, VerifiedStore } from '@holdfast/core/verification';
import { splitVolumeKey, type Drain, type LedgerEntry, type LedgerVolume } from '@holdfast/core/volumes';
import type { AgentsAnswer, FrameworksAnswer, TasksAnswer, WatchedEntry } from '@holdfast/contracts';

/** What `--json` prints: plain objects with fixed names, times as ISO 8601, sizes in MB (docs/operations.md). */

export function plainVolume(volume: LedgerVolume) {
  const { role, persistenceId } = splitVolumeKey(volume.volume);
  return {
    agentId: volume.agentId,
    storeId: volume.storeId,
    role,
    id: persistenceId,
    sizeMb: sizeMb(volume),
    shared: volume.resource.shared,
    state: volume.state,
    generation: volume.generation,
    createdAt: isoTime(volume.createdMs),
    creator: { principal: volume.creator.principal, frameworkId: volume.creator.frameworkId },
    drain: volume.drain && plainDrain(volume.drain),
    holders: volume.holders.map(plainHolder),
    revision: volume.revision,
  };
}

const plainDrain = ({ requester, ...drain }: Drain) => ({
  principal: requester.principal,
  frameworkId: requester.frameworkId,
  operationId: requester.operationId,
  since: isoTime(drain.sinceMs),
  deadline: drain.deadlineAtMs === undefined ? undefined : isoTime(drain.deadlineAtMs),
  onDeadline: drain.onDeadline,
  admitsReaders: drain.admitsReaders,
});

export const plainHolder = (holder: Holder) => ({
  taskId: holder.taskId,
  frameworkId: holder.frameworkId,
  agentId: holder.agentId,
  launchId: holder.launchId,
  mode: holder.mode,
  state: holder.state,
  since: isoTime(holder.sinceMs),
});

export function plainEntry(entry: LedgerEntry) {
  const { role, persistenceId } = splitVolumeKey(entry.volume);
  return {
    revision: entry.revision,
    at: isoTime(entry.atMs),
    change: entry.change,
    role,
    id: persistenceId,
    generation: entry.generation,
    holder: entry.holder === undefined ? undefined : plainHolder(entry.holder),
    cause: entry.cause,
    by: entry.by,
    epoch: entry.epoch,
    traceId: entry.traceId,
  };
}

export const plainWatched = ({ storeId, agentId, entry }: WatchedEntry) => ({ storeId, agentId, ...plainEntry(entry) });

export const plainDifference = (difference: LedgerDifference) => ({
  kind: difference.kind,
  message: difference.message,
  storeId: difference.storeId,
  agentId: difference.agentId,
  volume: difference.volume,
  holder: difference.holder && plainHolder(difference.holder),
  evidence: difference.evidence,
  remedy: difference.remedy,
  repairable: difference.isRepairable,
});

export const plainStore = (store: VerifiedStore) => ({
  storeId: store.storeId,
  agentId: store.agentId,
  revision: store.revision,
  volumes: store.volumeCount,
  holders: store.holderCount,
  problem: store.problem,
});

export const plainRepair = ({ difference, action, isDone }: LedgerRepair) => ({
  difference: plainDifference(difference),
  action,
  done: isDone,
});

export const plainAgent = (agent: AgentsAnswer['agents'][number]) => ({
  id: agent.info.id,
  hostname: agent.info.hostname,
  httpPort: agent.info.httpPort,
  storeId: agent.storeId,
  active: agent.active,
  total: plainResources(agent.total),
  allocated: plainResources(agent.allocated),
  offered: plainResources(agent.offered),
});

export const plainFramework = ({ info, connected, offers }: FrameworksAnswer['frameworks'][number]) => ({
  ...plainFrameworkInfo(info),
  connected,
  offers: offers.map(plainOffer),
});

export const plainTask = ({ frameworkId, info, status }: TasksAnswer['tasks'][number]) => ({
  id: info.taskId,
  name: info.name,
  frameworkId,
  agentId: info.agentId,
  state: status.state,
  reason: status.reason,
  message: status.message,
  at: isoTime(status.timestampMs),
  resources: plainResources(info.resources),
});

/** Sums by name, and the resources one by one as text. */
export const plainResources = (resources: Resources) => ({
  ...Object.fromEntries([...resources.scalars()].map(([name, milli]) => [name, milli / 1000])),
  text: resources.toString(),
});

export const sizeMb = ({ resource }: LedgerVolume): number => (resource.value.kind === 'scalar' ? resource.value.milli / 1000 : 0);

export const isoTime = (ms: number): string => new Date(ms).toISOString();

const plainFrameworkInfo = (info: FrameworkInfo) => ({
  id: info.id,
  name: info.name,
  user: info.user,
  roles: info.roles,
  capabilities: [...info.capabilities],
  principal: info.principal,
});

const plainOffer = (offer: Offer) => ({
  id: offer.id,
  agentId: offer.agentId,
  role: offer.role,
  resources: plainResources(offer.resources),
});
