import type { LedgerEntry, LedgerVolume } from '@holdfast/core/volumes';
import { orThrow, type Operator } from '@holdfast/scheduler-sdk';
import { checkHistory } from '@holdfast/testing/ledger-model';
import { violation, type Violation } from './violation';

const PAGE = 1_000;

/** Whether each agent's ledger got to where it is by lawful steps. `volumes`: the books, read before. */
export async function checkHistories(
  operator: Operator,
  agentIds: readonly string[],
  volumes: readonly LedgerVolume[],
): Promise<readonly Violation[]> {
  const found = await Promise.all(
    agentIds.map(async (agentId) => {
      const entries = await readHistory(operator, agentId);
      const problems = checkHistory({ entries, volumes: volumes.filter((volume) => volume.agentId === agentId) });
      return problems.map((problem) => violation('history', `agent ${agentId}: ${problem}`));
    }),
  );
  return found.flat();
}

async function readHistory(operator: Operator, agentId: string): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (;;) {
    const page = orThrow(await operator.history({ agentId, afterRevision: entries.at(-1)?.revision ?? 0, limit: PAGE }), 'history').entries;
    entries.push(...page);
    if (page.length < PAGE) return entries;
  }
}
