import type { Acls } from './acls';
import { ALLOW_ALL } from './acls';
import type { Action } from './action';
import { authorize } from './authorize';
import { parseAcls } from './parse-acls';

const acls = (json: unknown): Acls => {
  const parsed = parseAcls(json);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
};
const ANY = { type: 'ANY' };
const NONE = { type: 'NONE' };
const some = (...values: string[]) => ({ values });

const reserve = (...roles: string[]): Action => ({ kind: 'reserve_resources', roles });
const runAs = (user: string): Action => ({ kind: 'run_tasks', user });

describe('authorize', () => {
  it('allows everybody everything where no ACLs are given', () => {
    expect(authorize(ALLOW_ALL, undefined, reserve('eng'))).toBeUndefined();
    expect(authorize(acls({}), 'alice', { kind: 'destroy_volumes', creators: ['bob'] })).toBeUndefined();
  });

  it('lets the first rule that applies decide, and only it (B-120)', () => {
    const allowFirst = acls({
      run_tasks: [
        { principals: some('alice'), users: some('root') },
        { principals: NONE, users: some('root') },
      ],
    });
    expect(authorize(allowFirst, 'alice', runAs('root'))).toBeUndefined();
    expect(authorize(allowFirst, 'bob', runAs('root'))).toMatchObject({ code: 'unauthorized' });
    const refuseFirst = acls({
      run_tasks: [
        { principals: NONE, users: some('root') },
        { principals: some('alice'), users: some('root') },
      ],
    });
    expect(authorize(refuseFirst, 'alice', runAs('root'))).toMatchObject({ code: 'unauthorized' });
  });

  it('passes over a rule that names the principal but not the object, or the object but not the principal (B-120)', () => {
    const closed = acls({
      permissive: false,
      reserve_resources: [
        { principals: some('alice'), roles: some('ads') },
        { principals: some('alice'), roles: some('eng') },
      ],
    });
    expect(authorize(closed, 'alice', reserve('eng'))).toBeUndefined();
    expect(authorize(closed, 'alice', reserve('web'))).toMatchObject({ code: 'unauthorized' });
    expect(authorize(closed, 'bob', reserve('eng'))).toMatchObject({ code: 'unauthorized' });
  });

  it('does what permissive says where no rule applies: yes, unless the file says no (B-120)', () => {
    const rules = { reserve_resources: [{ principals: some('alice'), roles: some('eng') }] };
    expect(authorize(acls(rules), 'bob', reserve('ads'))).toBeUndefined();
    expect(authorize(acls({ permissive: true, ...rules }), 'bob', reserve('ads'))).toBeUndefined();
    expect(authorize(acls({ permissive: false, ...rules }), 'bob', reserve('ads'))).toMatchObject({ code: 'unauthorized' });
    expect(authorize(acls({ permissive: false, ...rules }), 'alice', runAs('nobody'))).toMatchObject({ code: 'unauthorized' });
  });

  it('takes ANY to cover a caller without a principal; a list does not (B-121)', () => {
    const any = acls({ permissive: false, reserve_resources: [{ principals: ANY, roles: some('eng') }] });
    expect(authorize(any, undefined, reserve('eng'))).toBeUndefined();
    const listed = acls({ permissive: false, reserve_resources: [{ principals: some('alice'), roles: ANY }] });
    expect(authorize(listed, undefined, reserve('eng'))).toMatchObject({ code: 'unauthorized', details: { principal: '' } });
  });

  it('refuses a listed principal an object of NONE: it may do this to nothing (B-121)', () => {
    const nothing = acls({ run_tasks: [{ principals: some('alice'), users: NONE }] });
    expect(authorize(nothing, 'alice', runAs('anybody'))).toMatchObject({ code: 'unauthorized' });
    expect(authorize(nothing, 'bob', runAs('anybody'))).toBeUndefined();
  });

  it('refuses everybody, known or not, an object whose principals are NONE (B-121)', () => {
    const nobody = acls({ run_tasks: [{ principals: NONE, users: some('root') }] });
    for (const principal of ['alice', undefined])
      expect(authorize(nobody, principal, runAs('root'))).toMatchObject({ code: 'unauthorized' });
    expect(authorize(nobody, 'alice', runAs('www'))).toBeUndefined();
  });

  it('wants every role of an action to be allowed, and names the first that is not (B-125)', () => {
    const eng = acls({ permissive: false, create_volumes: [{ principals: ANY, roles: some('eng', 'web') }] });
    expect(authorize(eng, 'alice', { kind: 'create_volumes', roles: ['eng', 'web'] })).toBeUndefined();
    expect(authorize(eng, 'alice', { kind: 'create_volumes', roles: ['eng', 'ads', 'ops'] })?.details).toEqual({
      action: "create volumes in role 'ads'",
      principal: 'alice',
    });
  });

  it('lets two rules allow the two roles of one action (B-125)', () => {
    const each = acls({
      permissive: false,
      reserve_resources: [
        { principals: some('alice'), roles: some('eng') },
        { principals: some('alice'), roles: some('web') },
      ],
    });
    expect(authorize(each, 'alice', reserve('eng', 'web'))).toBeUndefined();
  });

  it('compares roles as they stand: a rule for a role says nothing of the roles below it (B-126)', () => {
    const eng = acls({ permissive: false, reserve_resources: [{ principals: ANY, roles: some('eng') }] });
    expect(authorize(eng, 'alice', reserve('eng/web'))).toMatchObject({ code: 'unauthorized' });
  });

  it('takes what has no name, such as a volume whose creator is not known, to be covered by ANY and NONE alone (B-121, B-123)', () => {
    const destroy: Action = { kind: 'destroy_volumes', creators: [undefined] };
    const rule = (creator_principals: unknown) => acls({ permissive: false, destroy_volumes: [{ principals: ANY, creator_principals }] });
    expect(authorize(rule(ANY), 'alice', destroy)).toBeUndefined();
    expect(authorize(rule(some('alice')), 'alice', destroy)).toMatchObject({ code: 'unauthorized' });
    expect(authorize(rule(NONE), 'alice', destroy)).toMatchObject({ code: 'unauthorized' });
  });

  it('does not let an action without objects slip through', () => {
    const closed = acls({ permissive: false, register_frameworks: [{ principals: some('alice'), roles: some('eng') }] });
    expect(authorize(closed, 'alice', { kind: 'register_frameworks', roles: [] })?.message).toBe(
      'Principal alice may not register frameworks without a role.',
    );
    const nobody = acls({ register_frameworks: [{ principals: NONE, roles: ANY }] });
    expect(authorize(nobody, 'alice', { kind: 'register_frameworks', roles: [] })).toMatchObject({ code: 'unauthorized' });
  });

  it.each<[Action, string]>([
    [{ kind: 'register_frameworks', roles: ['eng'] }, "register frameworks in role 'eng'"],
    [{ kind: 'teardown_frameworks', frameworkPrincipal: 'alice' }, "tear down frameworks of 'alice'"],
    [{ kind: 'teardown_frameworks' }, 'tear down frameworks without a principal'],
    [{ kind: 'kill_tasks', frameworkPrincipal: 'alice' }, "kill tasks of frameworks of 'alice'"],
    [{ kind: 'kill_tasks' }, 'kill tasks of frameworks without a principal'],
    [{ kind: 'run_tasks', user: 'root' }, "run tasks as user 'root'"],
    [{ kind: 'reserve_resources', roles: ['eng'] }, "reserve resources for role 'eng'"],
    [{ kind: 'unreserve_resources', reservers: ['alice'] }, "unreserve resources reserved by 'alice'"],
    [{ kind: 'create_volumes', roles: ['eng'] }, "create volumes in role 'eng'"],
    [{ kind: 'destroy_volumes', creators: ['alice'] }, "destroy volumes created by 'alice'"],
    [{ kind: 'resize_volumes', roles: ['eng'] }, "resize volumes in role 'eng'"],
    [{ kind: 'force_release', roles: ['eng'] }, "release holders of volumes in role 'eng' by force"],
    [{ kind: 'repair_ledger', agents: ['a1'] }, "repair the ledger of agent 'a1'"],
    [{ kind: 'repair_ledger', agents: [] }, 'repair the ledger of every agent'],
  ])('judges each action by its own objects and says in words what is refused (B-122): %j', (action, words) => {
    const closed = acls({ permissive: false });
    expect(authorize(closed, 'bob', action)).toEqual({
      code: 'unauthorized',
      message: `Principal bob may not ${words}.`,
      details: { action: words, principal: 'bob' },
    });
  });
});
