import type { Acl, Acls, ActionKind, Entity } from '@holdfast/core/authorization';
import { scalar } from '@holdfast/core/resources';
import { launch } from '../builders.fixture';
import { MasterStory } from '../master.fixture';

const some = (...values: string[]): Entity => ({ kind: 'some', values: new Set(values) });
const only = (kind: ActionKind, ...rules: Acl[]): Acls => ({ permissive: false, rules: new Map([[kind, rules]]) });

describe('a framework that subscribes', () => {
  it('takes the principal that the caller has proved, if it says none (D-003)', () => {
    const story = new MasterStory();
    const { framework } = story.subscribe({}, {}, { principal: 'ada' });
    expect(framework.info.principal).toBe('ada');
    expect(story.saved.frameworks.at(-1)).toMatchObject({ info: { principal: 'ada' } });
  });

  it('may not say another principal than the one proved, and nothing has changed (D-003)', () => {
    const story = new MasterStory();
    expect(() => story.subscribe({ principal: 'bob' }, {}, { principal: 'ada' })).toThrow("authenticated as 'ada'");
    expect([...story.deps.frameworks.all()]).toEqual([]);
    expect(story.subscribe({ principal: 'ada' }, {}, { principal: 'ada' }).framework.info.principal).toBe('ada');
  });

  it('cannot take over the framework of another principal by its id (D-006)', () => {
    const story = new MasterStory();
    const { framework, isClosed } = story.subscribe({}, {}, { principal: 'ada' });
    expect(() => story.subscribe({ id: framework.id }, {}, { principal: 'bob' })).toThrow('cannot change');
    expect(isClosed()).toBe(false);
    expect(framework.info.principal).toBe('ada');
  });

  it('is kept from roles that the ACLs do not grant its principal, each of them (B-125, D-002)', () => {
    const story = new MasterStory({}, only('register_frameworks', { principals: some('ada'), objects: some('eng') }));
    expect(() => story.subscribe({ roles: ['eng'], principal: 'bob' })).toThrow('Principal bob may not');
    expect(() => story.subscribe({ roles: ['eng', 'ops'], principal: 'ada' })).toThrow('Principal ada may not');
    expect(story.subscribe({ roles: ['eng'] }, {}, { principal: 'ada' }).framework.info.roles).toEqual(['eng']);
  });

  it('is refused when its roles, failover timeout, minimum or constraints cannot be (D-002, C-059, C-060)', () => {
    const story = new MasterStory();
    const constraint = { selector: { kind: 'hostname' }, predicate: { kind: 'text_matches', regex: '(' } } as const;
    expect(() => story.subscribe({ roles: ['a//b'] })).toThrow();
    expect(() => story.subscribe({ failoverTimeoutMs: Infinity })).toThrow('failover_timeout');
    expect(() => story.subscribe({ minAllocatable: { ops: [{ cpus: 1 }] } })).toThrow();
    expect(() => story.subscribe({}, { offerConstraints: { eng: [[constraint]] } })).toThrow();
    expect(() => story.subscribe({}, { suppressedRoles: ['ops'] })).toThrow('suppressed');
    expect([...story.deps.frameworks.all()]).toEqual([]);
  });

  it('has its constraints and minimum put before the allocator (C-059, C-060)', () => {
    const story = new MasterStory();
    const constraint = { selector: { kind: 'region' }, predicate: { kind: 'exists' } } as const;
    const minAllocatable = { eng: [{ cpus: 2 }] };
    story.subscribe({ minAllocatable }, { offerConstraints: { eng: [[constraint]] } });
    expect(story.changes.at(-1)).toMatchObject({ kind: 'put_framework', minAllocatable, offerConstraints: { eng: [[constraint]] } });
  });

  it('again keeps its user and checkpoint, in silence; other fields are updated, suppressed roles and constraints replaced (D-006, C-056)', () => {
    const story = new MasterStory();
    const constraint = { selector: { kind: 'zone' }, predicate: { kind: 'exists' } } as const;
    const { framework } = story.subscribe(
      { user: 'a', checkpoint: true },
      { suppressedRoles: ['eng'], offerConstraints: { eng: [[constraint]] } },
    );
    story.subscribe({ id: framework.id, user: 'b', checkpoint: false, name: 'renamed' });
    expect(framework.info).toMatchObject({ user: 'a', checkpoint: true, name: 'renamed' });
    expect(framework.suppressedRoles.size).toBe(0);
    expect(framework.offerConstraints).toBeUndefined();
  });
});

describe('TEARDOWN', () => {
  it('is answered before the stream ends, and the id is refused from then on (D-005, D-013)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const answered = story.call(eng, { type: 'TEARDOWN' });
    expect(eng.isClosed()).toBe(false);
    expect(await answered).toEqual({});
    expect(eng.isClosed()).toBe(true);
    expect(() => story.subscribe({ id: eng.framework.id })).toThrow('Framework has been removed');
  });

  it('kills its tasks on their agents and tells it of none; its offers go back (D-013)', async () => {
    const story = new MasterStory();
    const eng = story.subscribe();
    const agent = await story.register();
    const cpu = scalar('cpus', 1);
    await story.accept(eng, story.offer(eng, agent, [cpu]), launch(agent.agent.id, ['t1', cpu]));
    story.offer(eng, agent, [scalar('cpus', 2)]);
    const heard = eng.events.length;
    await story.call(eng, { type: 'TEARDOWN' });
    expect(story.deps.tasks.get(eng.framework.id, 't1')).toMatchObject({
      state: 'TASK_KILLED',
      status: { reason: 'REASON_FRAMEWORK_REMOVED', source: 'SOURCE_MASTER' },
    });
    expect(agent.sent.at(-1)).toEqual({ kind: 'shutdown_framework', frameworkId: eng.framework.id });
    expect(eng.events).toHaveLength(heard);
    expect(story.recovered()).toEqual(['cpus:2']);
  });

  it('is kept from a framework by the ACLs, judged by its own principal (B-122)', async () => {
    const story = new MasterStory(
      {},
      { permissive: true, rules: new Map([['teardown_frameworks', [{ principals: some('ada'), objects: { kind: 'none' } }]]]) },
    );
    const ada = story.subscribe({ principal: 'ada' });
    const bob = story.subscribe({ principal: 'bob' });
    expect((await story.call(ada, { type: 'TEARDOWN' })).refusal?.code).toBe('unauthorized');
    expect(story.deps.frameworks.get(ada.framework.id)).toBeDefined();
    expect((await story.call(bob, { type: 'TEARDOWN' })).refusal).toBeUndefined();
    expect(story.deps.frameworks.get(bob.framework.id)).toBeUndefined();
  });
});
