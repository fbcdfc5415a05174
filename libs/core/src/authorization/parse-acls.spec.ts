import { parseAcls } from './parse-acls';

const ANY = { type: 'ANY' };
const problem = (json: unknown) => {
  const parsed = parseAcls(json);
  return parsed.ok ? undefined : `${parsed.refusal.code} ${parsed.refusal.message}`;
};

describe('parseAcls', () => {
  it('reads every action with the objects that belong to it, and is permissive unless told otherwise (B-120, B-122)', () => {
    const parsed = parseAcls({
      register_frameworks: [{ principals: { values: ['a', 'b'] }, roles: ANY }],
      teardown_frameworks: [{ principals: ANY, framework_principals: { type: 'NONE' } }],
      run_tasks: [{ principals: { type: 'SOME', values: ['a'] }, users: { values: ['root'] } }],
      reserve_resources: [{ principals: ANY, roles: ANY }],
      unreserve_resources: [{ principals: ANY, reserver_principals: ANY }],
      create_volumes: [{ principals: ANY, roles: ANY }],
      destroy_volumes: [{ principals: ANY, creator_principals: ANY }],
      resize_volumes: [{ principals: ANY, roles: ANY }],
      force_release: [{ principals: ANY, roles: ANY }],
      repair_ledger: [{ principals: ANY, agents: ANY }],
    });
    expect(parsed).toMatchObject({ ok: true, value: { permissive: true } });
    expect(parsed.ok && parsed.value.rules.size).toBe(10);
    expect(parsed.ok && parsed.value.rules.get('register_frameworks')).toEqual([
      { principals: { kind: 'some', values: new Set(['a', 'b']) }, objects: { kind: 'any' } },
    ]);
    expect(parsed.ok && parsed.value.rules.get('run_tasks')?.[0]?.principals).toEqual({ kind: 'some', values: new Set(['a']) });
    expect(parsed.ok && parsed.value.rules.get('teardown_frameworks')?.[0]?.objects).toEqual({ kind: 'none' });
    expect(parseAcls({ permissive: false })).toMatchObject({ ok: true, value: { permissive: false } });
  });

  it.each<[unknown, string]>([
    [[], 'acls: must be an object'],
    [null, 'acls: must be an object'],
    [{ permissive: 'false' }, 'acls.permissive: must be true or false'],
    [{ destroy_volume: [] }, 'acls.destroy_volume: is not known; did you mean destroy_volumes?'],
    [{ permisive: false }, 'acls.permisive: is not known; did you mean permissive?'],
    [{ something_else_altogether: [] }, 'acls.something_else_altogether: is not known; known are permissive, register_frameworks'],
    [{ view_frameworks: [] }, 'acls.view_frameworks: is an action of Mesos that Holdfast does not enforce'],
    [{ constructor: [] }, 'acls.constructor: is not known'],
    [{ run_tasks: {} }, 'acls.run_tasks: must be a list'],
    [{ run_tasks: [1] }, 'acls.run_tasks[0]: must be an object'],
    [{ run_tasks: [{ principals: ANY }] }, 'acls.run_tasks[0].users: is missing'],
    [{ run_tasks: [{ users: ANY }] }, 'acls.run_tasks[0].principals: is missing'],
    [{ run_tasks: [{ principals: ANY, roles: ANY }] }, 'acls.run_tasks[0].roles: is not known; known are principals, users'],
    [{ run_tasks: [{ principals: ANY, user: ANY }] }, 'acls.run_tasks[0].user: is not known; did you mean users?'],
    [{ run_tasks: [{ principals: {}, users: ANY }] }, 'acls.run_tasks[0].principals: says nothing'],
    [{ run_tasks: [{ principals: ANY, users: 'root' }] }, 'acls.run_tasks[0].users: must be an object'],
    [{ run_tasks: [{ principals: ANY, users: { values: [] } }] }, 'acls.run_tasks[0].users.values: must be a list of one text or more'],
    [{ run_tasks: [{ principals: ANY, users: { values: 'root' } }] }, 'acls.run_tasks[0].users.values: must be a list'],
    [{ run_tasks: [{ principals: ANY, users: { values: ['root', ''] } }] }, 'acls.run_tasks[0].users.values[1]: must be a text'],
    [{ run_tasks: [{ principals: ANY, users: { values: ['root '] } }] }, 'acls.run_tasks[0].users.values[0]: must not begin or end'],
    [{ run_tasks: [{ principals: ANY, users: { values: ['*'] } }] }, 'for everybody write {"type":"ANY"}'],
    [{ run_tasks: [{ principals: ANY, users: { type: 'any' } }] }, 'acls.run_tasks[0].users.type: must be ANY or NONE'],
    [{ run_tasks: [{ principals: ANY, users: { type: 'SOME' } }] }, 'acls.run_tasks[0].users: says nothing'],
    [{ run_tasks: [{ principals: ANY, users: { type: 'NONE', values: ['root'] } }] }, 'values: means nothing beside the type NONE'],
    [{ create_volumes: [{ principals: ANY, roles: { values: ['eng/%'] } }] }, 'subtrees are not supported here, so name each role'],
  ])('refuses %j rather than overlook it, and says where', (json, words) => {
    expect(problem(json)).toContain('invalid_argument');
    expect(problem(json)).toContain(words);
  });

  it('takes the role * for the name that it is', () => {
    expect(problem({ register_frameworks: [{ principals: ANY, roles: { values: ['*'] } }] })).toBeUndefined();
  });

  it('judges keys that JavaScript knows as it does any other', () => {
    expect(problem(JSON.parse('{"__proto__":[]}'))).toContain('acls.__proto__: is not known');
    expect(problem(JSON.parse('{"run_tasks":[{"principals":{"type":"ANY"},"__proto__":{"users":{"type":"ANY"}}}]}'))).toContain(
      '__proto__',
    );
  });
});
