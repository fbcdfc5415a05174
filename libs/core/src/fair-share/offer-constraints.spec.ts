import { ok, refuse, refused } from '@holdfast/core/base';
import type { AttributeConstraint, AttributePredicate, AttributeSelector, OfferConstraints } from '@holdfast/core/offers';
import type { Attribute } from '@holdfast/core/resources';
import { compileRegex, ExampleCluster } from './example-cluster.fixture';
import { checkMinAllocatable, checkOfferConstraints, compileOfferConstraints, type AgentTraits } from './offer-constraints';

const RACK: AttributeSelector = { kind: 'attribute', name: 'rack' };
const text = (value: string): Attribute['value'] => ({ kind: 'text', text: value });
const rack = (value: Attribute['value'] | undefined): AgentTraits => ({
  hostname: 'h1.example',
  attributes: [
    { name: 'other', value: text('r1') },
    ...(value ? [value, text('late')] : []).map((each) => ({ name: 'rack', value: each })),
  ],
});
const one = (predicate: AttributePredicate, selector: AttributeSelector = RACK): OfferConstraints => ({ eng: [[{ selector, predicate }]] });

function meets(constraints: OfferConstraints, agent: AgentTraits): boolean {
  const tests = compileOfferConstraints(constraints, compileRegex);
  if (!tests.ok) throw new Error(tests.refusal.message);
  return tests.value.get('eng')!(agent);
}

describe('a constraint on an attribute (C-060)', () => {
  const R1 = text('r1');
  const SCALAR: Attribute['value'] = { kind: 'scalar', milli: 1000 };
  const RANGES: Attribute['value'] = { kind: 'ranges', ranges: [{ begin: 1, end: 2 }] };
  const SET: Attribute['value'] = { kind: 'set', items: ['r1'] };

  // By the attribute: r1, r2, a scalar, ranges, a set, none.
  it.each<[AttributePredicate, boolean[]]>([
    [{ kind: 'exists' }, [true, true, true, true, true, false]],
    [{ kind: 'not_exists' }, [false, false, false, false, false, true]],
    [{ kind: 'text_equals', value: 'r1' }, [true, false, true, true, true, false]],
    [{ kind: 'text_not_equals', value: 'r1' }, [false, true, true, true, true, true]],
    [{ kind: 'text_matches', regex: '[a-z]1' }, [true, false, true, true, true, false]],
    [{ kind: 'text_not_matches', regex: '[a-z]1' }, [false, true, true, true, true, true]],
    [{ kind: 'text_matches', regex: 'r' }, [false, false, true, true, true, false]],
  ])('holds as Mesos has it, also for what is no text and what is not there: %j', (predicate, expected) => {
    expect([R1, text('r2'), SCALAR, RANGES, SET, undefined].map((value) => meets(one(predicate), rack(value)))).toEqual(expected);
  });

  it('looks at the first attribute of a name', () => {
    expect(meets(one({ kind: 'text_equals', value: 'late' }), rack(R1))).toBe(false);
  });

  it.each<[AttributeSelector, string]>([
    [{ kind: 'hostname' }, 'h1.example'],
    [{ kind: 'region' }, 'eu'],
    [{ kind: 'zone' }, 'a'],
  ])('may be about the %j of an agent', (selector, value) => {
    const attributes = [{ name: selector.kind, value: text('?') }];
    const agent: AgentTraits = { hostname: 'h1.example', attributes, domain: { region: 'eu', zone: 'a' } };
    expect(meets(one({ kind: 'text_equals', value }, selector), agent)).toBe(true);
    expect(meets(one({ kind: 'text_not_equals', value }, selector), agent)).toBe(false);
  });

  it('finds no region and no zone of an agent without domain', () => {
    for (const selector of [{ kind: 'region' }, { kind: 'zone' }] satisfies AttributeSelector[]) {
      expect(meets(one({ kind: 'exists' }, selector), rack(undefined))).toBe(false);
      expect(meets(one({ kind: 'text_not_equals', value: 'eu' }, selector), rack(undefined))).toBe(true);
    }
  });

  it('must hold with all others of its group, and one group is enough', () => {
    const has = (name: string): AttributeConstraint => ({ selector: { kind: 'attribute', name }, predicate: { kind: 'exists' } });
    const groups: OfferConstraints = { eng: [[has('a'), has('b')], [has('c')]] };
    const agent = (...names: string[]): AgentTraits => ({ hostname: 'h', attributes: names.map((name) => ({ name, value: text('x') })) });
    expect([agent('a'), agent('a', 'b'), agent('b', 'c'), agent()].map((each) => meets(groups, each))).toEqual([false, true, true, false]);
  });
});

describe('offer constraints of a framework', () => {
  const matches = (regex: string): AttributeConstraint => ({ selector: RACK, predicate: { kind: 'text_matches', regex } });
  const problem = (constraints: OfferConstraints, compile = compileRegex) => checkOfferConstraints(constraints, ['eng', 'ops'], compile);

  it('are taken for roles that it is in', () => {
    expect(problem({ eng: [[matches('r1')]], ops: [[matches('r2')], [matches('r3')]] })).toBeUndefined();
    expect(problem({})).toBeUndefined();
  });

  it.each<[string, OfferConstraints, string]>([
    ['for a role that it is not in', { ads: [[matches('r1')]] }, "role 'ads' are for a role that the framework is not in"],
    ['without a group', { ops: [] }, "role 'ops' have no group"],
    ['with an empty group', { eng: [[matches('r1')], []] }, "role 'eng' contain a group without constraints"],
    ['with too many patterns', { eng: [Array.from({ length: 101 }, (_, at) => matches(`r${at}`))] }, 'more than 100 different patterns'],
  ])('are refused %s (C-060, D-002)', (_why, constraints, words) => {
    expect(problem(constraints)).toMatchObject({ code: 'framework_invalid', details: { problem: expect.stringContaining(words) } });
  });

  it('are refused with a pattern that cannot be compiled, in the words of the compiler', () => {
    const refuses = () => refused(refuse('invalid_argument', { field: 'regex', problem: 'it is too complex.' }));
    expect(problem({ eng: [[matches('(')]] }, refuses)).toMatchObject({
      code: 'framework_invalid',
      details: { problem: "The offer constraints of role 'eng' contain a pattern that cannot be taken: it is too complex." },
    });
  });

  it('compile each pattern once, however often it comes', () => {
    const compile = jest.fn(compileRegex);
    const same = Array.from({ length: 500 }, () => [matches('r1')]);
    expect(problem({ eng: same, ops: same }, compile)).toBeUndefined();
    expect(compile).toHaveBeenCalledTimes(1);
  });

  it('may come with minimums for roles that it is in, no others (C-059)', () => {
    expect(checkMinAllocatable({ eng: [] }, ['eng'])).toBeUndefined();
    expect(checkMinAllocatable({ eng: [], ads: [] }, ['eng'])).toMatchObject({
      code: 'framework_invalid',
      details: { problem: expect.stringContaining("'ads'") },
    });
  });
});

describe('an agent that does not meet the constraints', () => {
  const onRack = (name: string): OfferConstraints => one({ kind: 'text_equals', value: name });
  const at = (name: string) => ({ attributes: [{ name: 'rack', value: text(name) }] });

  it('is not offered to the framework for that role, whatever is on it, and is for other roles and to others (C-060)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng', 'ops'], { offerConstraints: onRack('r1') });
    cluster.agent('a1', 'cpus(eng):1', [], at('r1'));
    cluster.agent('a2', 'cpus(eng):1', [], at('r2'));
    cluster.agent('a3', 'cpus(ops):1', [], at('r2'));
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus(eng):1', 'a3: f1 ops cpus(ops):1']);
    cluster.framework('f2', ['eng']);
    expect(cluster.offers()).toEqual(['a2: f2 eng cpus(eng):1']);
  });

  it('is looked at again when the framework has other constraints, or none (C-060)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { offerConstraints: onRack('r1') });
    cluster.agent('a2', 'cpus:1', [], at('r2'));
    expect(cluster.offers()).toEqual([]);
    cluster.framework('f1', ['eng'], { offerConstraints: onRack('r2') });
    const [offer] = cluster.cycle();
    cluster.giveBack(offer!);
    cluster.framework('f1', ['eng'], { offerConstraints: onRack('r3') });
    expect(cluster.offers()).toEqual([]);
    cluster.framework('f1', ['eng']);
    expect(cluster.offers()).toEqual(['a2: f1 eng cpus:1']);
  });

  it('is looked at again when it comes back with other attributes, and so is one in the place of one that is gone (C-060)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { offerConstraints: onRack('r1') });
    cluster.agent('a1', 'cpus:1', [], at('r2'));
    cluster.agent('a2', 'cpus:1', [], at('r1'));
    expect(cluster.offers()).toEqual(['a2: f1 eng cpus:1']);
    cluster.agent('a1', 'cpus:1', [], at('r1'));
    expect(cluster.offers()).toEqual(['a1: f1 eng cpus:1']);
    cluster.books.removeAgent('a1');
    cluster.agent('a3', 'cpus:1', [], at('r2'));
    expect(cluster.offers()).toEqual([]);
  });

  it('is not taken for another one (C-060)', () => {
    const cluster = new ExampleCluster();
    cluster.framework('f1', ['eng'], { offerConstraints: onRack('r1') });
    cluster.agent('a1', 'cpus:1', [], at('r1'));
    cluster.agent('a2', 'cpus:1', [], at('r2'));
    cluster.cycle();
    cluster.books.removeAgent('a1');
    cluster.agent('a3', 'cpus:1', [], at('r1'));
    cluster.agent('a4', 'cpus:1', [], at('r2'));
    cluster.agent('a5', 'cpus:1', [], at('r1'));
    expect(cluster.offers()).toEqual(['a3: f1 eng cpus:1', 'a5: f1 eng cpus:1']);
  });

  it('is judged once for each framework and role, until something else is known of it (C-060)', () => {
    const asked: string[] = [];
    const cluster = new ExampleCluster({ compileRegex: () => ok((rackName) => asked.push(rackName) > 0) });
    const any: OfferConstraints = { eng: [[{ selector: RACK, predicate: { kind: 'text_matches', regex: '.*' } }]] };
    cluster.framework('f1', ['eng'], { offerConstraints: any });
    cluster.agent('a1', 'cpus:1', [], at('r1'));
    for (const each of [1, 2, 3]) for (const offer of cluster.cycle(each)) cluster.giveBack(offer);
    cluster.framework('f1', ['eng'], { offerConstraints: any });
    cluster.agent('a1', 'cpus:2', [], at('r1'));
    for (const offer of cluster.cycle()) cluster.giveBack(offer);
    expect(asked).toEqual(['r1']);
    cluster.agent('a2', 'cpus:1', [], at('r5'));
    for (const offer of cluster.cycle()) cluster.giveBack(offer);
    cluster.cycle();
    expect(asked).toEqual(['r1', 'r5']);
    cluster.agent('a1', 'cpus:2', [], at('r2'));
    cluster.cycle();
    expect(asked).toEqual(['r1', 'r5', 'r2']);
  });
});
