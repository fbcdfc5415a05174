import type { Resources } from '@holdfast/core/resources';

/** What is wrong with what a task or an executor uses, as a sentence (D-034). That each resource is well formed was seen to when the call was read (B-076). */
export function usageProblem(resources: Resources): string | undefined {
  if (resources.isEmpty) return 'it uses no resources.';
  let role: string | undefined;
  let first = true;
  const revocable = new Map<string, boolean>();
  for (const { resource } of resources.entries()) {
    if (!first && resource.allocationRole !== role) return 'its resources are allocated to more than one role.';
    first = false;
    role = resource.allocationRole;
    if ((revocable.get(resource.name) ?? resource.revocable) !== resource.revocable)
      return `it mixes revocable and non-revocable ${resource.name}.`;
    revocable.set(resource.name, resource.revocable);
  }
  return undefined;
}

/** Refused rather than run without what it asks for. */
export const unsupportedProblem = (fields: readonly string[]): string | undefined =>
  fields.length === 0
    ? undefined
    : `it sets ${fields.join(', ')}, which Holdfast does not carry out; leave ${fields.length === 1 ? 'it' : 'them'} out.`;
