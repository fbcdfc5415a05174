import fc from 'fast-check';
import { Resources, type Attribute } from '@holdfast/core/resources';
import { mayRemoveRecovered, pingsBeforeUnreachable, readRemovalRate, whatIsIncompatible, type AgentProfile } from './index';

const resources = (text: string): Resources => {
  const parsed = Resources.parse(text);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
};

it('an agent may miss as many pings as fit into the timeout (D-070)', () => {
  expect(pingsBeforeUnreachable(75_000, 15_000)).toBe(5);
  expect(pingsBeforeUnreachable(70_000, 15_000)).toBe(5);
  expect(pingsBeforeUnreachable(1, 15_000)).toBe(1);
});

describe('the rate at which agents are marked unreachable', () => {
  it.each([
    ['1/10mins', 600_000],
    ['2/1hrs', 1_800_000],
    ['1/1.5secs', 1_500],
    ['10/1days', 8_640_000],
    ['1/250ms', 250],
    ['3/3weeks', 604_800_000],
  ])('%s leaves %d ms from one to the next (D-071)', (text, spacingMs) => {
    expect(readRemovalRate(text)).toEqual({ spacingMs });
  });

  it.each(['', '1', '1/', '/10mins', '0/10mins', '1/0mins', '-1/10mins', '1/10', '1/10minutes', '1 / 10mins', '1.5/1mins', '1/10Mins'])(
    "'%s' is none",
    (text) => expect(readRemovalRate(text)).toBeUndefined(),
  );
});

describe('a master that was restarted', () => {
  it('marks no more agents unreachable than the limit allows (D-074)', () => {
    expect(mayRemoveRecovered(3, 10, 30)).toBe(true);
    expect(mayRemoveRecovered(4, 10, 30)).toBe(false);
    expect(mayRemoveRecovered(1, 1000, 0)).toBe(false);
    expect(mayRemoveRecovered(0, 0, 0)).toBe(true);
  });

  it('with 100 % marks all of them, with 0 % none (D-074)', () => {
    const counts = fc
      .integer({ min: 1, max: 100_000 })
      .chain((admitted) => fc.tuple(fc.integer({ min: 1, max: admitted }), fc.constant(admitted)));
    fc.assert(
      fc.property(counts, ([missing, admitted]) => {
        expect(mayRemoveRecovered(missing, admitted, 100)).toBe(true);
        expect(mayRemoveRecovered(missing, admitted, 0)).toBe(false);
      }),
    );
  });
});

describe('an agent that is started otherwise than before', () => {
  const rack: Attribute = { name: 'rack', value: { kind: 'text', text: 'r1' } };
  const ssd: Attribute = { name: 'ssd', value: { kind: 'text', text: 'true' } };
  const former: AgentProfile = {
    hostname: 'node1',
    configured: resources('cpus:4;mem:100;ports:[1-10];zones:{a,b}'),
    attributes: [rack],
  };
  const domain = { region: 'north', zone: 'n-1' };

  it('is the same agent if nothing has changed, whatever the order (D-078)', () => {
    const again = { ...former, configured: resources('zones:{b,a};mem:100;cpus:4;ports:[1-5,6-10]') };
    for (const policy of ['equal', 'additive'] as const) expect(whatIsIncompatible(former, again, policy)).toBeUndefined();
  });

  it.each<[string, Partial<AgentProfile>, RegExp]>([
    [
      'a scalar has grown',
      { configured: resources('cpus:5;mem:100;ports:[1-10];zones:{a,b}') },
      /was started with cpus.*:4.* and has now .*:5/,
    ],
    ['a range is longer', { configured: resources('cpus:4;mem:100;ports:[1-20];zones:{a,b}') }, /was started with/],
    ['a set has more', { configured: resources('cpus:4;mem:100;ports:[1-10];zones:{a,b,c}') }, /was started with/],
    ['there is one more resource', { configured: resources('cpus:4;mem:100;ports:[1-10];zones:{a,b};gpus:1') }, /was started with/],
    ['there is one more attribute', { attributes: [rack, ssd] }, /was started without the attribute ssd/],
    ['it has a domain', { domain }, /stood at no domain and stands now at north\/n-1/],
  ])('is the same one if %s and the policy is additive, not if it is equal (D-078)', (_what, more, problem) => {
    expect(whatIsIncompatible(former, { ...former, ...more }, 'additive')).toBeUndefined();
    expect(whatIsIncompatible(former, { ...former, ...more }, 'equal')).toMatch(problem);
  });

  it.each<[string, AgentProfile, AgentProfile, RegExp]>([
    ['is called otherwise', former, { ...former, hostname: 'node2' }, /was called node1 and is now called node2/],
    ['has less', former, { ...former, configured: resources('cpus:3;mem:100;ports:[1-10];zones:{a,b}') }, /has now/],
    ['has a hole in a range', former, { ...former, configured: resources('cpus:4;mem:100;ports:[1-4,6-10];zones:{a,b}') }, /has now/],
    ['has less in a set', former, { ...former, configured: resources('cpus:4;mem:100;ports:[1-10];zones:{a,c}') }, /has now/],
    [
      'has reserved what was nobody’s',
      former,
      { ...former, configured: resources('cpus(eng):4;mem:100;ports:[1-10];zones:{a,b}') },
      /has now/,
    ],
    ['has lost an attribute', former, { ...former, attributes: [ssd] }, /the attribute rack, which has changed or gone/],
    ['has lost one of two alike', { ...former, attributes: [rack, rack] }, former, /the attribute rack/],
    [
      'has moved',
      { ...former, domain },
      { ...former, domain: { region: 'north', zone: 'n-2' } },
      /stood at north\/n-1 and stands now at north\/n-2/,
    ],
    ['has lost its domain', { ...former, domain }, former, /stands now at no domain/],
  ])('is another one, by either policy, if it %s (D-078)', (_what, before, now, problem) => {
    for (const policy of ['equal', 'additive'] as const) expect(whatIsIncompatible(before, now, policy)).toMatch(problem);
  });
});
