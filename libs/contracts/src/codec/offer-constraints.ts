import { unreachable } from '@holdfast/core/base';
import type { AttributeConstraint, AttributePredicate, AttributeSelector, OfferConstraints } from '@holdfast/core/offers';
import {
  type AttributeConstraint as WireConstraint,
  type AttributeConstraint_Predicate as WirePredicate,
  type AttributeConstraint_Selector as WireSelector,
  AttributeConstraint_Selector_PseudoattributeType as Pseudoattribute,
  type OfferConstraints as WireOfferConstraints,
  type OfferConstraints_RoleConstraints_Group as WireGroup,
} from '../gen/holdfast/v1/scheduler_call';
import { readEach, readPart, required } from './edge';
import { frameworkInvalid } from './framework';

type Predicate = NonNullable<WirePredicate['predicate']>;

const PSEUDOATTRIBUTES = { hostname: Pseudoattribute.HOSTNAME, region: Pseudoattribute.REGION, zone: Pseudoattribute.ZONE } as const;

function readSelector({ selector }: WireSelector): AttributeSelector {
  const selected = selector ?? frameworkInvalid('offer_constraints: a selector names neither an attribute nor a pseudoattribute.');
  if (selected.$case === 'attributeName') return { kind: 'attribute', name: selected.value };
  switch (selected.value) {
    case Pseudoattribute.HOSTNAME:
      return { kind: 'hostname' };
    case Pseudoattribute.REGION:
      return { kind: 'region' };
    case Pseudoattribute.ZONE:
      return { kind: 'zone' };
    default:
      return frameworkInvalid('offer_constraints: pseudoattribute_type must be HOSTNAME, REGION or ZONE.');
  }
}

const writeSelector = (selector: AttributeSelector): WireSelector => ({
  selector:
    selector.kind === 'attribute'
      ? { $case: 'attributeName', value: selector.name }
      : { $case: 'pseudoattributeType', value: PSEUDOATTRIBUTES[selector.kind] },
});

function readPredicate({ predicate }: WirePredicate): AttributePredicate {
  const asked = predicate ?? frameworkInvalid('offer_constraints: a predicate says nothing.');
  switch (asked.$case) {
    case 'exists':
      return { kind: 'exists' };
    case 'notExists':
      return { kind: 'not_exists' };
    case 'textEquals':
      return { kind: 'text_equals', value: required(asked.value.value, 'text_equals.value') };
    case 'textNotEquals':
      return { kind: 'text_not_equals', value: required(asked.value.value, 'text_not_equals.value') };
    case 'textMatches':
      return { kind: 'text_matches', regex: required(asked.value.regex, 'text_matches.regex') };
    case 'textNotMatches':
      return { kind: 'text_not_matches', regex: required(asked.value.regex, 'text_not_matches.regex') };
    default:
      return unreachable(asked);
  }
}

function writePredicate(predicate: AttributePredicate): Predicate {
  switch (predicate.kind) {
    case 'exists':
      return { $case: 'exists', value: {} };
    case 'not_exists':
      return { $case: 'notExists', value: {} };
    case 'text_equals':
      return { $case: 'textEquals', value: { value: predicate.value } };
    case 'text_not_equals':
      return { $case: 'textNotEquals', value: { value: predicate.value } };
    case 'text_matches':
      return { $case: 'textMatches', value: { regex: predicate.regex } };
    case 'text_not_matches':
      return { $case: 'textNotMatches', value: { regex: predicate.regex } };
    default:
      return unreachable(predicate);
  }
}

const readConstraint = ({ selector, predicate }: WireConstraint): AttributeConstraint => ({
  selector: readPart(selector, 'selector', readSelector),
  predicate: readPart(predicate, 'predicate', readPredicate),
});

const readGroup = (wire: WireGroup): AttributeConstraint[] => readEach(wire.attributeConstraints, 'attribute_constraints', readConstraint);

const writeGroup = (group: readonly AttributeConstraint[]): WireGroup => ({
  attributeConstraints: group.map(({ selector, predicate }) => ({
    selector: writeSelector(selector),
    predicate: { predicate: writePredicate(predicate) },
  })),
});

/** The form only: whether the roles are the framework's and the regular expressions within their limits is judged elsewhere (C-060). */
export const readOfferConstraints = (wire: WireOfferConstraints): OfferConstraints =>
  Object.fromEntries(
    Object.entries(wire.roleConstraints).map(([role, { groups }]) => [
      role,
      readPart(groups, `role_constraints.${role}`, (list) => readEach(list, 'groups', readGroup)),
    ]),
  );

export const writeOfferConstraints = (constraints: OfferConstraints): WireOfferConstraints => ({
  roleConstraints: Object.fromEntries(Object.entries(constraints).map(([role, groups]) => [role, { groups: groups.map(writeGroup) }])),
});
