import fc from 'fast-check';
import { holderId } from '@holdfast/core/base';
import { ledgerCommands, type LedgerCommand } from '@holdfast/testing/volume-store';
import { hold, release, type Holdings } from './holdings';
import type { LedgerEntry, LedgerTransaction, StoreReport } from './ledger-unit';
import { reconcileStore } from './reconcile-store';
import { emptyLedger, isVerified, ledgerVolumes, type StoreLedger } from './store-ledger';
import { applyTransaction } from './volume-rules';

interface Step {
  readonly before: StoreLedger;
  readonly after: StoreLedger;
  readonly entries: readonly LedgerEntry[];
  /** The same call once more, on what it left. */
  readonly again: StoreLedger;
  readonly asked: LedgerTransaction | StoreReport;
  readonly isRefused: boolean;
}

/** Every call that the commands come to, with the books before and after it. */
function play(commands: readonly LedgerCommand[]): readonly Step[] {
  const steps: Step[] = [];
  let ledger = emptyLedger('store');
  commands.forEach((command, at) => {
    if (command.kind === 'remember' || command.kind === 'forget') return;
    const { epochBy, seenBy } = command.kind === 'verify' ? { epochBy: 0, seenBy: 0 } : command;
    const call = {
      storeId: 'store',
      nowMs: at,
      epoch: Math.max(0, ledger.epoch + epochBy),
      seenRevision: Math.max(0, ledger.revision + seenBy),
    };
    const before = ledger;
    if (command.kind === 'apply') {
      const asked = { ...call, units: command.units };
      const { ledger: after, entries, result } = applyTransaction(before, asked);
      steps.push({ before, after, entries, again: applyTransaction(after, asked).ledger, asked, isRefused: result.refusal !== undefined });
      ledger = after;
    } else {
      const volumes = ledgerVolumes(ledger).filter(({ state }) => state !== 'gone');
      const said = command.kind === 'verify' ? { agentId: 'agent-1', volumes, holders: [] } : command.report;
      const asked = { ...call, ...said };
      const { ledger: after, entries, outcome } = reconcileStore(before, asked);
      steps.push({ before, after, entries, again: reconcileStore(after, asked).ledger, asked, isRefused: outcome.refusal !== undefined });
      ledger = after;
    }
  });
  return steps;
}

const each = (law: (step: Step) => void) => fc.assert(fc.property(ledgerCommands, (commands) => play(commands).forEach(law)));

describe('the rules of the ledger', () => {
  it('let a volume become destroying only while nobody holds it, and only in a verified store (promise 1)', () => {
    let destroyed = 0;
    each(({ before, entries }) => {
      let holdings = before.holdings;
      for (const entry of entries) {
        if (entry.change === 'volume_destroying') {
          destroyed += 1;
          expect(holdings.get(entry.volume)?.size ?? 0).toBe(0);
          expect(entry.epoch).toBe(before.verifiedEpoch);
        }
        holdings = follow(holdings, entry);
      }
    });
    expect(destroyed).toBeGreaterThan(0);
  });

  it('let only a report take the holders of a volume that runs tasks away with it: nobody holds what is gone', () => {
    each(({ after }) => {
      for (const { state, holders } of ledgerVolumes(after)) if (state === 'gone') expect(holders).toEqual([]);
    });
  });

  it('change nothing for an older epoch (promise 5)', () => {
    each(({ before, after, entries, asked, isRefused }) => {
      expect(isRefused).toBe(asked.epoch < before.epoch);
      if (!isRefused) return;
      expect(after).toBe(before);
      expect(entries).toEqual([]);
    });
  });

  it('write a history from which the holder sets and states can be told, one revision per entry', () => {
    each(({ before, after, entries, asked }) => {
      expect(entries.reduce(follow, before.holdings)).toEqual(after.holdings);
      const first = Math.max(before.revision, asked.epoch < before.epoch ? 0 : asked.seenRevision) + 1;
      expect(entries.map(({ revision }) => revision)).toEqual(entries.map((_, at) => first + at));
      expect(after.revision).toBe(first + entries.length - 1);
    });
  });

  it('never take a generation back, and raise it with every volume that begins (promise 10)', () => {
    each(({ before, after, entries }) => {
      for (const [key, { generation }] of before.volumes) {
        const begun = entries.filter(({ volume, change }) => volume === key && (change === 'volume_created' || change === 'volume_added'));
        expect(after.volumes.get(key)?.generation).toBe(generation + begun.length);
      }
    });
  });

  it('take an acquire, a release and a report that are repeated as one (promise 6)', () => {
    each(({ after, again, asked }) => {
      const isIdempotent = !('units' in asked) || asked.units.length === 1;
      if (isIdempotent && asked.seenRevision <= after.revision && !createsAgain(asked)) expect(again.holdings).toEqual(after.holdings);
    });
  });

  it('leave a store verified only by a report, and unverified by a new epoch or lost writes', () => {
    each(({ before, after, asked, isRefused }) => {
      if (isRefused) return;
      const isReport = !('units' in asked);
      const isShaken = asked.epoch > before.epoch || asked.seenRevision > before.revision;
      expect(isVerified(after)).toBe(isReport || (isVerified(before) && !isShaken));
    });
  });
});

function follow(holdings: Holdings, { change, volume, holder }: LedgerEntry): Holdings {
  if (!holder) return holdings;
  const without = release(holdings, volume, holderId(holder));
  return change === 'volume_released' ? without : hold(without, volume, holder);
}

/** A volume that failed and is created by the same transaction again is another one. */
const createsAgain = (asked: LedgerTransaction | StoreReport): boolean =>
  'units' in asked && asked.units.some(({ kind }) => kind === 'create_volume' || kind === 'create_failed');
