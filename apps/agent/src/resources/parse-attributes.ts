import { type Attribute, Resources } from '@holdfast/core/resources';

/**
 * What HOLDFAST_AGENT_ATTRIBUTES says, in Mesos' syntax: `rack:r1;cores:8;ports:[1-5]`, a number, ranges or else a text. Throws an Error with
 * a sentence.
 */
export function parseAttributes(text: string): readonly Attribute[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseAttribute);
}

function parseAttribute(part: string): Attribute {
  const colon = part.indexOf(':');
  const name = part.slice(0, colon).trim();
  const value = part.slice(colon + 1).trim();
  if (colon < 1 || name === '' || value === '') throw new Error(`the attribute '${part}' should be name:value, such as rack:r1`);
  if (/^[-+]?\d/.test(value) ? Number.isNaN(Number(value)) : !value.startsWith('[')) return { name, value: { kind: 'text', text: value } };
  // The same syntax as for resources.
  const parsed = Resources.parse(`attribute:${value}`);
  const [resource] = parsed.ok ? parsed.value.toList() : [];
  if (!resource) throw new Error(`the attribute '${part}' has a value that is neither a number, nor ranges such as [1-5], nor a text`);
  return { name, value: resource.value };
}
