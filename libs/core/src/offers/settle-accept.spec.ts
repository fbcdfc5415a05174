import { refuse, type Refusal } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { UnitResult } from '@holdfast/core/volumes';
import {
  accept,
  askLedger,
  context,
  cpus,
  create,
  destroy,
  engDisk,
  launch,
  ledgerWith,
  outcomes,
  reserve,
  reserved,
  task,
  text,
  volume,
} from './accept.fixture';
import { planAccept } from './plan-accept';
import { settleAccept } from './settle-accept';

const v = volume('v');
const own = volume('own', { shared: false });
const t = (id: string, ...more: Parameters<typeof task>[1]) => task(id, [cpus(1), ...more]);
const granted: UnitResult = {};
const notReady: UnitResult = { refusal: refuse('volume_not_ready', { role: 'eng', persistenceId: 'v', state: 'draining' }) };

describe('a DESTROY and the ledger', () => {
  it('is refused with every holder named while anybody holds the volume (A-039, A-040)', () => {
    const settled = accept(context([v]), [destroy(v)], ledgerWith([v], { 'task-1': [v], 'task-2': [v] }));
    expect(outcomes(settled)).toEqual(['volume_in_use']);
    expect(settled.results[0]?.refusal?.message).toMatch(/task-1 of framework f0.*task-2 of framework f0/);
    expect([settled.agentSteps, settled.conversions, settled.destroying]).toEqual([[], [], []]);
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([v])));
  });

  it('once granted says which volumes other offers must not hold any longer, without allocation role (A-063, A-065, A-066)', () => {
    const settled = accept(context([v, cpus(1)]), [destroy(v)]);
    expect(outcomes(settled)).toEqual(['applied']);
    expect(settled.destroying).toEqual([v]);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([engDisk(64)])));
    expect(text(settled.recoverFiltered)).toBe('cpus:1');
  });

  it('gives the disk back reserved as it was (B-055)', () => {
    const settled = accept(context([v]), [destroy(v)]);
    expect(settled.recoverUnfiltered.equals(Resources.of([engDisk(64)]).allocate('eng'))).toBe(true);
  });

  it('after a LAUNCH on the volume in the same call is refused, naming the new task (A-067)', () => {
    const settled = accept(context([cpus(1), v]), [launch(t('t1', v)), destroy(v)]);
    expect(outcomes(settled)).toEqual(['staged', 'volume_in_use']);
    expect(settled.results[1]?.refusal?.message).toContain('task t1 of framework f1');
  });

  it('before a LAUNCH on the volume takes it from the task (A-068)', () => {
    const settled = accept(context([cpus(1), v]), [destroy(v), launch(t('t1', v))]);
    expect(outcomes(settled)).toEqual(['applied', 'volume_not_ready']);
    expect(text(settled.recoverFiltered)).toBe('cpus:1');
  });

  it('that was refused before a LAUNCH does not keep the task from the volume (B-072)', () => {
    for (const volumes of [v, own]) {
      const unverified = { ...ledgerWith([v, own]), verifiedEpoch: 0 };
      const settled = accept(context([cpus(1), v, own]), [destroy(volumes), launch(t('t1', volumes))], unverified);
      expect(outcomes(settled)).toEqual(['ledger_unverified', 'staged']);
    }
  });

  it('of a volume that is not shared succeeds while a different shared one is in use (A-045)', () => {
    const settled = accept(context([v, own]), [destroy(own)], ledgerWith([v, own], { 'task-1': [v] }));
    expect(outcomes(settled)).toEqual(['applied']);
  });

  it('treats the copies of two accepted offers as the one volume they are; the other copy goes back without filter (A-026, A-069)', () => {
    const settled = accept(context([v, v, cpus(1)]), [destroy(v)]);
    expect(outcomes(settled)).toEqual(['applied']);
    expect(settled.conversions.map(({ consumed, produced }) => [text(consumed), text(produced)])).toEqual([
      [text(Resources.of([v])), text(Resources.of([engDisk(64)]))],
    ]);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([engDisk(64), v])));
    expect(text(settled.recoverFiltered)).toBe('cpus:1');
  });

  it('of two volumes is granted or refused whole', () => {
    const both = context([v, volume('w')]);
    const settled = accept(both, [destroy(v, volume('w'))], ledgerWith([v, volume('w')], { 'task-1': [volume('w')] }));
    expect(outcomes(settled)).toEqual(['volume_in_use']);
    expect([settled.destroying, settled.agentSteps]).toEqual([[], []]);
    const ledger = ledgerWith([v, volume('w')], { 'task-1': [volume('w')] });
    expect(askLedger(planAccept(both, [destroy(v, volume('w'))]), ledger).ledger.volumes.get('eng/v')?.state).toBe('ready');
    expect(accept(both, [destroy(v, volume('w'))]).destroying).toEqual([v, volume('w')]);
  });

  it('is carried out as far as it was granted, should a ledger ever grant a part: that part is durable', () => {
    const inUse = { refusal: refuse('volume_in_use', { role: 'eng', persistenceId: 'w', holders: [] }) };
    const operations = [destroy(v, volume('w')), launch(t('t1', engDisk(64)))];
    const settled = accept(context([cpus(1), v, volume('w')]), operations, [granted, inUse]);
    expect(outcomes(settled)).toEqual(['volume_in_use', 'dependency_refused']);
    expect(settled.destroying).toEqual([v]);
    expect(settled.agentSteps).toMatchObject([{ kind: 'apply_operation', operation: { type: 'DESTROY', resources: [v] } }]);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([engDisk(64)])));
  });
});

describe('steps that build on others', () => {
  it('are refused with them, and say which (A-061)', () => {
    const exists: UnitResult = { refusal: refuse('volume_exists', { role: 'eng', persistenceId: 'v' }) };
    const dependent: UnitResult = { refusal: refuse('dependency_refused', { operationIndex: 0 }) };
    const operations = [reserve(reserved(cpus(1), 'eng')), create(v), launch(t('t1', v), t('t2'))];
    const settled = accept(context([cpus(3), engDisk(64)]), operations, [exists, dependent]);
    expect(outcomes(settled)).toEqual(['applied', 'volume_exists', 'dependency_refused staged']);
    expect(settled.results[2]?.tasks[0]?.refusal?.details).toEqual({ operationIndex: 1 });
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([cpus(1), engDisk(64)])));
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([reserved(cpus(1), 'eng')])));
  });

  it('are refused with them even where they ask nothing of the ledger', () => {
    const settled = accept(context([cpus(1), v]), [destroy(v), launch(t('t1', engDisk(64)))], ledgerWith([v], { 'task-1': [v] }));
    expect(outcomes(settled)).toEqual(['volume_in_use', 'dependency_refused']);
    expect(settled.used.isEmpty).toBe(true);
  });

  it('go on without them where they can do without', () => {
    const settled = accept(
      context([cpus(1), engDisk(64), v]),
      [destroy(v), launch(t('t1', engDisk(64)))],
      ledgerWith([v], { 'task-1': [v] }),
    );
    expect(outcomes(settled)).toEqual(['volume_in_use', 'staged']);
  });
});

describe('a ledger that refuses everything', () => {
  const down: Refusal = refuse('ledger_unavailable', { problem: 'no route to host' });

  it('is the reason for every step with units; the rest goes on', () => {
    const offer = context([cpus(4), engDisk(64), v]);
    const operations = [
      create(volume('w')),
      launch(t('t1', v), t('t2')),
      destroy(v),
      reserve(reserved(cpus(1), 'eng')),
      launch(t('t3', volume('w'))),
    ];
    const settled = accept(offer, operations, down);
    expect(outcomes(settled)).toEqual([
      'ledger_unavailable',
      'ledger_unavailable staged',
      'ledger_unavailable',
      'applied',
      'ledger_unavailable',
    ]);
    expect(settled.destroying).toEqual([]);
    expect(settled.agentSteps.map((step) => [step.kind, step.operationIndex])).toEqual([
      ['run_task', 1],
      ['apply_operation', 3],
    ]);
  });

  it('refuses what builds on such a step', () => {
    const settled = accept(context([cpus(1), v]), [destroy(v), launch(t('t1', engDisk(64)))], down);
    expect(outcomes(settled)).toEqual(['ledger_unavailable', 'dependency_refused']);
  });
});

describe('settleAccept', () => {
  it('refuses only the task whose volumes the ledger refuses (B-074)', () => {
    const settled = accept(context([cpus(2), v]), [launch(t('t1', v), t('t2', v))], [notReady, granted]);
    expect(outcomes(settled)).toEqual(['volume_not_ready staged']);
    expect(settled.launched.map(({ task: { info }, operationIndex }) => [info.taskId, operationIndex])).toEqual([['t2', 0]]);
    expect(text(settled.recoverFiltered)).toBe('cpus:1');
  });

  it('adds a copy from nothing for each task that the offers hold none for (A-058)', () => {
    const settled = accept(context([cpus(3), v, v]), [launch(t('t1', v), t('t2', v), t('t3', v))]);
    expect(settled.conversions.map(({ consumed, produced }) => [consumed.isEmpty, text(produced)])).toEqual([
      [true, text(Resources.of([v]))],
    ]);
    expect(settled.used.count({ ...v, allocationRole: 'eng' })).toBe(3);
    expect([settled.recoverFiltered.isEmpty, settled.recoverUnfiltered.isEmpty]).toEqual([true, true]);
  });

  it('adds copies only for tasks that were launched (A-058)', () => {
    const settled = accept(context([cpus(2), v]), [launch(t('t1', v), t('t2', v))], [notReady, granted]);
    expect(settled.conversions).toEqual([]);
    expect(settled.used.count({ ...v, allocationRole: 'eng' })).toBe(1);
  });

  it('gives back a volume created and not launched on without filter, what was not touched with it (A-072, B-079)', () => {
    const settled = accept(context([cpus(2), engDisk(100)]), [create(v), reserve(reserved(cpus(1), 'eng')), launch(t('t1'))]);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([v, reserved(cpus(1), 'eng')])));
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([engDisk(36)])));
  });

  it('puts the agent’s steps in the order of the call, without allocation roles', () => {
    const settled = accept(context([cpus(2), engDisk(64)]), [launch(t('t1')), create({ ...v, allocationRole: 'eng' }), launch(t('t2', v))]);
    expect(
      settled.agentSteps.map((step) =>
        step.kind === 'apply_operation' ? step.operation.type : step.kind === 'run_task' ? step.task.info.taskId : step.kind,
      ),
    ).toEqual(['t1', 'CREATE', 't2']);
    const step = settled.agentSteps[1];
    expect(step?.kind === 'apply_operation' && step.operation).toEqual({ type: 'CREATE', resources: [v] });
    expect(step?.kind === 'apply_operation' && step.conversion.produced.equals(Resources.of([v]))).toBe(true);
  });

  it('does not take an answer that leaves a unit open: a task without its holder must not start (promise 2)', () => {
    const offer = context([cpus(1), v]);
    const plan = planAccept(offer, [launch(t('t1', v))]);
    expect(() => settleAccept(plan, offer, [])).toThrow('the ledger answers every unit');
  });
});
