import type { Field } from './field';

const MASK = '********';

/** A setting as a person may see it. */
export function shownValue(kind: Field<unknown>['kind'], value: unknown): string {
  if (value === undefined || value === '') return '';
  if (kind === 'secret') return MASK;
  return kind === 'url' ? withoutPassword(String(value)) : String(value);
}

function withoutPassword(text: string): string {
  // What is no URL may still have a password in it.
  if (!URL.canParse(text)) return text.replace(/:[^:]*@/, `:${MASK}@`);
  const url = new URL(text);
  if (url.password !== '') return text.replace(/^([^:]+:\/\/[^:/?#]*):.*@/, `$1:${MASK}@`);
  return text.replace(/([?&](?:password|secret|token)=)[^&#]*/gi, `$1${MASK}`);
}
