import { inColumns } from '@holdfast/platform/columns';
import type { Terminal } from './terminal';

/** Columns under their headings. An empty list says so in words. */
export function table<T>(
  terminal: Terminal,
  rows: readonly T[],
  columns: readonly (readonly [heading: string, cell: (row: T) => string | number | boolean])[],
  whenEmpty: string,
): string {
  if (rows.length === 0) return whenEmpty;
  const headings = columns.map(([heading]) => terminal.colours.dim(heading.toUpperCase()));
  return inColumns([headings, ...rows.map((row) => columns.map(([, cell]) => inWords(cell(row))))]);
}

const inWords = (value: string | number | boolean): string => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value));
