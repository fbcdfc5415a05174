import { ok, refuse, refused } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import {
  accept,
  context,
  cpus,
  create,
  destroy,
  dynamic,
  engDisk,
  framework,
  launch,
  mem,
  outcomes,
  reserve,
  reserved,
  task,
  text,
  unreserve,
  volume,
} from './accept.fixture';
import type { MalformedOperation } from './operation';
import { planAccept } from './plan-accept';

const v = volume('v');
const unitKinds = (plan: ReturnType<typeof planAccept>) => plan.units.map(({ kind, requires = [] }) => [kind, ...requires].join(' '));

describe('planAccept', () => {
  it('asks nothing of the ledger for tasks without volumes', () => {
    const plan = planAccept(context([cpus(2), mem(64)]), [launch(task('t1', [cpus(1)]), task('t2', [cpus(1), mem(64)]))]);
    expect(plan.units).toEqual([]);
    expect(plan.steps[0]?.result.tasks).toEqual([{ taskId: 't1' }, { taskId: 't2' }]);
    expect(plan.steps[0]?.tasks.map((each) => each?.launchId)).toEqual(['launch-1', 'launch-2']);
  });

  it('takes operations in order, each on what those before have left (B-070)', () => {
    const offer = context([cpus(2)]);
    const run = launch(task('t1', [reserved(cpus(2), 'eng')]));
    expect(outcomes(accept(offer, [reserve(reserved(cpus(2), 'eng')), run]))).toEqual(['applied', 'staged']);
    expect(outcomes(accept(offer, [run, reserve(reserved(cpus(2), 'eng'))]))).toEqual(['insufficient_resources', 'applied']);
  });

  it('drops a failing operation alone (B-071, B-080)', () => {
    const denied: MalformedOperation = {
      type: 'MALFORMED',
      declaredType: 'UNRESERVE',
      refusal: refuse('unauthorized', { action: 'unreserve', principal: 'p' }),
      taskIds: [],
    };
    const offer = context([cpus(2), reserved(mem(64), 'eng')]);
    const settled = accept(offer, [denied, reserve(reserved(cpus(1), 'eng')), create(v)]);
    expect(outcomes(settled)).toEqual(['unauthorized', 'applied', 'insufficient_resources']);
    expect(settled.results.map(({ type }) => type)).toEqual(['UNRESERVE', 'RESERVE', 'CREATE']);
  });

  it('launches on still reserved resources after a dropped UNRESERVE (B-072)', () => {
    const offer = context([reserved(cpus(2), { type: 'static', role: 'eng' })]);
    const settled = accept(offer, [
      unreserve(reserved(cpus(2), { type: 'static', role: 'eng' })),
      launch(task('t1', [...offer.agentTotal.toList()])),
    ]);
    expect(outcomes(settled)).toEqual(['operation_invalid', 'staged']);
  });

  it('leaves a created volume at its size when a later operation on it fails (B-073)', () => {
    const settled = accept(context([engDisk(100)]), [create(v), destroy(volume('v', { mb: 200 }))]);
    expect(outcomes(settled)).toEqual(['applied', 'volume_not_found']);
    expect(settled.recoverUnfiltered.count({ ...v, allocationRole: 'eng' })).toBe(1);
  });

  it('drops what could not be read, with its tasks, and goes on (B-076)', () => {
    const refusal = refuse('invalid_argument', { field: 'resources[0].scalar', problem: 'must be there' });
    const malformed: MalformedOperation = { type: 'MALFORMED', declaredType: 'LAUNCH', refusal, taskIds: ['t1', 't2'] };
    const settled = accept(context([cpus(1)]), [malformed, launch(task('t3', [cpus(1)]))]);
    expect(settled.results[0]).toEqual({
      type: 'LAUNCH',
      refusal,
      tasks: [
        { taskId: 't1', refusal },
        { taskId: 't2', refusal },
      ],
    });
    expect(outcomes(settled)[1]).toBe('staged');
  });

  it('takes no operations as a decline: all goes back with the filter (B-078)', () => {
    const settled = accept(context([cpus(1), v]), []);
    expect([settled.results, text(settled.recoverFiltered), settled.recoverUnfiltered.isEmpty]).toEqual([
      [],
      text(Resources.of([cpus(1), v])),
      true,
    ]);
  });

  it('is the same for the same input', () => {
    const operations = [create(v), launch(task('t1', [cpus(1), v]))];
    expect(planAccept(context([cpus(1), engDisk(64)]), operations)).toEqual(planAccept(context([cpus(1), engDisk(64)]), operations));
  });
});

describe('planning reservations', () => {
  it('refuses to reserve more than is offered (B-028)', () => {
    const settled = accept(context([cpus(2)]), [reserve(reserved(cpus(3), 'eng'))]);
    expect(outcomes(settled)).toEqual(['insufficient_resources']);
    expect(settled.agentSteps).toEqual([]);
    expect(text(settled.recoverFiltered)).toBe('cpus:2');
  });

  it('reserves and launches on it in one call (B-030)', () => {
    const settled = accept(context([cpus(2)]), [reserve(reserved(cpus(2), 'eng')), launch(task('t1', [reserved(cpus(1), 'eng')]))]);
    expect(outcomes(settled)).toEqual(['applied', 'staged']);
    expect(settled.agentSteps.map(({ kind }) => kind)).toEqual(['apply_operation', 'run_task']);
  });

  it('reserves and unreserves to and fro (B-029)', () => {
    const settled = accept(context([cpus(2)]), [reserve(reserved(cpus(1), 'eng')), unreserve(reserved(cpus(1), 'eng'))]);
    expect(outcomes(settled)).toEqual(['applied', 'applied']);
    expect(text(settled.recoverFiltered)).toBe('cpus:2');
  });

  it('cannot unreserve what was not offered (B-032)', () => {
    const settled = accept(context([cpus(2)]), [unreserve(reserved(cpus(1), 'ops'))]);
    expect(outcomes(settled)).toEqual(['insufficient_resources']);
  });

  it('tells reservations of different principals apart (B-010)', () => {
    const offer = context([reserved(cpus(1), dynamic('eng', 'p')), reserved(cpus(1), dynamic('eng', 'q'))]);
    expect(outcomes(accept(offer, [unreserve(reserved(cpus(2), dynamic('eng', 'p')))]))).toEqual(['insufficient_resources']);
    expect(outcomes(accept(offer, [unreserve(reserved(cpus(1), dynamic('eng', 'p')))]))).toEqual(['applied']);
  });
});

describe('planning CREATE and DESTROY', () => {
  it('makes one unit per volume, each of one operation together', () => {
    const plan = planAccept(context([engDisk(200)]), [create(v, volume('w', { principal: 'p' }))]);
    expect(plan.units).toEqual([
      { kind: 'create_volume', volume: 'eng/v', resource: v, creator: { frameworkId: 'f1' }, agentId: 'a1', together: 2 },
      {
        kind: 'create_volume',
        volume: 'eng/w',
        resource: volume('w', { principal: 'p' }),
        creator: { frameworkId: 'f1', principal: 'p' },
        agentId: 'a1',
      },
    ]);
  });

  it('refuses a CREATE that an earlier one of the call makes a duplicate (A-047, A-048)', () => {
    expect(outcomes(accept(context([engDisk(200)]), [create(v), create(v)]))).toEqual(['applied', 'volume_exists']);
    expect(outcomes(accept(context([engDisk(200)]), [create(v), create(volume('v', { shared: false, mb: 5 }))]))).toEqual([
      'applied',
      'volume_exists',
    ]);
  });

  it('refuses a CREATE of a key that the agent has outside of the offers (A-047)', () => {
    const offer = context([engDisk(200)], { agentTotal: Resources.of([engDisk(200), volume('v', { mb: 5 })]) });
    expect(outcomes(accept(offer, [create(v)]))).toEqual(['volume_exists']);
  });

  it('refuses a CREATE larger than the disk left (A-025)', () => {
    const settled = accept(context([engDisk(100)]), [create(v), create(volume('w'))]);
    expect(outcomes(settled)).toEqual(['applied', 'insufficient_resources']);
    expect(settled.results[1]?.refusal?.message).toContain('64');
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([engDisk(36)])));
  });

  it('finds a volume of the agent that is not in the offers, but does not destroy it', () => {
    const offer = context([engDisk(5)], { agentTotal: Resources.of([engDisk(5), v]) });
    expect(outcomes(accept(offer, [destroy(v)]))).toEqual(['insufficient_resources']);
    expect(outcomes(accept(offer, [destroy(volume('w'))]))).toEqual(['volume_not_found']);
  });

  it('creates and destroys in one call, and restores what there was (A-024)', () => {
    const settled = accept(context([engDisk(100)]), [create(v), destroy(v)]);
    expect(outcomes(settled)).toEqual(['applied', 'applied']);
    expect(text(settled.recoverFiltered)).toBe(text(Resources.of([engDisk(100)])));
    expect(settled.recoverUnfiltered.isEmpty).toBe(true);
  });

  it('makes the DESTROY of a new volume depend on its CREATE: if that is refused, a volume of the same key is another', () => {
    const plan = planAccept(context([engDisk(100)]), [create(v), destroy(v)]);
    expect(plan.steps[1]?.requires).toEqual([0]);
    expect(unitKinds(plan)).toEqual(['create_volume', 'destroy_volume 0']);
  });

  it('plans a CREATE in the place of a volume on its DESTROY; a ledger that is still deleting the first refuses the second', () => {
    const offer = context([engDisk(100), v]);
    const plan = planAccept(offer, [destroy(v), create(volume('v', { mb: 10 }))]);
    expect(plan.steps[1]?.result.refusal).toBeUndefined();
    expect(unitKinds(plan)).toEqual(['destroy_volume', 'create_volume 0']);
    expect(outcomes(accept(offer, [destroy(v), create(v)]))).toEqual(['applied', 'volume_exists']);
  });

  it('destroys a volume once: a second DESTROY of the call is refused', () => {
    expect(outcomes(accept(context([v]), [destroy(v), destroy(v)]))).toEqual(['applied', 'operation_invalid']);
  });

  it('makes what is made of a volume’s disk depend on its DESTROY, and only that', () => {
    const offer = context([cpus(2), engDisk(10), v]);
    const plan = planAccept(offer, [
      destroy(v),
      create(volume('w', { mb: 70 })),
      create(volume('x', { mb: 4 })),
      launch(task('t1', [cpus(1)]), task('t2', [cpus(1), volume('w', { mb: 70 })])),
    ]);
    expect(plan.steps.map(({ requires }) => requires)).toEqual([[], [0], [0], []]);
    expect(unitKinds(plan)).toEqual(['destroy_volume', 'create_volume 0', 'create_volume 0', 'acquire_volumes 0 1']);
    expect(plan.steps[3]?.tasks.map((each) => each?.requires)).toEqual([[], [1]]);
    const small = planAccept(offer, [destroy(v), create(volume('x', { mb: 10 }))]);
    expect(small.steps[1]?.requires).toEqual([]);
  });

  it('carries a dependency through an operation that asks nothing of the ledger', () => {
    const refined = { type: 'dynamic', role: 'eng' } as const;
    const onStatic = volume('v', { reservations: [{ type: 'static', role: 'eng' }] });
    const offer = context([onStatic], { role: 'eng/web', framework: framework({ roles: ['eng/web'] }) });
    const disk = reserved(engDisk(64), { type: 'static', role: 'eng' }, { ...refined, role: 'eng/web' });
    const w = volume('w', { reservations: disk.reservations });
    const plan = planAccept(offer, [destroy(onStatic), reserve(disk), create(w), launch(task('t1', [w]))]);
    expect(plan.steps.map(({ result }) => result.refusal)).toEqual([undefined, undefined, undefined, undefined]);
    expect(plan.steps.map(({ requires }) => requires)).toEqual([[], [0], [1], []]);
    expect(unitKinds(plan)).toEqual(['destroy_volume', 'create_volume 0', 'acquire_volumes 0 1']);
  });
});

describe('planning a LAUNCH', () => {
  it('judges each task alone, and drains what each takes (B-074, D-036)', () => {
    const tasks = [task('t1', [cpus(1)]), task('t2', [cpus(2)]), task('t3', [cpus(1)]), task('t4', [cpus(1)])];
    expect(outcomes(accept(context([cpus(2)]), [launch(...tasks)]))).toEqual([
      'staged insufficient_resources staged insufficient_resources',
    ]);
  });

  it('says what was needed and what was left', () => {
    const settled = accept(context([cpus(2)]), [launch(task('t1', [cpus(1.5)]), task('t2', [cpus(1)]))]);
    expect(settled.results[0]?.tasks[1]?.refusal?.message).toBe('Needs cpus:1, but only cpus:0.5 is left of the accepted offers.');
  });

  it('refuses a malformed task alone (B-076)', () => {
    const refusal = refuse('invalid_argument', { field: 'name', problem: 'must be set' });
    const settled = accept(context([cpus(2)]), [
      {
        type: 'LAUNCH',
        tasks: [
          { taskId: 't1', task: refused(refusal) },
          { taskId: 't2', task: ok(task('t2', [cpus(1)])) },
        ],
      },
    ]);
    expect(settled.results[0]?.tasks).toEqual([{ taskId: 't1', refusal }, { taskId: 't2' }]);
  });

  it('refuses the second task of one id in one call, in one LAUNCH or two; a refused one leaves its id free (D-031)', () => {
    const t = task('t1', [cpus(1)]);
    expect(outcomes(accept(context([cpus(9)]), [launch(t, t), launch(t)]))).toEqual(['staged task_invalid', 'task_invalid']);
    expect(outcomes(accept(context([cpus(9)]), [launch(task('t1', [cpus(10)]), t)]))).toEqual(['insufficient_resources staged']);
    expect(outcomes(accept(context([cpus(9)], { isTaskKnown: (id) => id === 't1' }), [launch(t)]))).toEqual(['task_invalid']);
  });

  it('refuses resources that are allocated to another role, and injects that of the offers where it is left out (B-025, D-034)', () => {
    const settled = accept(context([cpus(2)]), [
      launch(
        task('t1', [{ ...cpus(1), allocationRole: 'ops' }]),
        task('t2', [{ ...cpus(1), allocationRole: 'eng' }]),
        task('t3', [cpus(1)]),
      ),
    ]);
    expect(outcomes(settled)).toEqual(['task_invalid staged staged']);
    expect(settled.used.equals(Resources.of([cpus(2)]).allocate('eng'))).toBe(true);
  });

  it('refuses the tasks of a LAUNCH that carries an operation id (D-090)', () => {
    expect(outcomes(accept(context([cpus(2)]), [{ ...launch(task('t1', [cpus(1)])), id: 'op' }]))).toEqual(['task_invalid']);
  });

  it('without tasks is nothing (B-077)', () => {
    const settled = accept(context([cpus(2)]), [launch()]);
    expect(settled.results).toEqual([{ type: 'LAUNCH', tasks: [] }]);
    expect(text(settled.recoverFiltered)).toBe('cpus:2');
  });

  it('holds all volumes of a task in one unit, each in its mode (A-035)', () => {
    const readOnly = volume('w', { mode: 'RO', path: 'other' });
    const plan = planAccept(context([cpus(1), v, volume('w')]), [launch(task('t1', [cpus(1), v, readOnly]))]);
    expect(plan.units).toEqual([
      {
        kind: 'acquire_volumes',
        holder: { frameworkId: 'f1', taskId: 't1', launchId: 'launch-1', agentId: 'a1' },
        volumes: [
          { volume: 'eng/v', mode: 'RW' },
          { volume: 'eng/w', mode: 'RO' },
        ],
      },
    ]);
    expect(plan.steps[0]?.tasks[0]?.unit).toBe(0);
  });

  it('of a framework without SHARED_RESOURCES is not asked for the capability: it has no such volume in its offers (A-032)', () => {
    const by = framework({ capabilities: new Set(['MULTI_ROLE']) });
    expect(outcomes(accept(context([v], { framework: by }), [launch(task('t1', [v]))]))).toEqual(['staged']);
    expect(
      outcomes(accept(context([cpus(1)], { framework: by, agentTotal: Resources.of([cpus(1), v]) }), [launch(task('t1', [v]))])),
    ).toEqual(['insufficient_resources']);
  });

  it('refuses a volume of another size, sharedness or reservation than the offered one (A-004)', () => {
    const offer = context([v]);
    for (const other of [volume('v', { mb: 65 }), volume('v', { shared: false }), volume('v', { reservations: [dynamic('eng', 'q')] })]) {
      expect(outcomes(accept(offer, [launch(task('t1', [other]))]))).toEqual(['insufficient_resources']);
    }
  });

  it('gives a volume that is not shared to one task only, and asks the ledger for it, too', () => {
    const own = volume('v', { shared: false });
    const plan = planAccept(context([own]), [launch(task('t1', [own]), task('t2', [own]))]);
    expect(plan.steps[0]?.result.tasks.map(({ refusal }) => refusal?.code)).toEqual([undefined, 'insufficient_resources']);
    expect(unitKinds(plan)).toEqual(['acquire_volumes']);
  });
});

describe('shared volumes in one ACCEPT', () => {
  it('let one offered copy serve any number of tasks (A-055)', () => {
    const tasks = ['t1', 't2', 't3'].map((id) => task(id, [cpus(1), v]));
    expect(outcomes(accept(context([cpus(3), v]), [launch(tasks[0]!, tasks[1]!), launch(tasks[2]!)]))).toEqual(['staged staged', 'staged']);
    expect(outcomes(accept(context([cpus(3), v, v]), [launch(...tasks)]))).toEqual(['staged staged staged']);
  });

  it('refuse a task that asks for more copies than the offers hold together (A-056)', () => {
    const greedy = task('t1', [v, v]);
    expect(outcomes(accept(context([v]), [launch(greedy)]))).toEqual(['insufficient_resources']);
    expect(outcomes(accept(context([v, v]), [launch(greedy, task('t2', [v, v]), task('t3', [v, v, v]))]))).toEqual([
      'staged staged insufficient_resources',
    ]);
  });

  it('shrink quantities with each launch, but not the set of usable volumes (A-057)', () => {
    const settled = accept(context([cpus(2), v]), [launch(task('t1', [cpus(1), v]), task('t2', [cpus(1), v]), task('t3', [cpus(1), v]))]);
    expect(outcomes(settled)).toEqual(['staged staged insufficient_resources']);
  });

  it('stay usable after CREATE or DESTROY of another volume between two launches (A-060)', () => {
    const offer = context([cpus(3), engDisk(64), v, volume('x')]);
    const [t1, t2, t3] = ['t1', 't2', 't3'].map((id) => task(id, [cpus(1), v]));
    const settled = accept(offer, [launch(t1!), create(volume('w')), launch(t2!), destroy(volume('x')), launch(t3!)]);
    expect(outcomes(settled)).toEqual(['staged', 'applied', 'staged', 'applied', 'staged']);
  });

  it('can be created and used by several tasks at once (A-061, B-054)', () => {
    const offer = context([cpus(2), engDisk(64)]);
    const operations = [create(v), launch(task('t1', [cpus(1), v]), task('t2', [cpus(1), v]))];
    expect(outcomes(accept(offer, operations))).toEqual(['applied', 'staged staged']);
    expect(unitKinds(planAccept(offer, operations))).toEqual(['create_volume', 'acquire_volumes 0', 'acquire_volumes 0']);
  });

  it('can be created next to one in use (A-062)', () => {
    const settled = accept(context([cpus(2), engDisk(64), v]), [
      create(volume('w')),
      launch(task('t1', [cpus(1), v]), task('t2', [cpus(1), volume('w')])),
    ]);
    expect(outcomes(settled)).toEqual(['applied', 'staged staged']);
  });

  it('do not come back for a task after they were destroyed and not created anew with its size', () => {
    const offer = context([cpus(2), v]);
    const settled = accept(offer, [destroy(v), launch(task('t1', [cpus(1), volume('v', { mb: 32 })]))]);
    expect(outcomes(settled)).toEqual(['applied', 'insufficient_resources']);
  });
});
