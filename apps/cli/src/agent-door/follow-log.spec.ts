import fc from 'fast-check';
import { lastLines, LogReader } from './follow-log';

const readerOf = (files: Map<string, Buffer>, lines?: number) => {
  const out: Buffer[] = [];
  const gaps: number[] = [];
  const read = (file: string, offset: number, length = 65_536) => {
    const content = files.get(file);
    return Promise.resolve(content && { size: content.length, data: content.subarray(offset, offset + Math.min(length, 65_536)) });
  };
  const listener = { onBytes: async (bytes: Buffer) => void out.push(bytes), onGap: () => void gaps.push(out.length) };
  const reader = new LogReader({ read }, { file: 'stdout', lines }, listener);
  return { reader, text: () => Buffer.concat(out).toString('latin1'), gaps };
};

const filesOf = (content: string) => new Map([['stdout', Buffer.from(content, 'latin1')]]);
const append = (files: Map<string, Buffer>, text: string) =>
  files.set('stdout', Buffer.concat([files.get('stdout')!, Buffer.from(text, 'latin1')]));
const rotate = (files: Map<string, Buffer>, keptBytes = Infinity) => {
  const content = files.get('stdout')!;
  files.set('stdout.1', content.subarray(Math.max(0, content.length - keptBytes)));
  files.set('stdout', Buffer.alloc(0));
};

describe('reading a log', () => {
  it('hands over what is there, and then what is added, byte by byte the same', async () => {
    const files = filesOf('\xff'.repeat(200_000));
    const { reader, text } = readerOf(files);
    expect(await reader.catchUp()).toBe(true);
    expect(await reader.catchUp()).toBe(false);
    append(files, 'more');
    expect(await reader.catchUp()).toBe(true);
    expect(text()).toBe(`${'\xff'.repeat(200_000)}more`);
  });

  it('tells a file that is not there yet', async () => {
    const files = new Map<string, Buffer>();
    const { reader, text } = readerOf(files, 3);
    expect(await reader.catchUp()).toBeUndefined();
    files.set('stdout', Buffer.from('here'));
    await reader.catchUp();
    expect(text()).toBe('here');
  });

  it('misses nothing and repeats nothing when the file is set aside', async () => {
    const files = filesOf('one\n');
    const { reader, text, gaps } = readerOf(files);
    await reader.catchUp();
    append(files, `two\n${'x'.repeat(150_000)}\n`);
    rotate(files, 150_003);
    append(files, 'three\n');
    expect(await reader.catchUp()).toBe(true);
    // The first lines are no longer kept: what was read last cannot be found.
    expect(gaps).toHaveLength(1);
    append(files, `four\n${'y'.repeat(100_000)}\n`);
    await reader.catchUp();
    append(files, 'five\n');
    rotate(files);
    append(files, '6\n');
    await reader.catchUp();
    expect(text()).toBe(`one\nthree\nfour\n${'y'.repeat(100_000)}\nfive\n6\n`);
    expect(gaps).toHaveLength(1);
  });

  it('finds its place also after only the last lines were read', async () => {
    const files = filesOf('one\ntwo\nthree\n');
    const { reader, text, gaps } = readerOf(files, 0);
    await reader.catchUp();
    append(files, 'four\n');
    rotate(files);
    await reader.catchUp();
    expect([text(), gaps]).toEqual(['four\n', []]);
  });

  it('begins with the last lines, as many as are wanted', async () => {
    const text = fc.array(fc.constantFrom('', 'a', 'line', 'x'.repeat(70_000)), { maxLength: 6 }).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), fc.nat(8), async (lines, isEnded, wanted) => {
        const content = lines + (isEnded ? '\n' : '');
        const whole = content.split(/(?<=\n)/);
        const expected = wanted === 0 ? '' : whole.slice(-wanted).join('');
        const file = Buffer.from(content);
        const read = (at: number, length: number) => Promise.resolve({ size: file.length, data: file.subarray(at, at + length) });
        expect(content.slice(await lastLines(read, file.length, wanted))).toBe(expected);
      }),
      { numRuns: 200 },
    );
  });
});
