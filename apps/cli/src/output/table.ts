import Table from 'cli-table3';
import type { Terminal } from './terminal';

const GAP = '  ';
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
  middle: GAP,
};

/** Columns under their headings, without lines, for reading and for `awk` alike. An empty list says so in words. */
export function table<T>(
  terminal: Terminal,
  rows: readonly T[],
  columns: readonly (readonly [heading: string, cell: (row: T) => string | number | boolean])[],
  whenEmpty: string,
): string {
  if (rows.length === 0) return whenEmpty;
  const drawn = new Table({
    head: columns.map(([heading]) => terminal.colours.dim(heading.toUpperCase())),
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) drawn.push(columns.map(([, cell]) => inWords(cell(row))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const inWords = (value: string | number | boolean): string => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value));
