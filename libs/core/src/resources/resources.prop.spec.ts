import fc from 'fast-check';
import { formatResources } from './format-resources';
import { resourceIdentity } from './identity';
import { parseResources } from './parse-resources';
import type { DiskSource, Label, Reservation, Resource, Value } from './resource';
import { Resources } from './resources';
import { validateResource } from './validate-resource';

// Small pools, so that resources often meet their equals and their near misses.
const label: fc.Arbitrary<Label> = fc.constantFrom({ key: 'k' }, { key: 'k', value: '' }, { key: 'l', value: 'v' });
const owner = fc.record({ principal: fc.constantFrom('p', 'q'), labels: fc.array(label, { maxLength: 2 }) }, { requiredKeys: [] });
const reserved: fc.Arbitrary<readonly Reservation[]> = fc.oneof(
  fc.constant([{ type: 'static', role: 'a' } as const]),
  owner.map((by) => [{ type: 'dynamic' as const, role: 'a', ...by }]),
  owner.map((by) => [
    { type: 'static' as const, role: 'a' },
    { type: 'dynamic' as const, role: 'a/b', ...by },
  ]),
);
const stack = fc.oneof(fc.constant<readonly Reservation[]>([]), reserved);

const scalarOf = (maxMilli: number): fc.Arbitrary<Value> =>
  fc.integer({ min: 0, max: maxMilli }).map((milli) => ({ kind: 'scalar', milli }));
const ranges: fc.Arbitrary<Value> = fc
  .uniqueArray(fc.nat(9), { maxLength: 4 })
  .map((tens) => ({ kind: 'ranges', ranges: tens.map((ten) => ({ begin: ten * 10, end: ten * 10 + 8 })) }));
const set: fc.Arbitrary<Value> = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c,d', ' '), { maxLength: 3 })
  .map((items) => ({ kind: 'set', items }));
const named = fc.oneof(
  fc.record({ name: fc.constantFrom('cpus', 'mem', 'x:y'), value: scalarOf(5000) }),
  fc.record({ name: fc.constant('ports'), value: ranges }),
  fc.record({ name: fc.constant('zones'), value: set }),
);
const allocation = fc.record({ allocationRole: fc.constantFrom('a', 'a/b') }, { requiredKeys: [] });

const quantity: fc.Arbitrary<Resource> = fc
  .tuple(named, stack, allocation, fc.boolean(), fc.record({ providerId: fc.constant('x') }, { requiredKeys: [] }))
  .map(([what, reservations, allocated, revocable, provider]) => ({
    ...what,
    reservations,
    ...allocated,
    shared: false,
    revocable: revocable && reservations.every((reservation) => reservation.type === 'static'),
    ...provider,
  }));

const source: fc.Arbitrary<DiskSource> = fc.constantFrom(
  { type: 'PATH', root: '/1' },
  { type: 'PATH', root: '/2' },
  { type: 'MOUNT', root: '/1' },
  { type: 'RAW' },
  { type: 'RAW', id: 'x', vendor: 'v', profile: 'p', metadata: [{ key: 'k' }] },
);
const sized = fc.record({ value: fc.constantFrom<Value>({ kind: 'scalar', milli: 10_000 }, { kind: 'scalar', milli: 20_000 }) });
const disk: fc.Arbitrary<Resource> = fc
  .tuple(sized, stack, allocation, fc.record({ source }))
  .map(([size, reservations, allocated, info]) => ({
    name: 'disk',
    ...size,
    reservations,
    ...allocated,
    disk: info,
    shared: false,
    revocable: false,
  }));
const volume: fc.Arbitrary<Resource> = fc
  .tuple(
    sized,
    reserved,
    allocation,
    fc.record({ source }, { requiredKeys: [] }),
    fc.nat(12),
    fc.constantFrom('here', 'there'),
    fc.boolean(),
  )
  .map(([size, reservations, allocated, info, id, containerPath, shared]) => ({
    name: 'disk',
    ...size,
    reservations,
    ...allocated,
    disk: { ...info, persistence: { id: `v${id}` }, volume: { containerPath, mode: 'RW' as const } },
    shared,
    revocable: false,
  }));

const anyResource = fc.oneof(quantity, disk, volume);
const collection = (of: fc.Arbitrary<Resource>) => fc.array(of, { maxLength: 40, size: 'max' }).map((list) => Resources.of(list));
const any = collection(anyResource);
/** Without ranges and sets, where adding what is there already changes nothing. */
const countable = collection(anyResource.filter((resource) => resource.value.kind === 'scalar'));

// --- The dumb form: compare field by field, add in lists. ---

const sameLabels = (left: readonly Label[] = [], right: readonly Label[] = []) =>
  left.length === right.length &&
  [...left]
    .map((l) => JSON.stringify(l))
    .sort()
    .join() ===
    [...right]
      .map((l) => JSON.stringify(l))
      .sort()
      .join();

const sameStack = (left: readonly Reservation[], right: readonly Reservation[]) =>
  left.length === right.length &&
  left.every(({ type, role, principal, labels }, at) => {
    const other = right[at]!;
    return type === other.type && role === other.role && principal === other.principal && sameLabels(labels, other.labels);
  });

const sameSource = (left?: DiskSource, right?: DiskSource) =>
  left?.type === right?.type &&
  left?.root === right?.root &&
  left?.id === right?.id &&
  left?.vendor === right?.vendor &&
  left?.profile === right?.profile &&
  sameLabels(left?.metadata, right?.metadata);

const isWhole = ({ shared, disk: info }: Resource) =>
  shared ||
  info?.persistence !== undefined ||
  info?.source?.type === 'MOUNT' ||
  (info?.source?.type === 'RAW' && info.source.id !== undefined);

/** A-004, word for word. */
const isSame = (left: Resource, right: Resource): boolean =>
  left.name === right.name &&
  left.value.kind === right.value.kind &&
  (!isWhole(left) || JSON.stringify(left.value) === JSON.stringify(right.value)) &&
  left.allocationRole === right.allocationRole &&
  sameStack(left.reservations, right.reservations) &&
  (left.disk === undefined) === (right.disk === undefined) &&
  sameSource(left.disk?.source, right.disk?.source) &&
  left.disk?.persistence?.id === right.disk?.persistence?.id &&
  left.revocable === right.revocable &&
  left.providerId === right.providerId &&
  left.shared === right.shared;

/** How much of this resource is there: thousandths, numbers, items or copies, as a bag of words with how often each. */
function amount(resource: Resource): Map<string, number> {
  if (isWhole(resource)) return new Map([['copies', 1]]);
  if (resource.value.kind === 'scalar') return new Map([['milli', resource.value.milli]]);
  if (resource.value.kind === 'set') return new Map(resource.value.items.map((item) => [item, 1]));
  return new Map(
    resource.value.ranges.flatMap(({ begin, end }) => Array.from({ length: end - begin + 1 }, (_, at) => [`${begin + at}`, 1])),
  );
}

type Dumb = { resource: Resource; amount: Map<string, number> }[];
const isCounted = (resource: Resource) => isWhole(resource) || resource.value.kind === 'scalar';

function dumbly(kept: Dumb, resources: Resources, sign: 1 | -1): Dumb {
  const next = kept.map((line) => ({ ...line, amount: new Map(line.amount) }));
  for (const resource of resources.toCopies()) {
    let line = next.find((candidate) => isSame(candidate.resource, resource));
    if (!line) {
      line = { resource, amount: new Map() };
      next.push(line);
    }
    for (const [word, times] of amount(resource)) {
      const sum = (line.amount.get(word) ?? 0) + sign * times;
      line.amount.set(word, Math.max(0, isCounted(resource) ? sum : Math.min(1, sum)));
    }
  }
  for (const line of next) for (const [word, times] of line.amount) if (times === 0) line.amount.delete(word);
  return next.filter((line) => line.amount.size > 0);
}

const asDumb = (resources: Resources): Dumb => dumbly([], resources, 1);

const sameDumb = (left: Dumb, right: Dumb): boolean =>
  left.length === right.length &&
  left.every((line) => {
    const other = right.find((candidate) => isSame(candidate.resource, line.resource));
    return other?.amount.size === line.amount.size && [...line.amount].every(([word, times]) => other.amount.get(word) === times);
  });

// --- The laws. ---

const laws = { numRuns: 100 };
const law = (name: string, ...check: Parameters<typeof fc.property<[Resources, Resources, Resources]>>) =>
  it(name, () => fc.assert(fc.property(...check), laws));
const same = (left: Resources, right: Resources) => left.equals(right) && right.equals(left);

describe('laws of resources', () => {
  it('has one identity exactly for what is the same (A-004, A-005)', () => {
    fc.assert(
      fc.property(anyResource, anyResource, (left, right) => (resourceIdentity(left) === resourceIdentity(right)) === isSame(left, right)),
      { numRuns: 1000 },
    );
  });

  law('adds in any order (A-008)', any, any, any, (a, b) => same(a.add(b), b.add(a)));
  law(
    'adds in any grouping (A-008)',
    any,
    any,
    any,
    (a, b, c) => same(a.add(b).add(c), a.add(b.add(c))) && same(Resources.sum([a, b, c]), a.add(b).add(c)),
  );
  law('contains both parts of a sum (A-013)', any, any, any, (a, b) => a.add(b).contains(a) && a.add(b).contains(b));
  law('takes back what it added (A-009)', countable, countable, any, (a, b) => same(a.add(b).subtract(b), a));
  law('puts back what it took, if it was there (A-009, A-013)', any, any, any, (a, b) => {
    const whole = a.add(b);
    return same(whole.subtract(b).add(b), whole);
  });
  law('remembers no debts: taking and putting back leaves the larger count (A-010)', countable, countable, any, (a, b) => {
    const result = a.subtract(b).add(b);
    return [...a, ...b].every(
      ({ resource }) => !resource.shared || result.count(resource) === Math.max(a.count(resource), b.count(resource)),
    );
  });
  law('is equal exactly when each contains the other (A-014)', any, any, any, (a, b) => a.equals(b) === (a.contains(b) && b.contains(a)));
  law('is what its shared and its other part make (A-018)', any, any, any, (a) => same(a.shared().add(a.nonShared()), a));
  law(
    'is what its copies make (A-020, A-029)',
    any,
    any,
    any,
    (a) => same(Resources.of(a.toCopies()), a) && same(Resources.ofEntries(a), a),
  );
  law('holds nothing negative and nothing empty, whatever was taken (A-009)', any, any, any, (a, b, c) => {
    const entries = [...a.subtract(b).add(c).subtract(a)];
    return entries.every(({ resource, copies }) => copies > 0 && validateResource(resource) === undefined && amount(resource).size > 0);
  });
  law('pops what it pushed, with the same counts (A-022)', any, any, any, (a) =>
    same(a.pushReservation({ type: 'dynamic', role: 'a/b/c' }).popReservation(), a),
  );
  law('allocates and unallocates all copies (A-022)', any, any, any, (a) => {
    const free = a.unallocate();
    return (
      same(free.allocate('z').unallocate(), free) &&
      free.toCopies().length <= a.toCopies().length &&
      free.scalarMilli('cpus') === a.scalarMilli('cpus')
    );
  });
  law('does what the dumb form does (A-003…A-016)', any, any, any, (a, b, c) => {
    const [dumbA, dumbB] = [asDumb(a), asDumb(b)];
    expect(sameDumb(asDumb(a.add(b)), dumbly(dumbA, b, 1))).toBe(true);
    expect(sameDumb(asDumb(a.add(c).subtract(b)), dumbly(dumbly(dumbA, c, 1), b, -1))).toBe(true);
    expect(a.equals(b)).toBe(sameDumb(dumbA, dumbB));
    expect(a.contains(b)).toBe(dumbly(dumbB, a, -1).length === 0);
    return true;
  });
  law('reads what it writes for --resources', any, any, any, (a) => {
    const read = parseResources(formatResources(a));
    return read.ok && same(Resources.of(read.value), a);
  });
});
