import { Resources } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { applyTransaction, type StoreLedger } from '@holdfast/core/volumes';
import {
  accept,
  askLedger,
  context,
  cpus,
  create,
  destroy,
  drain,
  engDisk,
  framework,
  grow,
  launch,
  ledgerWith,
  outcomes,
  reserve,
  reserved,
  task,
  text,
  volume,
} from './accept.fixture';
import type { AcceptContext } from './accept-plan';
import type { Operation } from './operation';
import { planAccept } from './plan-accept';
import { settleAccept } from './settle-accept';

const V = volume('v');
const W = volume('w');
const offer = (more: Partial<AcceptContext> = {}) => context([cpus(4), engDisk(100), V, W], more);
const held = (...by: readonly (readonly [task: string, of: typeof V])[]): StoreLedger =>
  ledgerWith([V, W], Object.fromEntries(by.map(([id, of]) => [id, [of]])));

describe('DESTROY when unused', () => {
  it('of a volume that nobody holds goes the way of a DESTROY', () => {
    const [unused, plain] = [drain()(V), destroy(V)].map((operation) => accept(offer(), [operation]));
    expect(unused?.agentSteps).toEqual(plain?.agentSteps);
    expect(unused).toMatchObject({ destroying: [V], draining: [], results: [{ type: 'DESTROY', tasks: [] }] });
    expect(text(unused!.recoverUnfiltered)).toBe(text(plain!.recoverUnfiltered));
    expect(unused?.results[0]).not.toHaveProperty('waitsFor');
  });

  it('of a volume in use waits: who holds it is told, nothing is converted, and its copy goes back', () => {
    const settled = accept(offer(), [drain()(V)], held(['t0', V]));
    expect(settled.results[0]).toMatchObject({ type: 'DESTROY', waitsFor: [{ taskId: 't0' }] });
    expect(settled.results[0]).not.toHaveProperty('refusal');
    expect(settled).toMatchObject({ agentSteps: [], conversions: [], destroying: [], draining: [{ resource: V, generation: 1 }] });
    expect(settled.recoverFiltered.equals(offer().offered)).toBe(true);
  });

  it('tells the ledger who asks, on what terms, and until when as the clock has it', () => {
    const of = offer({ framework: framework({ principal: 'alice' }), nowMs: 5_000 });
    const { units } = planAccept(of, [{ ...drain({ admitsReaders: true, deadlineMs: 2_000, onDeadline: 'kill' })(V), id: 'op-1' }]);
    const requester = { frameworkId: 'f1', principal: 'alice', operationId: 'op-1' };
    const terms = { requester, admitsReaders: true, deadlineAtMs: 7_000, onDeadline: 'kill' };
    expect(units).toEqual([{ kind: 'drain_volume', volume: 'eng/v', drain: terms }]);
  });

  it('of several volumes destroys those that are unused at once; none waits for another', () => {
    const settled = accept(offer(), [drain()(V, W)], held(['t0', V]));
    expect(settled.draining.map(({ resource }) => resource)).toEqual([V]);
    expect(settled.destroying).toEqual([W]);
    expect(settled.agentSteps).toMatchObject([{ operation: { type: 'DESTROY', resources: [W] }, generations: [1] }]);
    expect(settled.results[0]?.waitsFor?.map(({ taskId }) => taskId)).toEqual(['t0']);
  });

  it('of which the ledger refuses one is refused for that, and what it granted is done all the same', () => {
    const waits = { kind: 'drain_volume', volume: 'eng/v', drain: { requester: {}, admitsReaders: false, onDeadline: 'kill' } } as const;
    const before = applyTransaction(held(['t0', V]), { storeId: 's1', epoch: 1, seenRevision: 0, nowMs: 2_000, units: [waits] }).ledger;
    const settled = accept(offer(), [drain()(V, W)], before);
    expect(outcomes(settled)).toEqual(['destroy_pending']);
    expect(settled.destroying).toEqual([W]);
  });

  it('says which volume of its name is meant, as a DESTROY and a CREATE do (promise 10)', () => {
    const again = applyTransaction(ledgerWith([]), {
      storeId: 's1',
      epoch: 1,
      seenRevision: 0,
      nowMs: 1_000,
      units: [
        { kind: 'create_volume', volume: 'eng/v', resource: V, creator: {}, agentId: 'a1' },
        { kind: 'confirm_created', volume: 'eng/v', generation: 1 },
        { kind: 'destroy_volume', volume: 'eng/v' },
        { kind: 'volume_gone', volume: 'eng/v', generation: 1, cause: 'destroyed' },
      ],
    }).ledger;
    const settled = accept(context([cpus(4), engDisk(100)]), [create(V), launch(task('t1', [cpus(1), V])), drain()(V)], again);
    expect(settled.agentSteps[0]).toMatchObject({ operation: { type: 'CREATE' }, generations: [2] });
    expect(settled.draining).toMatchObject([{ resource: V, generation: 2 }]);
    const destroyed = accept(context([cpus(4), engDisk(100)]), [create(V), destroy(V)], again);
    expect(destroyed.agentSteps.map((step) => 'generations' in step && step.generations)).toEqual([[2], [2]]);
  });

  it('with an id names one volume, since its framework is told when that is gone', () => {
    expect(outcomes(accept(offer(), [{ ...drain()(V, W), id: 'op' }]))).toEqual(['operation_invalid']);
    expect(outcomes(accept(offer(), [{ ...drain()(V), id: 'op' }]))).toEqual(['applied']);
  });

  it('is checked and authorized as a DESTROY is, by the stored creator (B-123)', () => {
    const asked: unknown[] = [];
    const of = offer({ authorize: (action) => void asked.push(action) });
    const operations = [drain()(volume('unknown')), drain()(engDisk(1)), drain()(V)];
    expect(outcomes(accept(of, operations))).toEqual(['volume_not_found', 'operation_invalid', 'applied']);
    expect(asked).toEqual([{ kind: 'destroy_volumes', creators: [undefined] }]);
  });

  it('of a volume of the agent that the offers do not hold is refused', () => {
    const of = context([cpus(1)], { agentTotal: Resources.of([cpus(1), V]) });
    expect(outcomes(accept(of, [drain()(V)]))).toEqual(['insufficient_resources']);
  });

  it('is refused with everything else when the ledger is', () => {
    const settled = accept(offer(), [drain()(V)], { code: 'ledger_unavailable', message: 'away', details: { problem: 'away' } });
    expect(outcomes(settled)).toEqual(['ledger_unavailable']);
    expect(settled).toMatchObject({ draining: [], destroying: [], agentSteps: [] });
  });
});

describe('a task’s scratch volume', () => {
  const disk = cpus(1);
  const scratch = volume('scratch', { mb: 40, shared: false });
  const story = (...after: Operation[]): Operation[] => [
    reserve(reserved(disk, 'eng')),
    create(scratch),
    launch(task('t1', [cpus(1), scratch])),
    drain()(scratch),
    ...after,
  ];

  it('is created, used and destroyed after its use in one ACCEPT: the launch before is what the DESTROY waits for', () => {
    const of = context([cpus(3), engDisk(50)]);
    const plan = planAccept(of, story());
    const { answer, ledger } = askLedger(plan, ledgerWith([]));
    const settled = settleAccept(plan, of, answer);
    expect(outcomes(settled)).toEqual(['applied', 'applied', 'staged', 'applied']);
    expect(settled.results[3]?.waitsFor).toMatchObject([{ taskId: 't1', state: 'pending' }]);
    expect(settled.draining).toMatchObject([{ resource: scratch, generation: 1 }]);
    expect(settled.agentSteps.map(({ kind }) => kind)).toEqual(['apply_operation', 'apply_operation', 'run_task']);
    expect(ledger.volumes.get(keyOfVolume(scratch))).toMatchObject({ state: 'draining', drain: { isMade: false } });
  });

  it('whose task the ledger refuses is destroyed at once', () => {
    const of = context([cpus(3), engDisk(50)]);
    const plan = planAccept(of, story());
    const { answer } = askLedger(plan, ledgerWith([]), ({ kind }) => kind === 'acquire_volumes');
    expect(settleAccept(plan, of, answer)).toMatchObject({ destroying: [scratch], draining: [], launched: [] });
  });

  it('that could not be created is not waited for', () => {
    const of = context([cpus(3), engDisk(50)]);
    const plan = planAccept(of, story());
    const { answer } = askLedger(plan, ledgerWith([]), ({ kind }) => kind === 'create_volume');
    const settled = settleAccept(plan, of, answer);
    expect(outcomes(settled)).toEqual(['applied', 'agent_refused', 'dependency_refused', 'dependency_refused']);
    expect(settled).toMatchObject({ draining: [], destroying: [] });
  });
});

describe('after a DESTROY when unused, in the same ACCEPT', () => {
  const after = (more: Parameters<typeof drain>[0], ...operations: Operation[]) =>
    outcomes(accept(offer(), [drain(more)(V), ...operations], held(['t0', V])));
  const reader = volume('v', { mode: 'RO' });

  it('a launch that uses the volume is refused as the ledger says, a reader only unless readers are admitted', () => {
    expect(after({}, launch(task('t1', [cpus(1), V])))).toEqual(['applied', 'volume_not_ready']);
    expect(after({}, launch(task('t1', [cpus(1), reader])))).toEqual(['applied', 'volume_not_ready']);
    expect(after({ admitsReaders: true }, launch(task('t1', [cpus(1), V])))).toEqual(['applied', 'volume_not_ready']);
    expect(after({ admitsReaders: true }, launch(task('t1', [cpus(1), reader])))).toEqual(['applied', 'staged']);
  });

  it('the volume cannot be destroyed or resized once more', () => {
    expect(after({}, destroy(V), drain()(V), grow(V, 1))).toEqual([
      'applied',
      'operation_invalid',
      'operation_invalid',
      'operation_invalid',
    ]);
  });

  it('its name and its disk are not free, even when it was destroyed at once', () => {
    const exact = context([V]);
    expect(outcomes(accept(exact, [drain()(V), create(V)]))).toEqual(['applied', 'volume_exists']);
    expect(outcomes(accept(exact, [drain()(V), create(volume('other'))]))).toEqual(['applied', 'insufficient_resources']);
  });
});
