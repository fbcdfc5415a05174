import fc from 'fast-check';
import type { Acls } from './acls';
import type { Action, ActionKind } from './action';
import { authorize } from './authorize';
import { parseAcls } from './parse-acls';

const OBJECTS: Readonly<Record<ActionKind, string>> = {
  register_frameworks: 'roles',
  teardown_frameworks: 'framework_principals',
  run_tasks: 'users',
  kill_tasks: 'framework_principals',
  reserve_resources: 'roles',
  unreserve_resources: 'reserver_principals',
  create_volumes: 'roles',
  destroy_volumes: 'creator_principals',
  resize_volumes: 'roles',
  force_release: 'roles',
  repair_ledger: 'agents',
};
const KINDS = Object.keys(OBJECTS) as ActionKind[];

interface RuleJson {
  readonly principals: EntityJson;
  readonly objects: EntityJson;
}
type EntityJson = { readonly type: 'ANY' | 'NONE' } | { readonly values: readonly string[] };

// Few names, so that rules and questions meet.
const name = fc.constantFrom('a', 'b', 'c');
const maybeName = fc.option(name, { nil: undefined });
const entity: fc.Arbitrary<EntityJson> = fc.oneof(
  fc.constantFrom({ type: 'ANY' } as const, { type: 'NONE' } as const),
  fc.record({ values: fc.array(name, { minLength: 1, maxLength: 3 }) }),
);
const rule: fc.Arbitrary<RuleJson> = fc.record({ principals: entity, objects: entity });
const rules = fc.array(rule, { maxLength: 5 });
const kind = fc.constantFrom(...KINDS);

function acls(permissive: boolean, of: ActionKind, written: readonly RuleJson[]): Acls {
  const parsed = parseAcls({ permissive, [of]: written.map(({ principals, objects }) => ({ principals, [OBJECTS[of]]: objects })) });
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
}

function action(of: ActionKind, object: string | undefined): Action {
  switch (of) {
    case 'teardown_frameworks':
    case 'kill_tasks':
      return object === undefined ? { kind: of } : { kind: of, frameworkPrincipal: object };
    case 'run_tasks':
      return { kind: of, user: object ?? '' };
    case 'unreserve_resources':
      return { kind: of, reservers: [object] };
    case 'destroy_volumes':
      return { kind: of, creators: [object] };
    case 'repair_ledger':
      return { kind: of, agents: object === undefined ? [] : [object] };
    default:
      return { kind: of, roles: object === undefined ? [] : [object] };
  }
}

const coversDumbly = (written: EntityJson, asked: string | undefined): boolean =>
  'type' in written || (asked !== undefined && written.values.includes(asked));
const isNone = (written: EntityJson): boolean => 'type' in written && written.type === 'NONE';

/** One rule after another, as the documentation of Mesos reads. */
function allowedDumbly(
  permissive: boolean,
  written: readonly RuleJson[],
  principal: string | undefined,
  object: string | undefined,
): boolean {
  for (const { principals, objects } of written) {
    if (!coversDumbly(principals, principal)) continue;
    if (!coversDumbly(objects, object)) continue;
    if (isNone(principals)) return false;
    if (isNone(objects)) return false;
    return true;
  }
  return permissive;
}

const allowed = (...question: Parameters<typeof authorize>): boolean => authorize(...question) === undefined;

describe('ACLs', () => {
  it('decide as the rules read one by one do (B-120, B-121, B-122)', () => {
    fc.assert(
      fc.property(fc.boolean(), kind, rules, maybeName, name, (permissive, of, written, principal, object) => {
        expect(allowed(acls(permissive, of, written), principal, action(of, object))).toBe(
          allowedDumbly(permissive, written, principal, object),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('decide without a name of the object, too (B-121)', () => {
    const nameless = fc.constantFrom(...KINDS.filter((of) => of !== 'run_tasks'));
    fc.assert(
      fc.property(fc.boolean(), nameless, rules, maybeName, (permissive, of, written, principal) => {
        expect(allowed(acls(permissive, of, written), principal, action(of, undefined))).toBe(
          allowedDumbly(permissive, written, principal, undefined),
        );
      }),
    );
  });

  it('heed the order: what stands behind a rule that applies changes nothing, whatever stands before decides (B-120)', () => {
    fc.assert(
      fc.property(kind, rules, rules, name, name, fc.boolean(), (of, before, behind, principal, object, permissive) => {
        const applies = { principals: { type: 'ANY' }, objects: { values: [object] } } as const;
        const asked = action(of, object);
        expect(allowed(acls(permissive, of, [applies, ...behind]), principal, asked)).toBe(true);
        expect(allowed(acls(permissive, of, [...before, applies, ...behind]), principal, asked)).toBe(
          allowedDumbly(true, before, principal, object),
        );
      }),
    );
  });

  it('let permissive speak only where no rule does: rules for one action say nothing of another (B-120)', () => {
    fc.assert(
      fc.property(kind, kind, rules, maybeName, name, fc.boolean(), (of, other, written, principal, object, permissive) => {
        fc.pre(of !== other);
        expect(allowed(acls(permissive, of, written), principal, action(other, object))).toBe(permissive);
      }),
    );
  });

  it('allow an action iff they allow each of its objects (B-125)', () => {
    const several = fc.constantFrom<ActionKind>('register_frameworks', 'reserve_resources', 'create_volumes', 'resize_volumes');
    fc.assert(
      fc.property(
        several,
        rules,
        maybeName,
        fc.array(name, { minLength: 1 }),
        fc.boolean(),
        (of, written, principal, roles, permissive) => {
          const all = acls(permissive, of, written);
          expect(allowed(all, principal, { kind: of, roles } as Action)).toBe(
            roles.every((role) => allowed(all, principal, action(of, role))),
          );
        },
      ),
    );
  });

  it('are read, or refused with a place, from any JSON whatever', () => {
    const anything = fc.jsonValue({ maxDepth: 2 });
    /** Right in most places, so that the wrong one may lie deep. */
    const nearly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
      fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: anything });
    const key = nearly(fc.constantFrom('principals', 'roles', 'users')).map(String);
    const nearRule = fc.dictionary(key, nearly(entity), { minKeys: 1, maxKeys: 2 });
    const nearAcls = fc.dictionary(nearly(kind).map(String), nearly(fc.array(nearly(nearRule), { maxLength: 3 })), { maxKeys: 3 });
    let read = 0;
    fc.assert(
      fc.property(nearly(nearAcls), (input) => {
        const parsed = parseAcls(input);
        if (parsed.ok) read += 1;
        if (parsed.ok) expect(() => authorize(parsed.value, 'a', action('run_tasks', 'a'))).not.toThrow();
        else expect(parsed.refusal).toMatchObject({ code: 'invalid_argument', details: { field: expect.stringMatching(/^acls/) } });
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(0);
  });
});
