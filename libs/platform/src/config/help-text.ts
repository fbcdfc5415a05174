import { inColumns } from '../columns';
import { type Field, isSameAs } from './field';
import { shownValue } from './shown-value';

const HELP_COLUMNS = 70;

/** The answer to `--help`: what the service is, then one aligned row per variable. */
export function helpText(service: string, about: string, fields: readonly Field<unknown>[]): string {
  const rows = [
    ['VARIABLE', 'DEFAULT', 'MEANING'],
    ...fields.map((field) => [field.name, defaultText(field), `${field.help} (${field.expects})`]),
  ];
  const table = inColumns(rows, [null, null, HELP_COLUMNS]).replace(/^/gm, '  ');
  return `holdfast ${service}\n\n${about}\n\nSettings come from environment variables; an empty one counts as not set.\n\n${table}\n`;
}

function defaultText(field: Field<unknown>): string {
  if (isSameAs(field.default)) return `as ${field.default.sameAs}`;
  return shownValue(field.kind, field.default) || '(none)';
}
