import { refuse, refused } from '@holdfast/core/base';
import { type Resource, Resources } from '@holdfast/core/resources';
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
  reserve,
  reserved,
  task,
  text,
  volume,
} from './accept.fixture';
import type { LaunchGroupOperation } from './operation';
import { planAccept } from './plan-accept';

const v = volume('v');
const w = volume('w');
const own = volume('own', { shared: false });
const pod = executor('pod');
const t = (id: string, ...more: Resource[]) => task(id, [cpus(1), ...more]);
const withExecutor = (...more: Resource[]) => context([...executorResources(), ...more]);
const ports = (begin: number, end: number): Resource => ({
  ...cpus(0),
  name: 'ports',
  value: { kind: 'ranges', ranges: [{ begin, end }] },
});

describe('a LAUNCH_GROUP', () => {
  it('starts all of its tasks, with what its executor takes on top (D-036, D-037)', () => {
    const settled = accept(withExecutor(cpus(3)), [launchGroup(pod, t('t1'), t('t2'))]);
    expect(outcomes(settled)).toEqual(['staged staged']);
    expect(settled.results[0]?.refusal).toBeUndefined();
    expect(settled.used.equals(Resources.of([cpus(2), ...executorResources()]).allocate('eng'))).toBe(true);
    expect(text(settled.recoverFiltered)).toBe('cpus:1');
    expect(settled.launched.map(({ task: { info }, operationIndex }) => [info.taskId, operationIndex])).toEqual([
      ['t1', 0],
      ['t2', 0],
    ]);
  });

  it('is one step for the agent, with tasks that have launch ids of their own and the executor', () => {
    const [step, ...others] = accept(withExecutor(cpus(2)), [launchGroup(pod, t('t1'), t('t2'))]).agentSteps;
    expect(others).toEqual([]);
    expect(step).toMatchObject({
      kind: 'run_group',
      operationIndex: 0,
      tasks: [{ launchId: 'launch-1' }, { launchId: 'launch-2' }],
      group: { executor: { executorId: 'pod' } },
    });
  });

  it('is refused whole when it does not fit, with the first error for all of its tasks (B-074, D-036)', () => {
    const settled = accept(withExecutor(cpus(1.9)), [launchGroup(pod, t('t1'), t('t2')), launch(t('t1'))]);
    expect(outcomes(settled)).toEqual(['insufficient_resources insufficient_resources', 'staged']);
    const [group] = settled.results;
    expect(group?.tasks.map(({ refusal }) => refusal)).toEqual([group?.refusal, group?.refusal]);
    expect(group?.refusal?.message).toContain('Needs cpus:2.1;');
  });

  it('is refused whole for one malformed task (B-076)', () => {
    const refusal = refuse('invalid_argument', { field: 'name', problem: 'must be set' });
    const group: LaunchGroupOperation = { ...launchGroup(pod, t('t1')), type: 'LAUNCH_GROUP' };
    const malformed = { ...group, tasks: [...group.tasks, { taskId: 't2', task: refused(refusal) }] };
    expect(accept(withExecutor(cpus(9)), [malformed]).results).toEqual([
      {
        type: 'LAUNCH_GROUP',
        refusal,
        tasks: [
          { taskId: 't1', refusal },
          { taskId: 't2', refusal },
        ],
      },
    ]);
  });

  it('is refused whole for one task that is not valid, whichever it is (B-074, D-030)', () => {
    const bad = task('t2', [cpus(1)], { agentId: 'another' });
    for (const tasks of [
      [t('t1'), bad],
      [bad, t('t1')],
    ]) {
      const settled = accept(withExecutor(cpus(9)), [launchGroup(pod, ...tasks)]);
      expect(outcomes(settled)).toEqual(['task_invalid task_invalid']);
      expect(settled.results[0]?.refusal?.details).toMatchObject({ taskId: 't2' });
      expect(settled.used.isEmpty).toBe(true);
    }
  });

  it('needs ids that are unique within it, too, and leaves those of a refused group free (D-031)', () => {
    expect(outcomes(accept(withExecutor(cpus(9)), [launchGroup(pod, t('t1'), t('t1'))]))).toEqual(['task_invalid task_invalid']);
    const again = [launchGroup(pod, t('t1'), t('t1')), launchGroup(pod, t('t1')), launch(t('t1'))];
    expect(outcomes(accept(withExecutor(cpus(9)), again))).toEqual(['task_invalid task_invalid', 'staged', 'task_invalid']);
  });

  it('may not carry an operation id (D-090)', () => {
    const settled = accept(withExecutor(cpus(9)), [{ ...launchGroup(pod, t('t1'), t('t2')), id: 'op' }]);
    expect(outcomes(settled)).toEqual(['operation_invalid operation_invalid']);
    expect(settled.results[0]?.refusal?.message).toContain('operation id');
  });

  it('has tasks', () => {
    expect(accept(withExecutor(), [launchGroup(pod)]).results).toMatchObject([{ refusal: { code: 'operation_invalid' }, tasks: [] }]);
  });

  it('is for resources of the role of the offers (B-025)', () => {
    const foreign = { ...cpus(0.1), allocationRole: 'ops' };
    const ofOps = executor('pod', [foreign, { ...mem(32), allocationRole: 'ops' }, { ...engDisk(1), allocationRole: 'ops' }]);
    expect(accept(withExecutor(cpus(2)), [launchGroup(ofOps, t('t1'))]).results[0]?.refusal?.message).toContain("the role 'ops'");
    expect(outcomes(accept(withExecutor(cpus(2)), [launchGroup(pod, task('t1', [foreign]))]))).toEqual(['task_invalid']);
  });
});

describe('the executor of a group', () => {
  it('is the same for each task that sets one (D-037)', () => {
    const good = launchGroup(pod, task('t1', [cpus(1)], { executor: executor('pod') }), t('t2'));
    expect(outcomes(accept(withExecutor(cpus(2)), [good]))).toEqual(['staged staged']);
    for (const other of [executor('other'), executor('pod', [cpus(0.2), mem(32), engDisk(1)])]) {
      const settled = accept(withExecutor(cpus(2)), [launchGroup(pod, t('t1'), task('t2', [cpus(1)], { executor: other }))]);
      expect(outcomes(settled)).toEqual(['task_invalid task_invalid']);
    }
  });

  it('that runs already is not charged again, nor asked how large it is (D-036)', () => {
    const offer = context([cpus(1)], { findExecutor: (id) => (id === 'pod' ? pod : undefined) });
    const settled = accept(offer, [launchGroup(pod, t('t1'))]);
    expect(outcomes(settled)).toEqual(['staged']);
    expect(settled.used.equals(offer.offered)).toBe(true);
    expect(settled.agentSteps).toMatchObject([{ group: { executorResources: Resources.empty } }]);
  });

  it('that runs already must be described as it was (D-035)', () => {
    const offer = context([cpus(9), mem(64), engDisk(2)], { findExecutor: () => pod });
    const settled = accept(offer, [launchGroup(executor('pod', [cpus(0.2), mem(32), engDisk(1)]), t('t1'))]);
    expect(outcomes(settled)).toEqual(['operation_invalid']);
    expect(settled.results[0]?.refusal?.message).toContain('described differently');
  });

  it('of an earlier group of the call serves the next one; if the first comes to nothing, the next one brings it (D-035, D-036)', () => {
    const offer = withExecutor(cpus(3), v);
    const groups = [launchGroup(pod, t('t1', v)), launchGroup(pod, t('t2')), launchGroup(executor('pod', [cpus(1), mem(32)]), t('t3'))];
    const plan = planAccept(offer, groups);
    expect(plan.steps.map(({ requires }) => requires)).toEqual([[], [], []]);
    const settled = accept(offer, groups);
    expect(outcomes(settled)).toEqual(['staged', 'staged', 'operation_invalid']);
    expect(settled.used.scalarMilli('cpus')).toBe(2100);
    const gone = { refusal: refuse('volume_not_found', { role: 'eng', persistenceId: 'v' }) };
    const fallen = accept(offer, groups.slice(0, 2), [gone]);
    expect(outcomes(fallen)).toEqual(['volume_not_found', 'staged']);
    expect(fallen.used.scalarMilli('cpus')).toBe(1100);
    expect(fallen.agentSteps).toMatchObject([{ group: { executorResources: pod.resources.allocate('eng') } }]);
  });

  it('depends, for all who need it, on the operations that make room for it', () => {
    const exists = { refusal: refuse('volume_exists', { role: 'eng', persistenceId: 'v' }) };
    const onDisk = executor('pod', [cpus(0.1), mem(32), engDisk(1)]);
    const offer = context([cpus(3), mem(32), engDisk(64)]);
    const operations = [create(v), destroy(v), launchGroup(onDisk, t('t1')), launchGroup(onDisk, t('t2'))];
    const { steps } = planAccept(offer, operations);
    expect(steps.slice(2).map(({ requires }) => requires)).toEqual([[1], [1]]);
    expect(outcomes(accept(offer, operations, [exists, exists])).slice(2)).toEqual(['dependency_refused', 'dependency_refused']);
  });

  it('of a group that was refused in planning is not there for the next one', () => {
    const settled = accept(withExecutor(cpus(2)), [launchGroup(pod, t('t1', v)), launchGroup(pod, t('t2'))]);
    expect(outcomes(settled)).toEqual(['insufficient_resources', 'staged']);
    expect(settled.used.scalarMilli('cpus')).toBe(1100);
  });
});

describe('what the tasks of a group use together', () => {
  it('does not mix revocable and other resources of one name with the executor (D-034)', () => {
    const settled = accept(withExecutor({ ...cpus(2), revocable: true }), [
      launchGroup(pod, task('t1', [{ ...cpus(1), revocable: true }])),
    ]);
    expect(settled.results[0]?.refusal?.message).toBe('Task t1: together with its executor, it mixes revocable and non-revocable cpus.');
  });

  it('does not overlap in ports, neither with one another nor with the executor (D-034)', () => {
    const offer = withExecutor(cpus(2), ports(1, 9));
    expect(outcomes(accept(offer, [launchGroup(pod, t('t1', ports(1, 4)), t('t2', ports(4, 6)))]))).toEqual(['task_invalid task_invalid']);
    expect(outcomes(accept(offer, [launchGroup(pod, t('t1', ports(1, 4)), t('t2', ports(5, 6)))]))).toEqual(['staged staged']);
    const withPort = executor('pod', [...executorResources(), ports(2, 2)]);
    expect(outcomes(accept(offer, [launchGroup(withPort, t('t1', ports(1, 4)))]))).toEqual(['task_invalid']);
  });

  it('is a volume that is not shared once at most (A-051)', () => {
    expect(outcomes(accept(withExecutor(cpus(2), own), [launchGroup(pod, t('t1', own), t('t2', own))]))).toEqual([
      'task_invalid task_invalid',
    ]);
    expect(outcomes(accept(withExecutor(cpus(2), own), [launchGroup(pod, t('t1', own), t('t2'))]))).toEqual(['staged staged']);
    const settled = accept(withExecutor(cpus(2), own), [launch(t('t1', own)), launchGroup(pod, t('t2', own))]);
    expect(outcomes(settled)).toEqual(['staged', 'insufficient_resources']);
  });
});

describe('a group on a shared volume', () => {
  const offer = withExecutor(cpus(4), v);

  it('shares one offered copy among its tasks (A-070 mended, A-055)', () => {
    const settled = accept(offer, [launchGroup(pod, t('t1', v), t('t2', v), t('t3', v))]);
    expect(outcomes(settled)).toEqual(['staged staged staged']);
    expect(settled.used.count({ ...v, allocationRole: 'eng' })).toBe(3);
    expect(settled.conversions.map(({ consumed, produced }) => [consumed.isEmpty, text(produced)])).toEqual([
      [true, text(Resources.of([v]))],
      [true, text(Resources.of([v]))],
    ]);
  });

  it('works after a LAUNCH that took the only copy, and before one (A-070 mended)', () => {
    expect(outcomes(accept(offer, [launch(t('t1', v)), launchGroup(pod, t('t2', v)), launch(t('t3', v))]))).toEqual([
      'staged',
      'staged',
      'staged',
    ]);
  });

  it('may be reserved, created and used in one call (A-071)', () => {
    const plain = context([...executorResources(), cpus(2), { ...engDisk(64), reservations: [] }]);
    const operations = [reserve(engDisk(64)), create(v), launchGroup(pod, t('t1', v), t('t2', v))];
    expect(outcomes(accept(plain, operations))).toEqual(['applied', 'applied', 'staged staged']);
    const { units } = planAccept(plain, operations);
    expect(units.map(({ kind, requires, together }) => [kind, requires, together])).toEqual([
      ['create_volume', undefined, undefined],
      ['acquire_volumes', [0], 2],
      ['acquire_volumes', [0], undefined],
    ]);
  });

  it('has one unit per task with volumes, all kept together, also when they name the same volume', () => {
    const [step, ...rest] = planAccept(withExecutor(cpus(4), v, w), [launchGroup(pod, t('t1', v), t('t2'), t('t3', v, w))]).steps;
    expect(rest).toEqual([]);
    expect(step?.units).toEqual([0, 1]);
    expect(step?.tasks.map((each) => each?.unit)).toEqual([0, undefined, 1]);
  });

  it('has all of its holders in the ledger, or none (B-074, promise 2)', () => {
    const both = withExecutor(cpus(4), v, w);
    const group = launchGroup(pod, t('t1', v), t('t2', v, w));
    const full = askLedger(planAccept(both, [group]), ledgerWith([v, w])).ledger;
    expect([full.holdings.get('eng/v')?.size, full.holdings.get('eng/w')?.size]).toEqual([2, 1]);
    const without = ledgerWith([v]);
    expect(askLedger(planAccept(both, [group]), without).ledger.holdings.size).toBe(0);
    const settled = accept(both, [group, launch(t('t3'))], without);
    expect(outcomes(settled)).toEqual(['volume_not_found volume_not_found', 'staged']);
    expect(settled.used.equals(Resources.of([cpus(1)]).allocate('eng'))).toBe(true);
    expect(settled.conversions).toEqual([]);
  });

  it('falls with what it builds on, also for tasks that ask nothing of the ledger (A-061)', () => {
    const exists = { refusal: refuse('volume_exists', { role: 'eng', persistenceId: 'w' }) };
    const dependent = { refusal: refuse('dependency_refused', { operationIndex: 0 }) };
    const settled = accept(withExecutor(cpus(2), engDisk(64)), [create(w), launchGroup(pod, t('t1'), t('t2', w))], [exists, dependent]);
    expect(outcomes(settled)).toEqual(['volume_exists', 'dependency_refused dependency_refused']);
    expect(settled.results[1]?.refusal?.details).toEqual({ operationIndex: 0 });
  });

  it('that a ledger refuses to hear of is refused only if it asks', () => {
    const down = refuse('ledger_unavailable', { problem: 'no route' });
    const settled = accept(offer, [launchGroup(pod, t('t1'), t('t2', v)), launchGroup(executor('pod-2', [cpus(0.1)]), t('t3'))], down);
    expect(outcomes(settled)[0]).toBe('ledger_unavailable ledger_unavailable');
    expect(outcomes(accept(withExecutor(cpus(1)), [launchGroup(pod, t('t1'))], down))).toEqual(['staged']);
  });

  it('is in the way of a DESTROY, and takes what an earlier GROW left alone (A-067, B-060)', () => {
    expect(outcomes(accept(offer, [launchGroup(pod, t('t1', v)), destroy(v)]))).toEqual(['staged', 'volume_in_use']);
    const room = withExecutor(cpus(4), v, w, engDisk(6));
    expect(outcomes(accept(room, [grow(v, 6), launchGroup(pod, t('t1', w))]))).toEqual(['applied', 'staged']);
  });

  it('asks for no more copies per task than the offers hold (A-056)', () => {
    expect(outcomes(accept(offer, [launchGroup(pod, t('t1'), t('t2', v, v))]))).toEqual(['insufficient_resources insufficient_resources']);
  });

  it('is carried out on reserved resources that the same call reserves (B-070)', () => {
    const eng = reserved(cpus(1), 'eng');
    expect(outcomes(accept(withExecutor(cpus(1)), [reserve(eng), launchGroup(pod, task('t1', [eng]))]))).toEqual(['applied', 'staged']);
  });
});
