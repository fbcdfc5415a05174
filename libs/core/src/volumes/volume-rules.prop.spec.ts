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

const each = (law: (step: Step) => void) =>
  fc.assert(
    fc.property(ledgerCommands, (commands) => play(commands).forEach(law)),
    { numRuns: 200 },
  );

describe('the rules of the ledger', () => {
  it('let a volume become destroying only while nobody holds it, and only in a verified store (promise 1)', () => {
    const ways = new Set<string>();
    each(({ before, after, entries, asked }) => {
      let holdings = before.holdings;
      for (const entry of entries) {
        if (entry.change === 'volume_destroying') {
          ways.add(`${'units' in asked ? 'asked' : 'reported'} ${entry.cause ?? 'plainly'}`);
          expect(holdings.get(entry.volume)?.size ?? 0).toBe(0);
          // A transaction never verifies a store, so that it was before if it is now; a report does before it destroys.
          expect(isVerified(after)).toBe(true);
        }
        holdings = follow(holdings, entry);
      }
    });
    expect([...ways].sort()).toEqual(['asked plainly', 'asked unused', 'reported unused']);
  });

  it('admit nobody new while a destroy waits, but who only reads where that was asked for', () => {
    const admitted = new Set<string>();
    each(({ before, entries }) => {
      const drains = new Map<string, boolean>();
      for (const [key, { state, drain }] of before.volumes) if (state === 'draining') drains.set(key, drain?.admitsReaders ?? false);
      for (const { change, volume, cause, holder } of entries) {
        if (change === 'volume_draining') drains.set(volume, cause?.startsWith('new holders may only read') ?? false);
        if (change === 'destroy_cancelled' || change === 'volume_destroying' || change === 'volume_gone') drains.delete(volume);
        if (change !== 'volume_acquired' || cause === 'agent_reported' || !drains.has(volume)) continue;
        admitted.add(holder?.mode ?? '');
        expect(drains.get(volume)).toBe(true);
      }
    });
    expect([...admitted]).toEqual(['RO']);
  });

  it('leave no destroy waiting for nobody in a verified store, and keep its terms no longer than the volume', () => {
    let waiting = 0;
    each(({ after }) => {
      for (const { state, drain, holders } of ledgerVolumes(after)) {
        if (state === 'draining') expect(drain).toBeDefined();
        if (drain) expect(['draining', 'destroying']).toContain(state);
        if (state !== 'draining' || !isVerified(after)) continue;
        waiting += 1;
        expect(holders).not.toEqual([]);
      }
    });
    expect(waiting).toBeGreaterThan(0);
  });

  it('take no word about another volume of the name for this one (promise 10)', () => {
    const kinds = new Set<string>();
    each(({ before, after, asked }) => {
      const [unit, ...others] = 'units' in asked ? asked.units : [];
      if (!unit || others.length > 0 || !('generation' in unit) || before.volumes.get(unit.volume)?.generation === unit.generation) return;
      kinds.add(unit.kind);
      expect(after.volumes).toEqual(before.volumes);
      expect(after.holdings).toEqual(before.holdings);
    });
    expect([...kinds].sort()).toEqual(['cancel_destroy', 'confirm_created', 'create_failed', 'volume_gone']);
  });

  it('write into every entry of a report on whose behalf it was asked for', () => {
    each(({ entries, asked }) => {
      if (!('units' in asked)) for (const entry of entries) expect(entry.by).toBe(asked.by);
    });
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
