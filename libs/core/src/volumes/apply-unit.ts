import { unreachable, type Principal } from '@holdfast/core/base';
import type { LedgerDraft } from './ledger-draft';
import type { LedgerUnit, UnitResult } from './ledger-unit';
import { acquireVolumes } from './acquire-volumes';
import { cancelDestroy } from './cancel-destroy';
import { confirmCreated } from './confirm-created';
import { createFailed } from './create-failed';
import { createVolume } from './create-volume';
import { destroyVolume } from './destroy-volume';
import { drainVolume } from './drain-volume';
import { holderEnding } from './holder-ending';
import { holderRunning } from './holder-running';
import { releaseVolumes } from './release-volumes';
import { resizeVolume } from './resize-volume';
import { volumeGone } from './volume-gone';

export function applyUnit(draft: LedgerDraft, unit: LedgerUnit): UnitResult {
  draft.by = askedBy(unit);
  switch (unit.kind) {
    case 'create_volume':
      return createVolume(draft, unit);
    case 'confirm_created':
      return confirmCreated(draft, unit);
    case 'create_failed':
      return createFailed(draft, unit);
    case 'acquire_volumes':
      return acquireVolumes(draft, unit);
    case 'holder_running':
      return holderRunning(draft, unit);
    case 'holder_ending':
      return holderEnding(draft, unit);
    case 'release_volumes':
      return releaseVolumes(draft, unit);
    case 'destroy_volume':
      return destroyVolume(draft, unit);
    case 'drain_volume':
      return drainVolume(draft, unit);
    case 'cancel_destroy':
      return cancelDestroy(draft, unit);
    case 'resize_volume':
      return resizeVolume(draft, unit);
    case 'volume_gone':
      return volumeGone(draft, unit);
    default:
      return unreachable(unit);
  }
}

/** The person who asked for it, where one did: stands in every entry that the unit makes. */
function askedBy(unit: LedgerUnit): Principal | undefined {
  switch (unit.kind) {
    case 'release_volumes':
    case 'cancel_destroy':
      return unit.by;
    case 'drain_volume':
      return unit.drain.requester.principal;
    default:
      return undefined;
  }
}
