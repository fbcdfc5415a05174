import { volumeRegistryService } from '@holdfast/contracts';
import type { LedgerFeed } from '@holdfast/core/volumes';
import { handleServerStream, type RpcHandler } from '@holdfast/platform/rpc';

/** Causes may be long; a message must stay well below what its reader accepts. */
const ENTRIES_PER_MESSAGE = 100;
/** More is not read from the ledger while so much waits for the network. */
const MOST_WAITING_BYTES = 256 * 1024;

/**
 * VolumeRegistryService.FollowHistory: what was written after the given revisions, then whatever is written, in the order of revisions
 * within each store, until the caller has enough. A store that does not exist yet is followed from its first entry. However slowly the
 * caller reads, little more than one batch waits for it here.
 *
 * | condition | code | meaning | the caller |
 * |---|---|---|---|
 * | entries after a position are no longer kept | OUT_OF_RANGE, `history_trimmed` | that store cannot be followed from there; others were, until now | reads the volumes, then follows from their revision |
 * | Redis is lost, or does not answer in time | UNAVAILABLE, `ledger_unavailable` | what comes later is not told | begins again from the last entries that it has seen |
 * | the stream breaks | UNAVAILABLE | the same | the same |
 * | a position cannot be read | INVALID_ARGUMENT | nothing is told | corrects itself |
 */
export const followHistoryHandler = (feed: LedgerFeed): RpcHandler =>
  handleServerStream(volumeRegistryService.followHistory, async ({ positions }, stream) => {
    const over = new AbortController();
    stream.onClose(() => over.abort());
    const send: Parameters<LedgerFeed['follow']>[1] = (entries) => {
      for (let at = 0; at < entries.length; at += ENTRIES_PER_MESSAGE) {
        stream.send({ entries: entries.slice(at, at + ENTRIES_PER_MESSAGE) });
      }
      return stream.bufferedBytes > MOST_WAITING_BYTES ? stream.whenTaken() : undefined;
    };
    const result = await feed.follow(positions, send, over.signal);
    if (!result.ok) stream.refuse(result.refusal);
  });
