import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilFile, untilGone } from './files-on-disk';

describe('what the demo sees on the disks', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'holdfast-files-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('waits for a file to appear and for its content to hold', async () => {
    const path = join(dir, 'story.txt');
    const seen = untilFile(path, (text) => text.includes('line 2'), { what: 'a line' });
    writeFileSync(path, 'line 1\n');
    appendFileSync(path, 'line 2\n');
    expect(await seen).toBe('line 1\nline 2\n');
  });

  it('waits for a directory to be gone', async () => {
    const path = join(dir, 'dataset');
    mkdirSync(path);
    const gone = untilGone(path, { what: 'the directory' });
    rmSync(path, { recursive: true });
    await gone;
  });

  it('says what it saw in place of what it waited for', async () => {
    const path = join(dir, 'story.txt');
    await expect(untilFile(path, () => false, { what: 'a line', timeoutMs: 10 })).rejects.toThrow(/a line: .*story\.txt does not exist/);
    writeFileSync(path, 'one\ntwo\n');
    await expect(untilFile(path, () => false, { what: 'a line', timeoutMs: 10 })).rejects.toThrow('ends with "one / two"');
    await expect(untilGone(path, { what: 'the file to go', timeoutMs: 10 })).rejects.toThrow('is still there');
  });
});
