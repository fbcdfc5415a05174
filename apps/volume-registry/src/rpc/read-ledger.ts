import { volumeRegistryService } from '@holdfast/contracts';
import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import type { VolumeStore } from '@holdfast/core/volumes';
import { RedisFault } from '@holdfast/platform/redis';
import { handleUnary, type RpcHandler } from '@holdfast/platform/rpc';
import { isHolderCursor, LedgerAway } from '../ledger';

/** However many entries a caller asks for, one answer stays well below a message's limit. */
const MOST_ENTRIES = 10_000;
const MOST_HOLDERS = 10_000;

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
 * VolumeRegistryService.ReadHolders: a page of about `limit` holders of one volume (10,000 at most), with their count and the revision of
 * the same instant. Whoever holds the volume from the first page to the last is on one of them. No page: there is no such volume.
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | `limit` is 0, or `from` is not what an earlier page ended with | INVALID_ARGUMENT, `invalid_argument` | there is no answer | corrects itself, or begins with the first page |
 * | Redis does not answer in time | UNAVAILABLE, `ledger_unavailable` | there is no answer | tries later |
 */
export const readHoldersHandler = (store: VolumeStore): RpcHandler =>
  handleUnary(volumeRegistryService.readHolders, (query) => {
    const { from, limit } = query;
    if (limit < 1) return refused(refuse('invalid_argument', { field: 'limit', problem: 'a page has at least 1 holder' }));
    if (from !== undefined && !isHolderCursor(from))
      return refused(
        refuse('invalid_argument', {
          field: 'from',
          problem: `no page ended with ${JSON.stringify(from)}; leave it out for the first page`,
        }),
      );
    return asked(store.readHolders({ ...query, limit: Math.min(limit, MOST_HOLDERS) }), (page) => (page ? { page } : {}));
  });

/**
 * VolumeRegistryService.ReadStores: every store that the ledger has ever heard of, by id, and how far it has come. A store that is first
 * heard of meanwhile may be missing.
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | Redis does not answer in time | UNAVAILABLE, `ledger_unavailable` | there is no answer | tries later |
 */
export const readStoresHandler = (store: VolumeStore): RpcHandler =>
  handleUnary(volumeRegistryService.readStores, () => asked(store.readStores(), (stores) => ({ stores })));

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
