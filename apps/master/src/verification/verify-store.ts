import type { StoreId } from '@holdfast/core/base';
import { stillDiffering } from '@holdfast/core/verification';
import type { StoreStanding } from '@holdfast/core/volumes';
import type { Deps } from '../deps';
import { lookAtStore, type StoreVerdict } from './look-at-store';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * What differs at every look until `settleMs` is over; one look, if nothing does. What is only under way differs once and then no more.
 * `standing`: of the store, as read before; later looks read it again.
 */
export async function verifyStore(
  deps: Deps,
  storeId: StoreId,
  standing: StoreStanding | undefined,
  settleMs: number,
): Promise<StoreVerdict> {
  const untilMs = deps.world.nowMs() + settleMs;
  let verdict = await lookAtStore(deps, storeId, async () => standing);
  for (let pauseMs = FIRST_PAUSE_MS; verdict.differences.length > 0; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const leftMs = untilMs - deps.world.nowMs();
    if (leftMs <= 0) break;
    await pause(deps, Math.min(pauseMs, leftMs));
    const { differences, store } = await lookAtStore(deps, storeId, () => standingOf(deps, storeId));
    verdict = { differences: stillDiffering(verdict.differences, differences), store };
  }
  return verdict;
}

const pause = ({ world }: Deps, pauseMs: number): Promise<void> => new Promise((resolve) => void world.after(pauseMs, resolve));

const standingOf = async ({ ledger }: Deps, storeId: StoreId): Promise<StoreStanding | undefined> =>
  (await ledger.readStores()).find((store) => store.storeId === storeId);
