import Table from 'cli-table3';

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

/**
 * Rows of cells under one another, without lines, for reading and for `awk` alike. `widths`: where a column has one, its words wrap;
 * otherwise it is as wide as its widest cell. No line ends in blanks.
 */
export function inColumns(rows: readonly (readonly string[])[], widths: readonly (number | null)[] = []): string {
  const drawn = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    colWidths: [...widths],
    wordWrap: widths.length > 0,
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString().replace(/ +$/gm, '');
}
