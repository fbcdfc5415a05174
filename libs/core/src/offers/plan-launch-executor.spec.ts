import { refuse } from '@holdfast/core/base';
import { type Resource, Resources } from '@holdfast/core/resources';
import {
  accept,
  context,
  cpus,
  customExecutor,
  engDisk,
  executor,
  framework,
  launch,
  launchGroup,
  mem,
  outcomes,
  task,
  taskOf,
  volume,
} from './accept.fixture';
import type { Settlement } from './accept-plan';
import { planAccept } from './plan-accept';

const own = customExecutor('own', [cpus(0.5), mem(32)]);
const v = volume('v');
const t = (taskId: string, ...more: readonly Resource[]) => taskOf(own, taskId, [cpus(1), ...more]);
const room = (amount: number, ...more: readonly Resource[]) => context([cpus(amount), mem(64), engDisk(2), ...more]);

/** Which task brings its executor, and with how many cpus. */
const brought = ({ agentSteps }: Settlement) =>
  agentSteps.flatMap((step) =>
    step.kind === 'run_task' && step.task.executor
      ? [`${step.task.info.taskId} ${step.task.executor.executorResources.scalarMilli('cpus')}`]
      : [],
  );

describe('a LAUNCH of tasks that an executor of the framework runs', () => {
  it('brings the executor with the first of them, charged once (D-036)', () => {
    const settled = accept(room(3), [launch(t('t1'), t('t2'))]);
    expect(outcomes(settled)).toEqual(['staged staged']);
    expect(brought(settled)).toEqual(['t1 500', 't2 0']);
    expect(settled.used.scalarMilli('cpus')).toBe(2500);
    expect(settled.recoverFiltered.scalarMilli('cpus')).toBe(500);
  });

  it('charges nothing for one that runs already, which must be described as it was (D-035, D-036)', () => {
    const offer = context([cpus(1)], { findExecutor: () => own });
    const settled = accept(offer, [launch(t('t1'))]);
    expect([outcomes(settled), brought(settled), settled.used.scalarMilli('cpus')]).toEqual([['staged'], ['t1 0'], 1000]);
    const other = accept(context([cpus(9), mem(99)], { findExecutor: () => own }), [
      launch(taskOf(customExecutor('own', [cpus(1)]), 't1', [cpus(1)])),
    ]);
    expect(other.results[0]?.tasks[0]?.refusal?.message).toContain('described differently');
  });

  it('does not fit if the executor does not; nothing is taken, and the next may fit (D-036)', () => {
    const settled = accept(room(1), [launch(t('t1'), task('t2', [cpus(1)]))]);
    expect(outcomes(settled)).toEqual(['insufficient_resources staged']);
    expect(settled.results[0]?.tasks[0]?.refusal?.details).toMatchObject({ needed: expect.stringContaining('cpus:1.5') });
    expect(settled.used.equals(Resources.of([cpus(1)]).allocate('eng'))).toBe(true);
  });

  it('brings the executor with the next task if the ledger refuses the first (B-074)', () => {
    const offer = room(3, v);
    const gone = { refusal: refuse('volume_not_found', { role: 'eng', persistenceId: 'v' }) };
    const settled = accept(offer, [launch(t('t1', v), t('t2'))], [gone]);
    expect(outcomes(settled)).toEqual(['volume_not_found staged']);
    expect(brought(settled)).toEqual(['t2 500']);
    const none = accept(offer, [launch(t('t1', v))], [gone]);
    expect(none.used.isEmpty).toBe(true);
    expect(none.recoverFiltered.scalarMilli('cpus')).toBe(3000);
  });

  it('shares it with groups and other launches of the call, one description for all (D-035)', () => {
    const big = customExecutor('own', [cpus(0.5), mem(32), engDisk(1)]);
    const settled = accept(room(4), [launchGroup(big, task('t1', [cpus(1)])), launch(taskOf(big, 't2', [cpus(1)]), t('t3'))]);
    expect(outcomes(settled)).toEqual(['staged', 'staged task_invalid']);
    expect(settled.used.scalarMilli('cpus')).toBe(2500);
    expect(planAccept(room(4), [launch(t('t1')), launch(t('t2'))]).steps.map(({ requires }) => requires)).toEqual([[], []]);
  });

  it('is refused with an executor that is wrong, or the one that is built in (D-033, D-037)', () => {
    const settled = accept(room(3), [launch(taskOf(executor('pod'), 't1', [cpus(1)]), taskOf(customExecutor('a/b'), 't2', [cpus(1)]))]);
    expect(outcomes(settled)).toEqual(['task_invalid task_invalid']);
    const [first, second] = settled.results[0]!.tasks.map(({ refusal }) => refusal?.message);
    expect(first).toContain('Task t1: Executor pod: its type is DEFAULT, which runs task groups only');
    expect(second).toContain('Task t2: Executor a/b: its id');
  });

  it('is refused with an executor that has a volume; its tasks may have it (A-052)', () => {
    const withVolume = customExecutor('own', [cpus(0.5), v]);
    const settled = accept(room(3, v), [launch(taskOf(withVolume, 't1', [cpus(1)]), t('t2', v))]);
    expect(outcomes(settled)).toEqual(['task_invalid staged']);
  });

  it('does not mix with its executor what may not be mixed (D-034, B-025)', () => {
    const revocable = accept(room(3, { ...cpus(1), revocable: true }), [launch(taskOf(own, 't1', [{ ...cpus(1), revocable: true }]))]);
    expect(revocable.results[0]?.tasks[0]?.refusal?.message).toContain('together with its executor, it mixes revocable');
    const ofOps = customExecutor('own', [{ ...cpus(0.5), allocationRole: 'ops' }]);
    expect(accept(room(3), [launch(taskOf(ofOps, 't1', [cpus(1)]))]).results[0]?.tasks[0]?.refusal?.message).toContain("the role 'ops'");
  });

  it('runs as the user of the executor, whom the ACLs must allow; so does an executor of a group (B-075, B-122)', () => {
    const users: string[] = [];
    const authorize = (action: { kind: string; user?: string }) => {
      users.push(action.user ?? '');
      return action.user === 'root' ? refuse('unauthorized', { action: 'run tasks', principal: 'p' }) : undefined;
    };
    const asUser = (user?: string) =>
      customExecutor('own', undefined, { command: { shell: true, value: 'x', args: [], environment: [], ...(user && { user }) } });
    const offer = { ...room(3), framework: framework({ user: 'alice' }), authorize: authorize as never };
    expect(outcomes(accept(offer, [launch(taskOf(asUser('root'), 't1', [cpus(1)]))]))).toEqual(['unauthorized']);
    expect(outcomes(accept(offer, [launch(taskOf(asUser(), 't1', [cpus(1)]))]))).toEqual(['staged']);
    expect(users).toEqual(['root', 'alice', 'alice']);
    expect(outcomes(accept(offer, [launchGroup(asUser('root'), task('t1', [cpus(1)]))]))).toEqual(['unauthorized']);
    expect(outcomes(accept(offer, [launchGroup(executor('pod'), task('t1', [cpus(1)]))]))).toEqual(['staged']);
  });
});
