import { nearMatch, ok, refuse, refused, type Refusal, type Result } from '@holdfast/core/base';
import type { Acl, Acls, Entity } from './acls';
import type { ActionKind } from './action';

/** The key of each action's objects (B-122). */
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

/** Mesos has ACLs for these; a file that uses one wants something closed that we would leave open. */
const NOT_ENFORCED: readonly string[] = [
  'get_quotas',
  'update_quotas',
  'update_weights',
  'view_roles',
  'view_frameworks',
  'view_tasks',
  'view_executors',
  'register_agents',
];

/**
 * Reads parsed JSON in the ACL format of Mesos. Refuses with `invalid_argument` whatever it does not know, with the path of it, such as
 * `acls.run_tasks[0].users.type`: a rule that is overlooked for a typing error would leave open what it was to close. Never throws.
 */
export function parseAcls(json: unknown): Result<Acls> {
  if (!isObject(json)) return wrong('acls', 'must be an object');
  let permissive = true;
  const rules = new Map<ActionKind, readonly Acl[]>();
  for (const [key, value] of Object.entries(json)) {
    if (key === 'permissive') {
      if (typeof value !== 'boolean') return wrong('acls.permissive', 'must be true or false');
      permissive = value;
    } else if (isAction(key)) {
      const parsed = parseRules(value, key);
      if (!parsed.ok) return parsed;
      rules.set(key, parsed.value);
    } else return wrong(`acls.${key}`, unknownKey(key, TOP_KEYS));
  }
  return ok({ permissive, rules });
}

const ACTIONS = Object.keys(OBJECTS) as readonly ActionKind[];
const TOP_KEYS = ['permissive', ...ACTIONS];

const isAction = (key: string): key is ActionKind => (ACTIONS as readonly string[]).includes(key);

function parseRules(json: unknown, kind: ActionKind): Result<readonly Acl[]> {
  if (!Array.isArray(json)) return wrong(`acls.${kind}`, 'must be a list');
  const rules: Acl[] = [];
  for (const [index, item] of (json as readonly unknown[]).entries()) {
    const rule = parseRule(item, `acls.${kind}[${index}]`, OBJECTS[kind]);
    if (!rule.ok) return rule;
    rules.push(rule.value);
  }
  return ok(rules);
}

function parseRule(json: unknown, path: string, objectsKey: string): Result<Acl> {
  const keys = ['principals', objectsKey];
  const shape = objectOf(json, path, keys);
  if (!shape.ok) return shape;
  const missing = keys.find((key) => !Object.hasOwn(shape.value, key));
  if (missing !== undefined) return wrong(`${path}.${missing}`, `is missing; an entry names both ${keys.join(' and ')}`);
  const principals = parseEntity(shape.value['principals'], `${path}.principals`);
  if (!principals.ok) return principals;
  const objects = parseEntity(shape.value[objectsKey], `${path}.${objectsKey}`);
  return objects.ok ? ok({ principals: principals.value, objects: objects.value }) : objects;
}

/** `{"type":"ANY"}`, `{"type":"NONE"}` or `{"values":[…]}` (B-121), to which Mesos also lets one write the type SOME. */
function parseEntity(json: unknown, path: string): Result<Entity> {
  const shape = objectOf(json, path, ['type', 'values']);
  if (!shape.ok) return shape;
  const { type, values } = shape.value;
  if (type === 'ANY' || type === 'NONE')
    return values === undefined
      ? ok({ kind: type === 'ANY' ? 'any' : 'none' })
      : wrong(`${path}.values`, `means nothing beside the type ${type}`);
  if (type !== undefined && type !== 'SOME') return wrong(`${path}.type`, 'must be ANY or NONE');
  if (values === undefined) return wrong(path, 'says nothing: it needs values, or the type ANY or NONE');
  if (!Array.isArray(values) || values.length === 0) return wrong(`${path}.values`, 'must be a list of one text or more');
  for (const [index, value] of (values as readonly unknown[]).entries()) {
    const problem = valueProblem(value, path.endsWith('.roles'));
    if (problem !== undefined) return wrong(`${path}.values[${index}]`, problem);
  }
  return ok({ kind: 'some', values: new Set(values as readonly string[]) });
}

/** Values are names, compared as they stand. What looks like a pattern was meant as one, and would cover nobody. */
function valueProblem(value: unknown, isRole: boolean): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must be a text that is not empty';
  if (value !== value.trim()) return 'must not begin or end with a blank';
  if (isRole) return value.endsWith('/%') ? 'is no name of a role; subtrees are not supported here, so name each role' : undefined;
  return value === '*' ? 'is no name; for everybody write {"type":"ANY"} in place of values' : undefined;
}

/** An object with no keys but these. */
function objectOf(json: unknown, path: string, keys: readonly string[]): Result<Readonly<Record<string, unknown>>> {
  if (!isObject(json)) return wrong(path, 'must be an object');
  const unknown = Object.keys(json).find((key) => !keys.includes(key));
  return unknown === undefined ? ok(json) : wrong(`${path}.${unknown}`, unknownKey(unknown, keys));
}

function unknownKey(key: string, known: readonly string[]): string {
  if (NOT_ENFORCED.includes(key)) return 'is an action of Mesos that Holdfast does not enforce; remove it, and do not rely on it';
  const meant = nearMatch(key, known);
  return meant === undefined ? `is not known; known are ${known.join(', ')}` : `is not known; did you mean ${meant}?`;
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const wrong = (field: string, problem: string): { readonly ok: false; readonly refusal: Refusal } =>
  refused<Refusal>(refuse('invalid_argument', { field, problem }));
