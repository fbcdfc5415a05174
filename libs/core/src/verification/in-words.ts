import type { Holder } from '@holdfast/core/base';
import { formatResource, type Resource } from '@holdfast/core/resources';
import type { LedgerVolume, VolumeKey } from '@holdfast/core/volumes';
import type { InspectedHolding, InspectedLaunch, InspectedVolume } from './agent-inspection';
import type { MasterTask, MasterView } from './store-look';

/** Evidence: what each of the three says of a volume, a task or a launch, for a person. */

export const AGENT_AWAY = 'not asked: the agent is away';

export function ledgerOfVolume(volume: LedgerVolume | undefined): string {
  if (!volume) return 'does not know it';
  const { state, generation, resource, holders } = volume;
  if (state === 'gone') return `gone (generation ${generation})`;
  return `${state}, generation ${generation}, ${formatResource(resource)}, ${count(holders.length, 'holder')}`;
}

export function masterOfVolume(view: MasterView | undefined, volume: VolumeKey, resource: Resource | undefined): string {
  if (!view) return 'has had no report of the agent yet';
  if (resource) return `part of the agent's total as ${formatResource(resource)}`;
  return view.destroying.has(volume) ? 'being destroyed' : "not part of the agent's total";
}

export function agentOfVolume(isAsked: boolean, volume: InspectedVolume | undefined): string {
  if (!isAsked) return AGENT_AWAY;
  if (!volume) return 'has no such volume';
  const { resource, hasData, isDestroying } = volume;
  return `has ${formatResource(resource)}, its directory is ${hasData ? 'there' : 'missing'}${isDestroying ? ', it is being deleted' : ''}`;
}

export function ledgerOfHolder(volume: LedgerVolume | undefined, holder: Holder | undefined): string {
  const state = volume ? `the volume is ${volume.state}` : 'does not know the volume';
  return holder ? `held, ${holder.mode}, ${holder.state}; ${state}` : `not a holder; ${state}`;
}

export function masterOfTask(view: MasterView | undefined, task: MasterTask | undefined): string {
  if (!view) return 'has had no report of the agent yet';
  if (!task) return 'does not know this launch';
  return task.isGone ? `${task.state}, its process known to be gone` : task.state;
}

export function agentOfLaunch(isAsked: boolean, launch: InspectedLaunch | undefined, holding: InspectedHolding | undefined): string {
  if (!isAsked) return AGENT_AWAY;
  if (!launch) return 'has no such launch';
  const process = launch.pid === undefined ? 'a launch without a process yet' : `a launch with process ${launch.pid}`;
  if (!holding) return `${process}, which does not name the volume`;
  const mount = holding.isMounted === undefined ? 'mount not known' : holding.isMounted ? 'mounted' : 'not mounted';
  return `${process}, ${holding.mode}, ${mount}`;
}

export const launchInWords = ({ taskId, frameworkId, launchId }: Pick<Holder, 'taskId' | 'frameworkId' | 'launchId'>): string =>
  `task ${taskId} of framework ${frameworkId} (launch ${launchId})`;

export const count = (many: number, noun: string): string => `${many} ${noun}${many === 1 ? '' : 's'}`;
