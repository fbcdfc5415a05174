import { inColumns } from '.';

describe('inColumns', () => {
  it('puts cells under one another, with two blanks between columns and none at the end', () => {
    expect(
      inColumns([
        ['NAME', 'SIZE'],
        ['a', '1'],
        ['longer', ''],
      ]),
    ).toBe('NAME    SIZE\na       1\nlonger');
  });

  it('wraps the words of a column that has a width', () => {
    expect(
      inColumns(
        [
          ['A', 'one two three'],
          ['B', 'x'],
        ],
        [null, 8],
      ),
    ).toBe('A  one two\n   three\nB  x');
  });

  it('counts what is seen: colours take no room', () => {
    expect(
      inColumns([
        ['\u001b[2mN\u001b[22m', 'S'],
        ['ab', '1'],
      ]),
    ).toBe('\u001b[2mN\u001b[22m   S\nab  1');
  });
});
