import { ok, refuse, refused, type Result, type StoreId } from '@holdfast/core/base';
import { compareText, type StoreStanding } from '@holdfast/core/volumes';
import type { VerifyAnswer, VerifyQuery } from '@holdfast/contracts';
import { ATTR, withSpan } from '@holdfast/platform/telemetry';
import type { Deps } from '../deps';
import { readLedger } from '../ledger/read-ledger';
import { atMostAtOnce } from './at-most-at-once';
import { verifyStore } from './verify-store';

const DEFAULT_SETTLE_MS = 5_000;
/** Each waits for its agent; the ledger and the master's one thread need not be asked for all at a time. */
const STORES_AT_ONCE = 16;

/**
 * Compares ledger, master and agents (architecture section 6), store by store. Changes nothing, and delays each agent's ACCEPTs by one look
 * at a time. Refused: `agent_unknown`, `ledger_unavailable`. An agent that is away or silent is a `problem` of its store.
 */
export function verifyLedger(deps: Deps, query: VerifyQuery): Promise<Result<VerifyAnswer>> {
  const { agentId, settleMs = DEFAULT_SETTLE_MS } = query;
  return withSpan('verify ledger', agentId === undefined ? {} : { [ATTR.agentId]: agentId }, () =>
    readLedger(async () => {
      const agent = agentId === undefined ? undefined : deps.agents.get(agentId);
      if (agentId !== undefined && !agent) return refused(refuse('agent_unknown', { agentId }));
      const standings = new Map((await deps.ledger.readStores()).map((standing) => [standing.storeId, standing]));
      const storeIds = agent ? [agent.storeId] : everyStore(deps, standings);
      const verdicts = await atMostAtOnce(STORES_AT_ONCE, storeIds, (storeId) =>
        deps.verifications.run(storeId, settleMs, () => verifyStore(deps, storeId, standings.get(storeId), settleMs)),
      );
      return ok({ differences: verdicts.flatMap(({ differences }) => differences), stores: verdicts.map(({ store }) => store) });
    }),
  );
}

/** Of agents, and of whatever else the ledger knows. */
function everyStore(deps: Deps, standings: ReadonlyMap<StoreId, StoreStanding>): readonly StoreId[] {
  return [...new Set([...[...deps.agents.all()].map(({ storeId }) => storeId), ...standings.keys()])].sort(compareText);
}
