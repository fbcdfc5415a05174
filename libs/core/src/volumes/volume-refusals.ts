import { refuse, type Holder, type Refusal, type Revision, type StoreId } from '@holdfast/core/base';
import type { Drain } from './drain';
import { describeRequester } from './drain-terms';
import { sortHolders } from './holdings';
import type { HolderRef } from './ledger-unit';
import { splitVolumeKey, type VolumeKey } from './volume-key';
import type { VolumeState } from './volume-state';

/** What the ledger refuses, in words that the Lua scripts, the rules and every door share. Each names the revision at which it was decided. */
export const volumeExists = (volume: VolumeKey, at: Revision): Refusal => refuse('volume_exists', splitVolumeKey(volume), at);

export const volumeNotFound = (volume: VolumeKey, at: Revision): Refusal => refuse('volume_not_found', splitVolumeKey(volume), at);

export const volumeNotReady = (volume: VolumeKey, state: VolumeState, at: Revision): Refusal =>
  refuse('volume_not_ready', { ...splitVolumeKey(volume), state }, at);

/** Every holder is named, not just the first. */
export const volumeInUse = (volume: VolumeKey, holders: readonly Holder[], at: Revision): Refusal =>
  refuse('volume_in_use', { ...splitVolumeKey(volume), holders: sortHolders(holders) }, at);

export const destroyPending = (volume: VolumeKey, { sinceMs, requester }: Drain, at: Revision): Refusal =>
  refuse('destroy_pending', { ...splitVolumeKey(volume), sinceMs, requester: describeRequester(requester) }, at);

/** `state`: of the volume that was meant; `gone` also where a later one has its name, `absent`: the ledger never knew it. */
export const destroyNotPending = (volume: VolumeKey, state: VolumeState | 'absent', at: Revision): Refusal =>
  refuse('destroy_not_pending', { ...splitVolumeKey(volume), state }, at);

export const ledgerUnverified = (storeId: StoreId, at: Revision): Refusal => refuse('ledger_unverified', { storeId }, at);

export const dependencyRefused = (unit: number, at: Revision): Refusal => refuse('dependency_refused', { operationIndex: unit }, at);

export const creationOver = (volume: VolumeKey, state: VolumeState, at: Revision): Refusal =>
  refuse('operation_invalid', { problem: `Volume ${volume} is ${state}; its creation can no longer fail.` }, at);

export const notBeingDestroyed = (volume: VolumeKey, state: VolumeState, at: Revision): Refusal =>
  refuse('operation_invalid', { problem: `Volume ${volume} is ${state}; only one that is being destroyed can be reported deleted.` }, at);

export const notAHolder = (volume: VolumeKey, holder: Pick<HolderRef, 'frameworkId' | 'taskId' | 'launchId'>, at: Revision): Refusal =>
  refuse(
    'operation_invalid',
    { problem: `Task ${holder.taskId} of framework ${holder.frameworkId} (launch ${holder.launchId}) does not hold volume ${volume}.` },
    at,
  );
