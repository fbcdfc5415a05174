import type { VolumeRecord } from './store-ledger';

/** Its agent has not confirmed it yet; a destroy may wait for it all the same. */
export const isStillCreating = ({ state, drain }: VolumeRecord): boolean =>
  state === 'creating' || (state === 'draining' && drain?.isMade === false);
