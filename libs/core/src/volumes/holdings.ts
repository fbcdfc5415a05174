import { holderId, type Holder, type HolderId } from '@holdfast/core/base';
import type { VolumeKey } from './volume-key';

/**
 * Who holds which volume: a set of pairs (volume, holder), each with what is known of the holder.
 * The reference count is the size of a set, never a stored number. A volume that nobody holds has no row.
 */
export type Holdings = ReadonlyMap<VolumeKey, ReadonlyMap<HolderId, Holder>>;

export const NOBODY: Holdings = new Map();

/** Adds one holder. Asking twice is the same as asking once: the first mode and time stay (promise 6). */
export function hold(holdings: Holdings, volume: VolumeKey, holder: Holder): Holdings {
  return isHeldBy(holdings, volume, holderId(holder)) ? holdings : putHolder(holdings, volume, holder);
}

/** Takes one holder out; one who is not there is out already (promise 6). */
export function release(holdings: Holdings, volume: VolumeKey, holder: HolderId): Holdings {
  if (!isHeldBy(holdings, volume, holder)) return holdings;
  const holders = new Map(holdings.get(volume));
  holders.delete(holder);
  const next = new Map(holdings);
  if (holders.size === 0) next.delete(volume);
  else next.set(volume, holders);
  return next;
}

/** Writes what is known of a holder, known or not. */
export function putHolder(holdings: Holdings, volume: VolumeKey, holder: Holder): Holdings {
  return new Map(holdings).set(volume, new Map(holdings.get(volume)).set(holderId(holder), holder));
}

export const isHeldBy = (holdings: Holdings, volume: VolumeKey, holder: HolderId): boolean => holdings.get(volume)?.has(holder) ?? false;

export const holderOf = (holdings: Holdings, volume: VolumeKey, holder: HolderId): Holder | undefined => holdings.get(volume)?.get(holder);

/** All holders of a volume, by holder id, so that two stores name them in the same order. */
export function holdersOf(holdings: Holdings, volume: VolumeKey): readonly Holder[] {
  return sortHolders([...(holdings.get(volume)?.values() ?? [])]);
}

export const sortHolders = (holders: readonly Holder[]): readonly Holder[] =>
  [...holders].sort((a, b) => compareText(holderId(a), holderId(b)));

export const referenceCount = (holdings: Holdings, volume: VolumeKey): number => holdings.get(volume)?.size ?? 0;

/** Orders by code point, which is the order of the UTF-8 bytes by which the Lua scripts sort; `<` on strings is not. */
export function compareText(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const difference = (a[i]?.codePointAt(0) ?? 0) - (b[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
