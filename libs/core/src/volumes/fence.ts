import { refuse, type Epoch, type Refusal, type Revision } from '@holdfast/core/base';
import type { LedgerDraft } from './ledger-draft';

/**
 * What every call passes first (architecture section 6, fencing and safe start).
 * An epoch below the highest seen: refused, nothing changes. Above it: becomes the fence, and the store is unverified until its agent has reported.
 * A revision above the stored one: the store has lost writes and is unverified.
 */
export function passFence(draft: LedgerDraft, call: { readonly epoch: Epoch; readonly seenRevision: Revision }): Refusal | undefined {
  if (call.epoch < draft.epoch) return refuse('stale_epoch', { epoch: call.epoch, highest: draft.epoch }, draft.revision);
  draft.raiseFence(call.epoch);
  if (call.seenRevision > draft.revision) draft.noteLostWrites(call.seenRevision);
  return undefined;
}
