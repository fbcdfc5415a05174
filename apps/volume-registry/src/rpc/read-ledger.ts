import { volumeRegistryService } from '@holdfast/contracts';
import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import type { VolumeStore } from '@holdfast/core/volumes';
import { RedisFault } from '@holdfast/platform/redis';
import { handleUnary, type RpcHandler } from '@holdfast/platform/rpc';
import { LedgerAway } from '../ledger';

/** However many entries a caller asks for, one answer stays well below a message's limit. */
const MOST_ENTRIES = 10_000;

/**
 * VolumeRegistryService.ReadVolumes: the volumes of the stores that are named, tombstones included, each store as it is at one instant.
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | Redis does not answer in time | UNAVAILABLE, `ledger_unavailable` | there is no answer | tries later |
 */
export const readVolumesHandler = (store: VolumeStore): RpcHandler =>
  handleUnary(volumeRegistryService.readVolumes, (query) => asked(store.readVolumes(query), (volumes) => ({ volumes })));

/**
 * VolumeRegistryService.ReadHistory: changes after a revision, in order; what the history has trimmed is missing.
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | Redis does not answer in time | UNAVAILABLE, `ledger_unavailable` | there is no answer | tries later |
 */
export const readHistoryHandler = (store: VolumeStore): RpcHandler =>
  handleUnary(volumeRegistryService.readHistory, (query) =>
    asked(store.readHistory({ ...query, limit: Math.min(query.limit, MOST_ENTRIES) }), (entries) => ({ entries })),
  );

async function asked<T, A>(read: Promise<T>, asAnswer: (value: T) => A): Promise<Result<A>> {
  try {
    return ok(asAnswer(await read));
  } catch (error) {
    if (error instanceof LedgerAway || error instanceof RedisFault)
      return refused(refuse('ledger_unavailable', { problem: error.message }));
    throw error;
  }
}
