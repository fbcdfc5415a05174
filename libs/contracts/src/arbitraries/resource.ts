import fc from 'fast-check';
import type { Attribute, Disk, DiskSource, Label, Range, Reservation, Resource, Value } from '@holdfast/core/resources';
import { Resources } from '@holdfast/core/resources';
import { id, mode, recordOf, role, text } from './words';

export const label: fc.Arbitrary<Label> = recordOf<Label>({ key: text, value: text }, { requiredKeys: ['key'] });
const labels = fc.array(label, { minLength: 1, maxLength: 3 });

const milli = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 2 ** 45 }));
const scalarValue: fc.Arbitrary<Value> = milli.map((amount) => ({ kind: 'scalar', milli: amount }));

/** Sorted, apart from one another. */
const ranges: fc.Arbitrary<Range[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 2, maxLength: 8 })
  .map((numbers) => numbers.map((number) => number * 2).sort((a, b) => a - b))
  .map((sorted) =>
    Array.from({ length: Math.floor(sorted.length / 2) }, (_, at) => ({ begin: sorted[at * 2]!, end: sorted[at * 2 + 1]! })),
  );

const plainValue: fc.Arbitrary<Value> = fc.oneof(
  scalarValue,
  ranges.map((list): Value => ({ kind: 'ranges', ranges: list })),
  fc.uniqueArray(text, { minLength: 1, maxLength: 4 }).map((items): Value => ({ kind: 'set', items })),
);

/** From none to three entries, each refining the one below. */
export const reservations: fc.Arbitrary<readonly Reservation[]> = fc
  .record({
    depth: fc.nat(3),
    root: role,
    firstIsStatic: fc.boolean(),
    details: fc.array(fc.record({ principal: text, labels }, { requiredKeys: [] }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ depth, root, firstIsStatic, details }) =>
    Array.from({ length: depth }, (_, at): Reservation => {
      const type = at === 0 && firstIsStatic ? 'static' : 'dynamic';
      return { type, role: root + '/x'.repeat(at), ...(type === 'dynamic' ? details[at]! : {}) };
    }),
  );

const source: fc.Arbitrary<DiskSource> = fc
  .record(
    {
      type: fc.constantFrom<DiskSource['type']>('PATH', 'MOUNT', 'BLOCK', 'RAW'),
      root: text,
      id: text,
      vendor: text,
      profile: text,
      metadata: labels,
    },
    { requiredKeys: ['type'] },
  )
  .map(({ root, ...rest }) => (root !== undefined && (rest.type === 'PATH' || rest.type === 'MOUNT') ? { ...rest, root } : rest));

const plain: fc.Arbitrary<Resource> = fc.record({
  name: fc.constantFrom('cpus', 'mem', 'ports', 'gizmos'),
  value: plainValue,
  reservations,
  shared: fc.constant(false),
  revocable: fc.constant(false),
});

const revocable: fc.Arbitrary<Resource> = fc.record({
  name: fc.constant('cpus'),
  value: scalarValue,
  reservations: fc.constant([]),
  shared: fc.constant(false),
  revocable: fc.constant(true),
});

const disk: fc.Arbitrary<Resource> = fc.record({
  name: fc.constant('disk'),
  value: scalarValue,
  reservations,
  disk: source.map((from): Disk => ({ source: from })),
  shared: fc.constant(false),
  revocable: fc.constant(false),
});

/** Shared or not. */
export const volume: fc.Arbitrary<Resource> = fc.record({
  name: fc.constant('disk'),
  value: scalarValue,
  reservations: reservations.filter((stack) => stack.length > 0),
  disk: fc.record(
    {
      source,
      persistence: fc.record({ id, principal: text }, { requiredKeys: ['id'] }),
      volume: fc.record({ containerPath: fc.constantFrom('data', 'a/b', 'path'), mode }),
    },
    { requiredKeys: ['persistence', 'volume'] },
  ),
  shared: fc.boolean(),
  revocable: fc.constant(false),
});

/** Anything that passes validateResource, without allocation role. */
export const unallocated: fc.Arbitrary<Resource> = fc
  .tuple(fc.oneof(plain, revocable, disk, volume), fc.option(id, { nil: undefined, freq: 8 }))
  .map(([resource, providerId]) => (providerId === undefined ? resource : { ...resource, providerId }));

export const resource: fc.Arbitrary<Resource> = fc
  .tuple(unallocated, fc.option(role, { nil: undefined }))
  .map(([one, allocationRole]) => (allocationRole === undefined ? one : { ...one, allocationRole }));

/** Some of the shared ones several times. */
export const resources: fc.Arbitrary<Resources> = fc
  .array(fc.tuple(resource, fc.integer({ min: 1, max: 3 })), { maxLength: 5 })
  .map((list) => Resources.of(list.flatMap(([one, copies]) => Array.from({ length: one.shared ? copies : 1 }, () => one))));

/** As an offer has them: each shared one once. */
export const singles: fc.Arbitrary<Resources> = resources.map((some) => Resources.of(some.toList()));

export const attribute: fc.Arbitrary<Attribute> = recordOf<Attribute>({
  name: text.filter((name) => name !== ''),
  value: fc.oneof(
    plainValue,
    text.map((value): Attribute['value'] => ({ kind: 'text', text: value })),
  ),
});
