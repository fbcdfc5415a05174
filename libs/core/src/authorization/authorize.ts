import { type Principal, type Refusal, refuse } from '@holdfast/core/base';
import type { Acl, Acls, Entity } from './acls';
import type { Action } from './action';
import { inWords } from './action-in-words';

/**
 * Refuses with `unauthorized` what the ACLs do not let the principal do. Each object of the action is judged by itself, and every one
 * must be allowed (B-125): the first rule that covers both the principal and the object decides, and without one `permissive` does (B-120).
 */
export function authorize(acls: Acls, principal: Principal | undefined, action: Action): Refusal | undefined {
  const rules = acls.rules.get(action.kind) ?? NO_RULES;
  for (const object of objectsOf(action)) {
    if (!isAllowed(rules, acls.permissive, principal, object))
      return refuse('unauthorized', { action: inWords(action.kind, object), principal: principal ?? '' });
  }
  return undefined;
}

const NO_RULES: readonly Acl[] = [];
/** Something without a name: a framework without roles, a volume whose creator is not known. Only ANY allows it. */
const NAMELESS: readonly undefined[] = [undefined];

function objectsOf(action: Action): readonly (string | undefined)[] {
  const objects = namesIn(action);
  return objects.length === 0 ? NAMELESS : objects;
}

function namesIn(action: Action): readonly (string | undefined)[] {
  switch (action.kind) {
    case 'register_frameworks':
    case 'reserve_resources':
    case 'create_volumes':
    case 'resize_volumes':
    case 'force_release':
      return action.roles;
    case 'teardown_frameworks':
    case 'kill_tasks':
      return [action.frameworkPrincipal];
    case 'run_tasks':
      return [action.user];
    case 'unreserve_resources':
      return action.reservers;
    case 'destroy_volumes':
      return action.creators;
    case 'repair_ledger':
      return action.agents;
  }
}

function isAllowed(rules: readonly Acl[], permissive: boolean, principal: string | undefined, object: string | undefined): boolean {
  const first = rules.find((rule) => covers(rule.principals, principal) && covers(rule.objects, object));
  // A rule that speaks of NONE covers everybody or everything, in order to refuse it.
  return first === undefined ? permissive : first.principals.kind !== 'none' && first.objects.kind !== 'none';
}

/** A list covers what it names, hence nobody without a name; ANY and NONE cover those, too (B-121). */
const covers = (entity: Entity, name: string | undefined): boolean =>
  entity.kind !== 'some' || (name !== undefined && entity.values.has(name));
