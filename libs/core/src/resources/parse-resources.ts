import { ANY_ROLE, ok, refused, type Result, type Role } from '@holdfast/core/base';
import { parseResourcesJson } from './parse-resources-json';
import { parseValue } from './parse-value';
import { type Problem, refuseProblem } from './problem';
import type { Resource } from './resource';
import { validateAgentResources } from './validate-agent-resources';
import { validateResources } from './validate-resource';

const EXPECTED = 'expected name:value or name(role):value, such as cpus:4 or disk(eng):2048';

/** What `--resources` says, one object per part of it; only what an agent may be configured with (B-008). */
export const parseAgentResources = (text: string, defaultRole: Role = ANY_ROLE): Result<readonly Resource[]> =>
  checked(read(text, defaultRole), validateAgentResources);

/** The same syntax for any valid resources, volumes and dynamic reservations too. */
export const parseResources = (text: string, defaultRole: Role = ANY_ROLE): Result<readonly Resource[]> =>
  checked(read(text, defaultRole), validateResources);

function checked(
  list: Result<readonly Resource[], Problem>,
  validate: (list: readonly Resource[]) => Problem | undefined,
): Result<readonly Resource[]> {
  if (!list.ok) return refuseProblem(list.refusal);
  const problem = validate(list.value);
  return problem ? refuseProblem(problem) : list;
}

const read = (text: string, defaultRole: Role): Result<readonly Resource[], Problem> =>
  text.trimStart().startsWith('[') ? parseResourcesJson(text, defaultRole) : readText(text, defaultRole);

function readText(text: string, defaultRole: Role): Result<readonly Resource[], Problem> {
  const resources: Resource[] = [];
  const parts = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const [at, part] of parts.entries()) {
    const resource = readPart(part, defaultRole);
    if (!resource.ok) return refused({ field: `resources[${at}]`, problem: `'${part}': ${resource.refusal}` });
    resources.push(resource.value);
  }
  return ok(resources);
}

/** The role of the text form means a static reservation. */
function readPart(part: string, defaultRole: Role): Result<Resource, string> {
  const colon = part.indexOf(':');
  if (colon < 0) return refused(`has no ':'; ${EXPECTED}`);
  if (part.includes(':', colon + 1)) return refused(`has more than one ':'; separate resources with ';'; ${EXPECTED}`);
  const head = readHead(part.slice(0, colon).trim(), defaultRole);
  if (!head.ok) return refused(`${head.refusal}; ${EXPECTED}`);
  const value = parseValue(part.slice(colon + 1));
  if (!value.ok) return value;
  const { name, role } = head.value;
  const reservations = role === ANY_ROLE ? [] : [{ type: 'static' as const, role }];
  return ok({ name, value: value.value, reservations, shared: false, revocable: false });
}

/** `name` or `name(role)`. */
function readHead(head: string, defaultRole: Role): Result<{ name: string; role: Role }, string> {
  const open = head.indexOf('(');
  const close = head.indexOf(')');
  if (open < 0 && close < 0) return head === '' ? refused("has no name before ':'") : ok({ name: head, role: defaultRole });
  if (open < 0) return refused("has a ')' without a '('");
  if (close < open) return refused("the '(' before the role has no ')' after it");
  if (close !== head.length - 1) return refused(`has '${head.slice(close + 1)}' between the role's ')' and the ':'`);
  const name = head.slice(0, open).trim();
  const role = head.slice(open + 1, close).trim();
  if (name === '') return refused("has no name before '('");
  return role === '' ? refused("has no role between '(' and ')'") : ok({ name, role });
}
