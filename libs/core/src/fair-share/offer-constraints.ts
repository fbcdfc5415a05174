import { refuse, refused, ok, unreachable, type Refusal, type Result, type Role } from '@holdfast/core/base';
import type {
  AttributeConstraint,
  AttributePredicate,
  AttributeSelector,
  FaultDomain,
  MinAllocatable,
  OfferConstraints,
} from '@holdfast/core/offers';
import type { Attribute } from '@holdfast/core/resources';

/** What a framework may choose agents by. */
export interface AgentTraits {
  readonly hostname: string;
  readonly attributes: readonly Attribute[];
  readonly domain?: FaultDomain;
}

export type AgentTest = (agent: AgentTraits) => boolean;

/** Makes a test of whole texts out of a pattern; in time linear in the text, since patterns come from frameworks. Refuses with `invalid_argument`. */
export type CompileRegex = (pattern: string) => Result<(text: string) => boolean>;

/** More different patterns than this are refused: each costs the master and the allocator some time to compile. */
const MOST_PATTERNS = 100;

/** One test per role; a role without constraints is absent: any agent will do (C-060). Refuses with `framework_invalid`. */
export function compileOfferConstraints(constraints: OfferConstraints, compileRegex: CompileRegex): Result<ReadonlyMap<Role, AgentTest>> {
  const compile = onceEach(compileRegex);
  const tests = new Map<Role, AgentTest>();
  for (const [role, groups] of Object.entries(constraints)) {
    // Neither "none" nor "any" is what an empty list must mean; Mesos refuses it, too.
    if (groups.length === 0) return invalid(role, 'have no group; leave the role out if any agent will do.');
    const anyOf: AgentTest[] = [];
    for (const group of groups) {
      if (group.length === 0) return invalid(role, 'contain a group without constraints; leave the role out if any agent will do.');
      const allOf: AgentTest[] = [];
      for (const constraint of group) {
        const test = testOf(constraint, compile);
        if (!test.ok) return invalid(role, `contain a pattern that cannot be taken: ${problemOf(test.refusal)}`);
        allOf.push(test.value);
      }
      anyOf.push((agent) => allOf.every((meets) => meets(agent)));
    }
    tests.set(role, (agent) => anyOf.some((meets) => meets(agent)));
  }
  return ok(tests);
}

/** Why a framework in these roles may not have these constraints (`framework_invalid`), if so (D-002). */
export function checkOfferConstraints(
  constraints: OfferConstraints,
  roles: readonly Role[],
  compileRegex: CompileRegex,
): Refusal | undefined {
  const stranger = Object.keys(constraints).find((role) => !roles.includes(role));
  if (stranger !== undefined) return invalid(stranger, 'are for a role that the framework is not in.').refusal;
  const compiled = compileOfferConstraints(constraints, compileRegex);
  return compiled.ok ? undefined : compiled.refusal;
}

/** Why a framework in these roles may not set these minimums (`framework_invalid`), if so. */
export function checkMinAllocatable(minimums: MinAllocatable, roles: readonly Role[]): Refusal | undefined {
  const stranger = Object.keys(minimums).find((role) => !roles.includes(role));
  if (stranger === undefined) return undefined;
  return refuse('framework_invalid', { problem: `The offer filters name the role '${stranger}', which the framework is not in.` });
}

const invalid = (role: Role, problem: string) =>
  refused(refuse('framework_invalid', { problem: `The offer constraints of role '${role}' ${problem}` }));

const problemOf = ({ message, details }: Refusal): string => ('problem' in details ? String(details.problem) : message);

function onceEach(compileRegex: CompileRegex): CompileRegex {
  const compiled = new Map<string, ReturnType<CompileRegex>>();
  return (pattern) => {
    let result = compiled.get(pattern);
    if (!result) {
      const isTooMuch = compiled.size === MOST_PATTERNS;
      const problem = `there are more than ${MOST_PATTERNS} different patterns.`;
      compiled.set(
        pattern,
        (result = isTooMuch ? refused(refuse('invalid_argument', { field: 'regex', problem })) : compileRegex(pattern)),
      );
    }
    return result;
  };
}

function testOf({ selector, predicate }: AttributeConstraint, compile: CompileRegex): Result<AgentTest> {
  const test = textTest(predicate, compile);
  if (!test.ok) return test;
  const { ofText, ofOther, ofNothing } = test.value;
  return ok((agent) => {
    const value = select(agent, selector);
    if (value === undefined) return ofNothing;
    return value.kind === 'text' ? ofText(value.text) : ofOther;
  });
}

/** Of several attributes of one name the first counts. */
function select({ hostname, attributes, domain }: AgentTraits, selector: AttributeSelector): Attribute['value'] | undefined {
  switch (selector.kind) {
    case 'attribute':
      return attributes.find(({ name }) => name === selector.name)?.value;
    case 'hostname':
      return { kind: 'text', text: hostname };
    case 'region':
      return domain && { kind: 'text', text: domain.region };
    case 'zone':
      return domain && { kind: 'text', text: domain.zone };
    default:
      return unreachable(selector);
  }
}

/** A predicate by what the selector finds: a text, a value of another type, nothing. */
interface ValueTest {
  readonly ofText: (text: string) => boolean;
  readonly ofOther: boolean;
  readonly ofNothing: boolean;
}

const always = (): boolean => true;
const never = (): boolean => false;

/**
 * What texts say of a scalar, of ranges or of a set cannot be told, so none of the four excludes an agent for one: as in Mesos, the framework
 * sees the offer and judges for itself.
 */
function textTest(predicate: AttributePredicate, compile: CompileRegex): Result<ValueTest> {
  switch (predicate.kind) {
    case 'exists':
      return ok({ ofText: always, ofOther: true, ofNothing: false });
    case 'not_exists':
      return ok({ ofText: never, ofOther: false, ofNothing: true });
    case 'text_equals':
      return ok({ ofText: (text) => text === predicate.value, ofOther: true, ofNothing: false });
    case 'text_not_equals':
      return ok({ ofText: (text) => text !== predicate.value, ofOther: true, ofNothing: true });
    case 'text_matches':
    case 'text_not_matches': {
      const matches = compile(predicate.regex);
      if (!matches.ok) return matches;
      const isWanted = predicate.kind === 'text_matches';
      return ok({ ofText: (text) => matches.value(text) === isWanted, ofOther: true, ofNothing: !isWanted });
    }
    default:
      return unreachable(predicate);
  }
}
