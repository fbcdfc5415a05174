import { volumeRegistryService } from '@holdfast/contracts';
import { ok } from '@holdfast/core/base';
import type { VolumeStore } from '@holdfast/core/volumes';
import { handleUnary, type RpcHandler } from '@holdfast/platform/rpc';

/**
 * VolumeRegistryService.ReconcileStore: an agent's report is the truth about what exists and runs. Repeating is harmless.
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | the epoch is over | `stale_epoch` in the outcome | nothing changed | no longer leads, and stops |
 * | Redis does not answer in time | `ledger_unavailable` in the outcome | the store stays unverified, or is verified after all | has the agent report anew |
 * | the report cannot be read | INVALID_ARGUMENT | nothing changed | corrects itself |
 */
export const reconcileStoreHandler = (store: VolumeStore): RpcHandler =>
  handleUnary(volumeRegistryService.reconcileStore, async (report) => ok(await store.reconcile(report)));
