import { ANY_ROLE, type Role } from '@holdfast/core/base';

/** `eng` is an ancestor of `eng/web` and of `eng/web/blue`, not of itself and not of `engine`. */
export const roleIsAncestor = (ancestor: Role, role: Role): boolean =>
  role.charCodeAt(ancestor.length) === SLASH && role.startsWith(ancestor);

const SLASH = '/'.charCodeAt(0);
/** Whitespace, and control characters such as backspace. */
const FORBIDDEN = /[\s\p{Cc}]/u;

/** What is wrong with a role's name, in a sentence; `*` is fine, as a whole (B-012). */
export function roleProblem(role: string): string | undefined {
  if (role === ANY_ROLE) return undefined;
  if (role === '') return 'A role may not be empty.';
  if (role.startsWith('/') || role.endsWith('/')) return `The role '${role}' may not start or end with a slash.`;
  for (const component of role.split('/')) {
    const problem = componentProblem(component);
    if (problem) return `The role '${role}' ${problem}.`;
  }
  return undefined;
}

function componentProblem(component: string): string | undefined {
  if (component === '') return 'may not have two slashes in a row';
  if (component === '.' || component === '..') return `may not have '${component}' as a part`;
  if (component === ANY_ROLE) return "may not have '*' as a part";
  if (component.startsWith('-')) return 'may not have a part that starts with a dash';
  if (FORBIDDEN.test(component)) return 'may not contain whitespace or control characters';
  return undefined;
}
