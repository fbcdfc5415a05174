import type { LedgerVolume } from '@holdfast/core/volumes';

/** How far a destroy has come. A later volume of the same name means that the one asked about is gone (promise 10). */
export type DestroyStage = 'waiting' | 'deleting' | 'gone' | 'taken_back';

/** `found`: what the ledger has under the name now; undefined: nothing. */
export function destroyStage(found: Pick<LedgerVolume, 'state' | 'generation'> | undefined, generation: number): DestroyStage {
  if (found === undefined || found.generation > generation) return 'gone';
  switch (found.state) {
    case 'draining':
      return 'waiting';
    case 'destroying':
      return 'deleting';
    case 'gone':
      return 'gone';
    case 'creating':
    case 'ready':
      return 'taken_back';
  }
}
