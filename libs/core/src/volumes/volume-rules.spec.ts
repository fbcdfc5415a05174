import { acquire, create, destroy, gone, held, holderRef, release, resize, volumeResource } from '@holdfast/testing/volume-store';
import type { LedgerUnit } from './ledger-unit';
import { reconcileStore } from './reconcile-store';
import { emptyLedger, type StoreLedger } from './store-ledger';
import type { VolumeState } from './volume-state';
import { applyTransaction } from './volume-rules';

const V = 'eng/vol-1';
const T1 = holderRef('t1');
const T2 = holderRef('t2');

/** A verified store whose volume V is in this state, held by T1 if wanted. */
function ledgerWith(state: VolumeState, isHeld = false): StoreLedger {
  const record = { state, generation: 3, resource: volumeResource(V), creator: {}, agentId: 'agent-1', createdMs: 1 };
  const holder = { ...T1, mode: 'RW', state: 'running', sinceMs: 1 } as const;
  return {
    ...emptyLedger('store'),
    epoch: 1,
    verifiedEpoch: 1,
    revision: 9,
    volumes: new Map([[V, record]]),
    holdings: isHeld ? new Map([[V, new Map([['framework-1/t1/launch-of-t1', holder]])]]) : new Map(),
  };
}

const ask = (ledger: StoreLedger, ...units: LedgerUnit[]) =>
  applyTransaction(ledger, { storeId: 'store', epoch: 1, seenRevision: 9, nowMs: 2, units });
const codes = (ledger: StoreLedger, ...units: LedgerUnit[]) =>
  ask(ledger, ...units).result.results.map(({ refusal }) => refusal?.code ?? 'done');

describe('a draining volume', () => {
  it('admits nobody new, though whoever holds it may ask again', () => {
    expect(codes(ledgerWith('draining', true), acquire(T2, V), acquire(T1, V))).toEqual(['volume_not_ready', 'done']);
  });

  it('is destroyed once the last holder is released', () => {
    expect(codes(ledgerWith('draining', true), destroy(V), release(T1, V), destroy(V))).toEqual(['volume_in_use', 'done', 'done']);
  });

  it('keeps its size, since it is about to go', () => {
    expect(codes(ledgerWith('draining', true), resize(V, 80))).toEqual(['volume_not_ready']);
  });

  it('is lost when its agent no longer has it', () => {
    const report = { storeId: 'store', agentId: 'agent-1', epoch: 1, seenRevision: 9, nowMs: 2, volumes: [], holders: [] };
    expect(reconcileStore(ledgerWith('draining'), report).ledger.volumes.get(V)).toMatchObject({ state: 'gone', generation: 3 });
  });
});

describe('a transaction', () => {
  it('leaves the books it was given as they were', () => {
    const before = ledgerWith('ready', true);
    const copy = structuredClone(before);
    ask(before, release(T1, V), acquire(T2, V), create('eng/vol-2'));
    reconcileStore(before, { storeId: 'store', agentId: 'a', epoch: 2, seenRevision: 20, nowMs: 2, volumes: [], holders: [held(T2, V)] });
    expect(before).toEqual(copy);
  });

  it('does not keep to whom a volume happens to be allocated when it is created', () => {
    const unit = { ...create('eng/vol-2'), resource: { ...volumeResource('eng/vol-2'), allocationRole: 'eng/a' } } as LedgerUnit;
    const { ledger } = ask(ledgerWith('ready'), unit);
    expect(ledger.volumes.get('eng/vol-2')?.resource).toEqual(volumeResource('eng/vol-2'));
    const report = { storeId: 'store', agentId: 'agent-1', epoch: 1, seenRevision: 9, nowMs: 2, holders: [] };
    const volumes = [V, 'eng/vol-2'].map((volume) => ({ volume, resource: volumeResource(volume) }));
    expect(reconcileStore(ledger, { ...report, volumes }).entries.map(({ change }) => change)).toEqual(['volume_ready']);
  });

  it('says at which revision a unit was refused', () => {
    const [, second] = ask(ledgerWith('ready'), acquire(T1, V), destroy(V)).result.results;
    expect(second?.refusal).toMatchObject({ code: 'volume_in_use', ledgerRevision: 10 });
    expect(second?.refusal?.message).toContain('task t1 of framework framework-1');
  });

  it('is refused a deletion of what is held, even while it is being destroyed', () => {
    expect(codes(ledgerWith('destroying', true), gone(V, 3))).toEqual(['volume_in_use']);
  });
});
