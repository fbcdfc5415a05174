import type { Holder } from '@holdfast/core/base';
import type { VolumeKey } from './volume-key';

/**
 * What an entry of the history says has happened.
 * - `volume_created` … `volume_gone`: the lifecycle; `volume_added`, `volume_updated`: known from an agent's report only, recorded anew from it.
 * - `volume_draining`: a destroy waits for the last holder; `destroy_cancelled`: it was taken back, and the volume is what it was before.
 * - `volume_resized`: another size, the same volume; the cause says from what to what.
 * - `volume_acquired`, `volume_released`: the holder set grew, shrank; `holder_…`: what is known of a holder changed.
 */
export type LedgerChange =
  | 'volume_created'
  | 'volume_ready'
  | 'volume_draining'
  | 'destroy_cancelled'
  | 'volume_destroying'
  | 'volume_gone'
  | 'volume_added'
  | 'volume_updated'
  | 'volume_resized'
  | 'volume_acquired'
  | 'volume_released'
  | 'holder_running'
  | 'holder_ending'
  | 'holder_updated';

/** Why, where reconciliation with an agent's report is the reason. */
export type ReconcileCause = 'agent_reported' | 'not_reported' | 'lost_by_agent' | 'never_made' | 'deleted_before';

/** One thing that a report and the ledger disagreed about; all but `holder_without_volume` have an entry in the history. */
export interface Difference {
  readonly change: LedgerChange | 'holder_without_volume';
  readonly volume: VolumeKey;
  readonly holder?: Holder;
  readonly cause?: string;
}

const task = (holder: Holder | undefined) =>
  holder ? `task ${holder.taskId} of framework ${holder.frameworkId} (launch ${holder.launchId})` : 'a task';

const GONE: Readonly<Record<string, string>> = {
  lost_by_agent: 'is LOST: the ledger knew it, its agent no longer has it',
  never_made: 'was never made: its agent re-registered without it; it is gone',
  deleted_before: 'had been deleted by its agent before it reported so; it is gone',
};

/** One sentence for an operator about one difference. */
export function describeDifference({ change, volume, holder, cause = '' }: Difference): string {
  switch (change) {
    case 'volume_added':
      return `Volume ${volume} was not in the ledger; its agent has it, so it was added.`;
    case 'volume_updated':
      return `Volume ${volume} was recorded anew (agent, size, sharedness or reservations) as its agent reports it.`;
    case 'volume_ready':
      return `Volume ${volume} was still being created in the ledger; its agent has it, so its creation is confirmed.`;
    case 'volume_destroying':
      return `Volume ${volume} was to be destroyed when unused, and none of its holders is left; it is being destroyed.`;
    case 'volume_gone':
      return `Volume ${volume} ${GONE[cause] ?? 'is gone'}.`;
    case 'volume_acquired':
      return `Volume ${volume} is held by ${task(holder)}, which runs on its agent; the holder was added.`;
    case 'volume_released':
      return `Volume ${volume} is no longer held by ${task(holder)}, which its agent does not report; the holder was released.`;
    case 'holder_updated':
      return `Volume ${volume}: what is known of its holder ${task(holder)} was updated to ${holder?.state ?? 'what its agent reports'}.`;
    case 'holder_without_volume':
      return `Volume ${volume} is said to be held by ${task(holder)}, but neither its agent nor the ledger has this volume.`;
    default:
      return `Volume ${volume}: ${change}${cause && ` (${cause})`}.`;
  }
}
