import { type Refusal, refuse } from '@holdfast/core/base';
import type { Action } from '@holdfast/core/authorization';
import { Resources } from '@holdfast/core/resources';
import {
  accept,
  context,
  cpus,
  create,
  destroy,
  dynamic,
  engDisk,
  executor,
  executorResources,
  framework,
  grow,
  launch,
  launchGroup,
  outcomes,
  reserve,
  reserved,
  shrink,
  task,
  text,
  unreserve,
  volume,
} from './accept.fixture';
import type { AcceptContext } from './accept-plan';
import type { Operation } from './operation';

const v = volume('v');
const denied = refuse('unauthorized', { action: 'do that', principal: 'p' });

/** Remembers what was asked, and denies these kinds of actions. */
function asking(...kinds: Action['kind'][]) {
  const asked: Action[] = [];
  const authorize = (action: Action): Refusal | undefined => {
    asked.push(action);
    return kinds.includes(action.kind) ? denied : undefined;
  };
  return { asked, authorize };
}

function askedBy(of: AcceptContext, ...operations: Operation[]): readonly Action[] {
  const { asked, authorize } = asking();
  accept({ ...of, authorize }, operations);
  return asked;
}

describe('what the ACLs are asked while an ACCEPT is planned', () => {
  it('is the last role of each stack for RESERVE and CREATE, each once (B-125, B-126)', () => {
    const refined = reserved(cpus(1), 'eng', 'eng/web');
    const offer = context([reserved(cpus(1), 'eng'), engDisk(200)], { role: 'eng/web', framework: framework({ roles: ['eng/web'] }) });
    expect(askedBy(offer, reserve(refined))).toEqual([{ kind: 'reserve_resources', roles: ['eng/web'] }]);
    expect(askedBy(context([engDisk(200)]), create(v, volume('w')))).toEqual([{ kind: 'create_volumes', roles: ['eng'] }]);
  });

  it('is who reserved for UNRESERVE, by the newest reservation (B-124, B-125)', () => {
    const list = [reserved(cpus(1), dynamic('eng', 'p')), reserved(cpus(1), dynamic('eng', 'q')), reserved(cpus(1), 'eng')];
    expect(askedBy(context(list), unreserve(...list))).toEqual([{ kind: 'unreserve_resources', reservers: ['p', 'q', undefined] }]);
  });

  it('is who created the volume as it is stored for DESTROY, never as the request says (B-123)', () => {
    const stored = volume('v', { principal: 'alice' });
    expect(askedBy(context([stored]), destroy(volume('v', { principal: 'mallory' })))).toEqual([
      { kind: 'destroy_volumes', creators: ['alice'] },
    ]);
    expect(askedBy(context([v]), destroy(volume('v', { principal: 'mallory' })))).toEqual([
      { kind: 'destroy_volumes', creators: [undefined] },
    ]);
  });

  it('is the role for GROW_VOLUME and SHRINK_VOLUME (B-122)', () => {
    const own = volume('own', { shared: false });
    const resize = { kind: 'resize_volumes', roles: ['eng'] };
    expect(askedBy(context([v, own, engDisk(9)]), grow(v, 9), shrink(own, 1))).toEqual([resize, resize]);
  });

  it('is the user of the command for each task, else that of the framework (B-075)', () => {
    const root = task('t1', [cpus(1)], { command: { shell: true, value: 'true', args: [], environment: [], user: 'root' } });
    const plain = (id: string) => task(id, [cpus(1)]);
    const offer = context([cpus(9), ...executorResources()]);
    expect(askedBy(offer, launch(root, plain('t2')), launchGroup(executor('e'), { ...root, taskId: 't3' }, plain('t4')))).toEqual([
      { kind: 'run_tasks', user: 'root' },
      { kind: 'run_tasks', user: 'nobody' },
      { kind: 'run_tasks', user: 'root' },
      { kind: 'run_tasks', user: 'nobody' },
    ]);
  });

  it('is nothing about what is not valid: validation comes first', () => {
    const asked = askedBy(
      context([cpus(2), engDisk(5)]),
      reserve(cpus(1)),
      create(volume('w', { mode: 'RO' })),
      destroy(v),
      grow(v, 1),
      launch(task('t1', [cpus(1)], { agentId: 'another' })),
      launchGroup(executor('e', []), task('t1', [cpus(1)])),
    );
    expect(asked).toEqual([]);
  });
});

describe('what the ACLs deny', () => {
  it('drops that operation alone (B-071, B-127)', () => {
    const offer = context([cpus(2), reserved(cpus(1), 'eng'), engDisk(70), v, volume('own', { shared: false })], {
      ...asking('unreserve_resources', 'destroy_volumes'),
    });
    const settled = accept(offer, [
      unreserve(reserved(cpus(1), 'eng')),
      reserve(reserved(cpus(2), 'eng')),
      destroy(v),
      create(volume('w')),
    ]);
    expect(outcomes(settled)).toEqual(['unauthorized', 'applied', 'unauthorized', 'applied']);
    expect(settled.results[0]?.refusal).toBe(denied);
  });

  it('leaves a created volume at its size when GROW and SHRINK are denied (B-073)', () => {
    const own = volume('own', { shared: false });
    const offer = context([engDisk(90)], { ...asking('resize_volumes') });
    const settled = accept(offer, [create(own), grow(own, 9), shrink(own, 9)]);
    expect(outcomes(settled)).toEqual(['applied', 'unauthorized', 'unauthorized']);
    expect(text(settled.recoverUnfiltered)).toBe(text(Resources.of([own])));
  });

  it('takes nothing: a LAUNCH on still reserved resources works (B-072)', () => {
    const eng = reserved(cpus(1), 'eng');
    const settled = accept(context([eng], { ...asking('unreserve_resources') }), [unreserve(eng), launch(task('t1', [eng]))]);
    expect(outcomes(settled)).toEqual(['unauthorized', 'staged']);
  });

  it('takes an empty user for none, as agents do, and refuses one that is a number (B-075, B-122)', () => {
    const mayNotBeRoot = (action: Action) => (action.kind === 'run_tasks' && action.user === 'root' ? denied : undefined);
    const as = (id: string, user: string) =>
      task(id, [cpus(1)], { command: { shell: true, value: 'true', args: [], environment: [], user } });
    const offer = context([cpus(9)], { authorize: mayNotBeRoot, framework: framework({ user: 'root' }) });
    expect(outcomes(accept(offer, [launch(as('t1', ''), as('t2', '0'), as('t3', 'nobody'))]))).toEqual([
      'unauthorized task_invalid staged',
    ]);
  });

  it('refuses a task of a LAUNCH alone, and a group whole (B-074, B-075)', () => {
    const mayNotBeRoot = (action: Action) => (action.kind === 'run_tasks' && action.user === 'root' ? denied : undefined);
    const offer = context([cpus(9), ...executorResources()], { authorize: mayNotBeRoot });
    const asRoot = (id: string) =>
      task(id, [cpus(1)], { command: { shell: true, value: 'true', args: [], environment: [], user: 'root' } });
    const settled = accept(offer, [
      launch(asRoot('t1'), task('t2', [cpus(1)])),
      launchGroup(executor('e'), task('t3', [cpus(1)]), asRoot('t4')),
      launch(task('t4', [cpus(1)])),
    ]);
    expect(outcomes(settled)).toEqual(['unauthorized staged', 'unauthorized unauthorized', 'staged']);
  });
});
