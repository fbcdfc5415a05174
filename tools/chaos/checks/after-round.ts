import { setTimeout as pause } from 'node:timers/promises';
import type { Operator } from '@holdfast/scheduler-sdk';
import type { ChaosCluster } from '../cluster/chaos-cluster';
import { untilRecovered } from '../cluster/recovery';
import type { Load } from '../load/load';
import { checkHistories } from './history';
import { compareHolders, lookAround } from './holders';
import { persisting } from './settle';
import { violation, type Violation } from './violation';
import { verifyLedger } from './verify';
import { compareVolumes, settleBook } from './volumes';

export interface RoundCheck {
  readonly cluster: ChaosCluster;
  readonly load: Load;
  readonly operator: Operator;
  readonly hasLostWrites: boolean;
  readonly signal: AbortSignal;
}

const RECOVERY_LIMIT_MS = 60_000;
/** What was on its way when the load was paused arrives; calls that nobody waits for any more end. */
const CALM_MS = 1_000;
/** Data is deleted, tasks end, the ledger hears of it. */
const SETTLE_MS = 8_000;
const OFFER_LIMIT_MS = 30_000;

/** Everything that must hold once a cluster has recovered. The load is paused before and goes on afterwards. */
export async function checkAfterRound(check: RoundCheck): Promise<readonly Violation[]> {
  const { cluster, load, operator, signal } = check;
  const ailing = await untilRecovered(cluster.ready, RECOVERY_LIMIT_MS, signal);
  if (ailing.length > 0)
    return ailing.map((problem) => violation('recovery', `${problem}, ${RECOVERY_LIMIT_MS / 1000} s after the last fault`));
  await Promise.all(load.actors.map((actor) => actor.giveBack()));
  await pause(CALM_MS, undefined, { signal });

  const { ready } = cluster;
  const seen = await persisting(
    async () => {
      const look = await lookAround(ready, operator);
      const { volumes } = look;
      return [...compareHolders(look, ready.workDir), ...compareVolumes({ ...check, book: load.book, ready, volumes })];
    },
    SETTLE_MS,
    signal,
  );
  const found = [...seen, ...load.wrongData.splice(0).map((problem) => violation('data lost', problem)), ...(await verifyLedger(operator))];
  if (found.length > 0) return found;

  const { volumes } = await lookAround(ready, operator);
  const unlawful = await checkHistories(
    operator,
    ready.agents.map(({ id }) => id),
    volumes,
  );
  if (unlawful.length > 0) return unlawful;
  settleBook({ ...check, book: load.book, ready, volumes });
  return (await load.unserved(OFFER_LIMIT_MS)).map((name) =>
    violation('no offers', `framework ${name} gets no offer within ${OFFER_LIMIT_MS / 1000} s`),
  );
}
