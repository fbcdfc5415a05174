import type { Resource } from '@holdfast/core/resources';
import type { DrainTerms, VolumeKey } from '@holdfast/core/volumes';

/** A volume whose DESTROY waits for its last holder, as the master goes by it; the ledger decides when that has left. */
export interface VolumeDrain {
  readonly volume: VolumeKey;
  /** As in the agent's total, without allocation role. */
  readonly resource: Resource;
  /** Which volume of this name; what is about another one is not about this drain (promise 10). */
  readonly generation: number;
  readonly terms: DrainTerms;
  /** Nobody is offered it: it is not in what the allocator knows of the agent. */
  isWithheld: boolean;
  stopDeadline: () => void;
}
