import { holderId, unreachable } from '@holdfast/core/base';
import { describeTerms, type LedgerTransaction, type LedgerUnit, type VolumeKey } from '@holdfast/core/volumes';
import { drainTerms } from './drain-text';
import { holderFacts } from './holder-text';
import { volumeBody, volumeOrigin, volumeParts } from './volume-text';

/** Words for a script, in the order in which it reads them. */
export type ScriptWords = (string | number)[];

/** What `unit.lua` reads: each unit's kind, its place among the others, then the words of its kind; texts are passed on unchanged. */
export function unitWords({ units, nowMs }: LedgerTransaction): ScriptWords {
  const words: ScriptWords = [];
  for (const unit of units) {
    words.push(unit.kind, placeOf(unit));
    pushFields(words, unit, nowMs);
  }
  return words;
}

/** Most units stand alone. */
function placeOf({ requires, together }: LedgerUnit): string {
  return requires === undefined && together === undefined ? '' : JSON.stringify({ requires, together });
}

function pushFields(words: ScriptWords, unit: LedgerUnit, nowMs: number): void {
  switch (unit.kind) {
    case 'acquire_volumes':
      words.push(holderId(unit.holder), holderFacts(unit.holder), unit.volumes.length);
      for (const { volume, mode } of unit.volumes) words.push(volume, mode);
      return;
    case 'release_volumes':
      words.push(holderId(unit.holder), unit.cause, unit.by ?? '');
      return pushNames(words, unit.volumes);
    case 'holder_running':
    case 'holder_ending':
      words.push(holderId(unit.holder));
      return pushNames(words, unit.volumes);
    case 'create_volume':
      words.push(unit.volume, volumeOrigin(nowMs, unit.creator), volumeBody(unit.agentId, unit.resource));
      return;
    case 'confirm_created':
      words.push(unit.volume, unit.generation);
      return;
    case 'create_failed':
    case 'volume_gone':
      words.push(unit.volume, unit.generation, unit.cause);
      return;
    case 'destroy_volume':
      words.push(unit.volume);
      return;
    case 'drain_volume':
      words.push(unit.volume, drainTerms(unit.drain), describeTerms(unit.drain), unit.drain.requester.principal ?? '');
      return;
    case 'cancel_destroy':
      words.push(unit.volume, unit.generation, unit.cause, unit.by ?? '');
      return;
    case 'resize_volume': {
      const { form, size_mb, resource } = volumeParts(unit.resource);
      words.push(unit.volume, form, size_mb ?? '', resource);
      return;
    }
    default:
      unreachable(unit);
  }
}

function pushNames(words: ScriptWords, names: readonly VolumeKey[]): void {
  words.push(names.length);
  for (const name of names) words.push(name);
}

/** Every volume that a transaction names, once. */
export function volumesOf({ units }: LedgerTransaction): VolumeKey[] {
  const volumes = new Set<VolumeKey>();
  for (const unit of units) {
    if ('volume' in unit) volumes.add(unit.volume);
    else for (const held of unit.volumes) volumes.add(typeof held === 'string' ? held : held.volume);
  }
  return [...volumes];
}
