import Table from 'cli-table3';
import { type Field, isSameAs } from './field';
import { shownValue } from './shown-value';

const HELP_COLUMNS = 72;

/** The answer to `--help`: what the service is, then one aligned row per variable. */
export function helpText(service: string, about: string, fields: readonly Field<unknown>[]): string {
  const table = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colWidths: [null, null, HELP_COLUMNS],
    wordWrap: true,
  });
  table.push(['VARIABLE', 'DEFAULT', 'MEANING']);
  for (const field of fields) table.push([field.name, defaultText(field), `${field.help} (${field.expects})`]);
  const rows = table.toString().replace(/ +$/gm, '').replace(/^/gm, '  ');
  return `holdfast ${service}\n\n${about}\n\nSettings come from environment variables; an empty one counts as not set.\n\n${rows}\n`;
}

function defaultText(field: Field<unknown>): string {
  if (isSameAs(field.default)) return `as ${field.default.sameAs}`;
  return shownValue(field.kind, field.default) || '(none)';
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
