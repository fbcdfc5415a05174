import { refuse } from '@holdfast/core/base';
import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import {
  accept,
  askLedger,
  context,
  cpus,
  create,
  destroy,
  engDisk,
  executor,
  executorResources,
  grow,
  launch,
  launchGroup,
  ledgerWith,
  mem,
  outcomes,
  reserved,
  shrink,
  task,
  text,
  unreserve,
  volume,
} from './accept.fixture';
import { convertTotal, unallocatedConversion } from './conversion';
import { planAccept } from './plan-accept';

const v = volume('v');
const own = volume('own', { shared: false });
const using = (id: string, ...more: Resource[]) => task(id, [cpus(1), ...more]);
const sizes = (list: readonly { readonly consumed: Resources; readonly produced: Resources }[]) =>
  list.map(({ consumed, produced }) => `${text(consumed)} -> ${text(produced)}`);

describe('GROW_VOLUME', () => {
  it('makes one volume of the summed size out of volume and disk, and asks the ledger once (B-059)', () => {
    const offer = context([own, engDisk(20)]);
    const grown = volume('own', { shared: false, mb: 70.5 });
    expect(planAccept(offer, [grow(own, 6.5)]).units).toEqual([{ kind: 'resize_volume', volume: 'eng/own', resource: grown }]);
    const settled = accept(offer, [grow(own, 6.5)]);
    expect(outcomes(settled)).toEqual(['applied']);
    expect(settled.resized).toEqual([{ from: own, to: grown }]);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([grown])));
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([engDisk(13.5)])));
  });

  it('goes to the agent with the volume as the agent has it, without allocation role', () => {
    const asked = { ...grow({ ...own, allocationRole: 'eng' }, 20), id: 'op' };
    const [step] = accept(context([own, engDisk(20)]), [asked]).agentSteps;
    expect(step?.kind === 'apply_operation' && step.operation).toStrictEqual({
      type: 'GROW_VOLUME',
      id: 'op',
      volume: own,
      change: engDisk(20),
    });
    expect(step?.kind === 'apply_operation' && sizes([step.conversion])).toEqual([
      `${text(Resources.of([own, engDisk(20)]))} -> ${text(Resources.of([volume('own', { shared: false, mb: 84 })]))}`,
    ]);
  });

  it('keeps the creator and path that are stored, whatever the request names (A-005, B-123)', () => {
    const stored = volume('own', { shared: false, principal: 'alice', path: 'data' });
    const named = volume('own', { shared: false, principal: 'mallory', path: 'elsewhere' });
    const offer = context([stored, engDisk(20)]);
    const { units } = planAccept(offer, [grow(named, 20)]);
    expect(units).toMatchObject([{ resource: { disk: stored.disk } }]);
    const settled = accept(offer, [grow(named, 20)]);
    expect(settled.resized.map(({ to }) => to.disk)).toEqual([stored.disk]);
    const total = convertTotal(offer.agentTotal, settled.conversions.map(unallocatedConversion));
    expect(total.ok && total.value.toList().map(({ disk }) => disk)).toEqual([stored.disk]);
    expect(settled.agentSteps).toMatchObject([{ operation: { volume: { disk: stored.disk } } }]);
  });

  it('is refused when the disk is not left, or the volume is not in the offers (B-063)', () => {
    expect(outcomes(accept(context([own, engDisk(5)]), [grow(own, 6)]))).toEqual(['insufficient_resources']);
    const elsewhere = context([engDisk(9)], { agentTotal: Resources.of([engDisk(9), own]) });
    expect(outcomes(accept(elsewhere, [grow(own, 6)]))).toEqual(['insufficient_resources']);
    expect(outcomes(accept(elsewhere, [grow(volume('w', { shared: false }), 6)]))).toEqual(['volume_not_found']);
  });

  it('grows a volume that the same call creates, and only if that is created (B-054, B-070)', () => {
    const offer = context([engDisk(90)]);
    const plan = planAccept(offer, [create(v), grow(v, 26)]);
    expect(plan.steps[1]?.requires).toEqual([0]);
    expect(plan.units[1]).toMatchObject({ kind: 'resize_volume', requires: [0] });
    const settled = accept(offer, [create(v), grow(v, 26)]);
    expect(outcomes(settled)).toEqual(['applied', 'applied']);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([volume('v', { mb: 90 })])));
    const exists = { refusal: refuse('volume_exists', { role: 'eng', persistenceId: 'v' }) };
    const refused = accept(offer, [create(v), grow(v, 26)], [exists, { refusal: refuse('dependency_refused', { operationIndex: 0 }) }]);
    expect(outcomes(refused)).toEqual(['volume_exists', 'dependency_refused']);
    expect(refused.resized).toEqual([]);
    expect(text(refused.recoverFiltered)).toBe(text(Resources.of([engDisk(90)])));
  });

  it('on the disk of a volume that the same call destroys depends on the DESTROY', () => {
    const plan = planAccept(context([own, v]), [destroy(v), grow(own, 64)]);
    expect([plan.steps[1]?.requires, plan.units[1]?.requires]).toEqual([[0], [0]]);
    const held = ledgerWith([own, v], { 'task-1': [v] });
    expect(outcomes(accept(context([own, v]), [destroy(v), grow(own, 64)], held))).toEqual(['volume_in_use', 'dependency_refused']);
  });

  it('that the ledger refuses leaves everything as it was', () => {
    const settled = accept(context([own, engDisk(20)]), [grow(own, 20)], refuse('ledger_unavailable', { problem: 'no route' }));
    expect(outcomes(settled)).toEqual(['ledger_unavailable']);
    expect([settled.agentSteps, settled.conversions, settled.resized]).toEqual([[], [], []]);
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([own, engDisk(20)])));
  });
});

describe('GROW_VOLUME of a shared volume', () => {
  it('works while others use it: holders stay (beyond Mesos, A-036)', () => {
    const offer = context([v, engDisk(6)]);
    const ledger = ledgerWith([v], { 'task-1': [v], 'task-2': [v] });
    expect(outcomes(accept(offer, [grow(v, 6)], ledger))).toEqual(['applied']);
    const after = askLedger(planAccept(offer, [grow(v, 6)]), ledger).ledger;
    expect(after.holdings.get('eng/v')?.size).toBe(2);
    expect(after.volumes.get('eng/v')?.resource).toEqual(volume('v', { mb: 70 }));
  });

  it('is refused where the framework may not, and leaves the volume usable (A-036)', () => {
    const offer = context([v, engDisk(6), cpus(1)], { mayGrowShared: false });
    expect(outcomes(accept(offer, [grow(v, 6), launch(using('t1', v))]))).toEqual(['capability_missing', 'staged']);
  });

  it('converts one copy of several; the others go back without filter, as those of rescinded offers do (A-026, A-064)', () => {
    const offer = context([v, v, engDisk(6), cpus(1)]);
    const settled = accept(offer, [grow(v, 6)]);
    const grown = volume('v', { mb: 70 });
    expect(sizes(settled.conversions)).toEqual([`${text(Resources.of([v, engDisk(6)]))} -> ${text(Resources.of([grown]))}`]);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([v, grown])));
    expect(text(settled.recoverFiltered)).toBe('cpus:1');
    const total = convertTotal(offer.agentTotal, settled.conversions.map(unallocatedConversion));
    expect(total.ok && total.value.equals(Resources.of([grown, cpus(1)]))).toBe(true);
  });

  it('after a LAUNCH that took its only copy converts one from nothing, and never adds to the total (A-058, A-059)', () => {
    const offer = context([v, engDisk(6), cpus(1)]);
    const settled = accept(offer, [launch(using('t1', v)), grow(v, 6)]);
    const grown = volume('v', { mb: 70 });
    expect(outcomes(settled)).toEqual(['staged', 'applied']);
    expect(sizes(settled.conversions)).toEqual([
      `{} -> ${text(Resources.of([v]))}`,
      `${text(Resources.of([v, engDisk(6)]))} -> ${text(Resources.of([grown]))}`,
    ]);
    expect(settled.used.equals(Resources.of([v, cpus(1)]).allocate('eng'))).toBe(true);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([grown])));
    const total = convertTotal(offer.agentTotal, settled.conversions.map(unallocatedConversion));
    expect(total.ok && total.value.equals(Resources.of([grown, cpus(1)]))).toBe(true);
  });
});

describe('SHRINK_VOLUME', () => {
  it('makes a smaller volume and plain disk, reserved as the volume was (B-059)', () => {
    const settled = accept(context([own, engDisk(5)]), [shrink(own, 24)]);
    const shrunk = volume('own', { shared: false, mb: 40 });
    expect(outcomes(settled)).toEqual(['applied']);
    expect(settled.resized).toEqual([{ from: own, to: shrunk }]);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([shrunk, engDisk(24)])));
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([engDisk(5)])));
  });

  it('on a MOUNT disk is dropped, and a task on the volume still works (B-062)', () => {
    const mounted = { ...own, disk: { ...own.disk, source: { type: 'MOUNT', root: '/mnt/m' } } } as Resource;
    const settled = accept(context([mounted, cpus(1)]), [shrink(mounted, 4), launch(using('t1', mounted))]);
    expect(outcomes(settled)).toEqual(['operation_invalid', 'staged']);
  });

  it('and GROW restore what there was', () => {
    const offer = context([own, engDisk(5)]);
    const once = accept(offer, [shrink(own, 24)]);
    const next = context([...once.recoverFiltered.toList(), ...once.recoverUnfiltered.toList()]);
    const back = accept(next, [grow(volume('own', { shared: false, mb: 40 }), 24)]);
    expect(outcomes(back)).toEqual(['applied']);
    expect(text(back.recoverFiltered.add(back.recoverUnfiltered))).toBe(text(offer.offered));
  });
});

describe('what a resize leaves to later operations of the call', () => {
  const grown = volume('own', { shared: false, mb: 70 });
  const offer = context([own, engDisk(6), cpus(4), ...executorResources()]);

  it.each([
    ['old', own],
    ['new', grown],
  ])('is no %s volume to launch on; the resize itself succeeds (B-060)', (_which, named) => {
    const settled = accept(offer, [grow(own, 6), launch(using('t1', named), using('t2'))]);
    expect(outcomes(settled)).toEqual(['applied', 'task_invalid staged']);
    expect(settled.results[1]?.tasks[0]?.refusal?.message).toBe(
      'Task t1: Volume eng/own is resized by operation 0 of the same call; use it with the next offer, which has its new size.',
    );
    const group = accept(offer, [grow(own, 6), launchGroup(executor('e'), using('t1'), using('t2', named))]);
    expect(outcomes(group)).toEqual(['applied', 'task_invalid task_invalid']);
  });

  it.each([
    ['DESTROY of the old volume', destroy(own)],
    ['DESTROY of the new volume', destroy(grown)],
    ['GROW_VOLUME of the new volume', grow(grown, 1)],
    ['SHRINK_VOLUME of the old volume', shrink(own, 1)],
  ])('is nothing for a %s (B-060)', (_what, later) => {
    const settled = accept(context([own, engDisk(9)]), [grow(own, 6), later]);
    expect(outcomes(settled)).toEqual(['applied', 'operation_invalid']);
    expect(settled.results[1]?.refusal?.message).toContain('is resized by operation 0 of the same call');
  });

  it('is no disk that a SHRINK freed, nor the key for a CREATE (B-060)', () => {
    expect(outcomes(accept(context([own]), [shrink(own, 24), unreserve(engDisk(24))]))).toEqual(['applied', 'insufficient_resources']);
    const settled = accept(context([own]), [shrink(own, 24), create(volume('w', { mb: 4 })), create(volume('own', { mb: 4 }))]);
    expect(outcomes(settled)).toEqual(['applied', 'insufficient_resources', 'volume_exists']);
    expect(settled.results[1]?.refusal?.message).toContain('but only nothing is left');
  });

  it('is what there was, if it was refused in planning (B-073)', () => {
    const settled = accept(context([own, engDisk(5), cpus(1)]), [grow(own, 6), launch(using('t1', own))]);
    expect(outcomes(settled)).toEqual(['insufficient_resources', 'staged']);
  });
});

describe('a resize of what a task of the same call uses', () => {
  it('is refused unless the volume is shared (B-063)', () => {
    const settled = accept(context([own, engDisk(6), cpus(1)]), [launch(using('t1', own)), grow(own, 6)]);
    expect(outcomes(settled)).toEqual(['staged', 'operation_invalid']);
    expect(settled.results[1]?.refusal?.message).toBe('Volume eng/own is used by a task of the same call, and is not shared.');
  });

  it('and other disk stay apart: the addition must be the disk that the volume is made of (B-056)', () => {
    const other = context([own, reserved(scalar('disk', 6), { type: 'static', role: 'eng' })]);
    expect(outcomes(accept(other, [grow(own, 6)]))).toEqual(['insufficient_resources']);
  });
});

describe('an offer that holds a volume as it was before somebody resized it', () => {
  const grown = volume('v', { mb: 70 });
  const stale = context([v, engDisk(6), cpus(2), ...executorResources()], {
    agentTotal: Resources.of([grown, engDisk(64), cpus(4), mem(64)]),
  });

  it('is good for none of its users: the task may be launched with the next offer (A-076)', () => {
    for (const launches of [launch(using('t1', v), using('t2')), launchGroup(executor('e'), using('t1', v))]) {
      const settled = accept(stale, [launches], ledgerWith([grown]));
      expect(settled.results[0]?.tasks[0]?.refusal?.code).toBe('volume_not_found');
      expect(settled.launched.map(({ task: { info } }) => info.taskId)).toEqual(launches.type === 'LAUNCH' ? ['t2'] : []);
    }
  });

  it('is good for no DESTROY or resize, in either size; everything goes back as it was offered', () => {
    const settled = accept(stale, [destroy(v), destroy(grown), grow(v, 6), grow(grown, 6)], ledgerWith([grown]));
    expect(outcomes(settled)).toEqual(['volume_not_found', 'insufficient_resources', 'volume_not_found', 'insufficient_resources']);
    expect(text(settled.recoverFiltered)).toBe(text(stale.offered));
  });

  it('leaves it to the ledger to say that a volume is not there at all (A-076)', () => {
    const vanished = context([v, cpus(1)], { agentTotal: Resources.of([engDisk(64), cpus(1)]) });
    const settled = accept(vanished, [launch(using('t1', v))], ledgerWith([]));
    expect(settled.results[0]?.tasks[0]?.refusal).toMatchObject({ code: 'volume_not_found', ledgerRevision: 0 });
  });
});
