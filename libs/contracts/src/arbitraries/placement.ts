import fc from 'fast-check';
import type {
  AttributeConstraint,
  AttributePredicate,
  AttributeSelector,
  FaultDomain,
  MinAllocatable,
  OfferConstraints,
} from '@holdfast/core/offers';
import { recordOf, role, text } from './words';

/** Where agents stand, and which of them a framework wants to hear of. */
export const domain: fc.Arbitrary<FaultDomain> = recordOf<FaultDomain>({ region: text, zone: text });

const selector: fc.Arbitrary<AttributeSelector> = fc.oneof(
  text.map((name): AttributeSelector => ({ kind: 'attribute', name })),
  fc.constantFrom<AttributeSelector>({ kind: 'hostname' }, { kind: 'region' }, { kind: 'zone' }),
);

const predicate: fc.Arbitrary<AttributePredicate> = fc.oneof(
  fc.constantFrom<AttributePredicate>({ kind: 'exists' }, { kind: 'not_exists' }),
  fc.record({ kind: fc.constantFrom('text_equals' as const, 'text_not_equals' as const), value: text }),
  fc.record({ kind: fc.constantFrom('text_matches' as const, 'text_not_matches' as const), regex: text }),
);

const group = fc.array(recordOf<AttributeConstraint>({ selector, predicate }), { minLength: 1, maxLength: 3 });

export const offerConstraints: fc.Arbitrary<OfferConstraints> = fc.dictionary(role, fc.array(group, { maxLength: 2 }), {
  maxKeys: 2,
  noNullPrototype: true,
});

/** In units, with thousandths; for one role at least, since none at all is not written. */
export const minAllocatable: fc.Arbitrary<MinAllocatable> = fc.dictionary(
  role,
  fc.array(
    fc.dictionary(
      fc.constantFrom('cpus', 'mem', 'gizmos'),
      fc.nat(1_000_000).map((milli) => milli / 1000),
      { maxKeys: 2, noNullPrototype: true },
    ),
    { maxLength: 2 },
  ),
  { minKeys: 1, maxKeys: 2, noNullPrototype: true },
);
