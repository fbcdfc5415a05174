import { execFileSync } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync, statSync, writeSync } from 'node:fs';
import { link, mkdir, readdir, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { rotateOutput } from './rotate-output';

const directory = useTempDirectory();
const path = (name: string) => join(directory(), 'sandbox', name);
const text = (name: string) => readFileSync(path(name), 'utf8');
const rotate = (maxBytes = 10, keep = 2) => rotateOutput(join(directory(), 'sandbox'), { maxBytes, keep });
beforeEach(() => mkdir(join(directory(), 'sandbox')));

describe('keeping output within bounds', () => {
  it('sets the end of a long file aside, and lets the task go on writing to the same file', async () => {
    const task = openSync(path('stdout'), 'a');
    writeSync(task, `${'x'.repeat(100)}0123456789`);
    await rotate();
    writeSync(task, 'more');
    closeSync(task);
    expect([text('stdout'), text('stdout.1')]).toEqual(['more', '0123456789']);
  });

  it('leaves short files alone, and what is not there', async () => {
    await writeFile(path('stdout'), '0123456789');
    await rotate();
    await rotateOutput(join(directory(), 'nowhere'), { maxBytes: 1, keep: 1 });
    expect([await readdir(join(directory(), 'sandbox')), text('stdout')]).toEqual([['stdout'], '0123456789']);
  });

  it('keeps as many as it is told, of both streams, the newest as .1', async () => {
    for (const round of ['a', 'b', 'c', 'd']) {
      for (const file of ['stdout', 'stderr']) await writeFile(path(file), round.repeat(11));
      await rotate();
    }
    expect((await readdir(join(directory(), 'sandbox'))).sort()).toEqual([
      'stderr',
      'stderr.1',
      'stderr.2',
      'stdout',
      'stdout.1',
      'stdout.2',
    ]);
    expect([text('stdout'), text('stdout.1'), text('stderr.2')]).toEqual(['', 'd'.repeat(10), 'c'.repeat(10)]);
    await writeFile(path('stdout'), 'e'.repeat(11));
    await writeFile(path('stdout.1'), 'of the task');
    await rotate(10, 0);
    expect([text('stdout'), text('stdout.1')]).toEqual(['', 'of the task']);
  });

  it("gives what is set aside the task's owner and rights", async () => {
    await writeFile(path('stdout'), 'x'.repeat(11), { mode: 0o640 });
    execFileSync('chown', ['nobody', path('stdout')]);
    await rotate();
    const { uid, mode } = statSync(path('stdout.1'));
    expect([uid, mode & 0o777]).toEqual([65534, 0o640]);
  });

  describe.each([
    ['a link', (target: string) => symlink(target, path('stdout'))],
    ['a second name of a file', (target: string) => link(target, path('stdout'))],
    ['a directory', () => mkdir(path('stdout'))],
    ['a pipe', () => Promise.resolve(execFileSync('mkfifo', [path('stdout')]))],
  ])('when the task has put %s in the place of its output', (_what, plant) => {
    it('touches nothing', async () => {
      const target = join(directory(), 'target');
      await writeFile(target, 'x'.repeat(100));
      await plant(target);
      await rotate();
      expect(statSync(target).size).toBe(100);
      expect(await readdir(join(directory(), 'sandbox'))).toEqual(['stdout']);
    });
  });

  it('writes over nothing that a link in the place of an old one leads to', async () => {
    const target = join(directory(), 'target');
    await writeFile(target, 'untouched');
    for (const old of ['stdout.1', 'stdout.2']) await symlink(target, path(old));
    await writeFile(path('stdout'), 'x'.repeat(11));
    await rotate();
    expect(readFileSync(target, 'utf8')).toBe('untouched');
    expect(text('stdout.1')).toBe('x'.repeat(10));
    await unlink(path('stdout.1'));
    await mkdir(path('stdout.1'));
    await unlink(path('stdout.2'));
    await mkdir(join(path('stdout.2'), 'full'), { recursive: true });
    await writeFile(path('stdout'), 'y'.repeat(11));
    await rotate();
    // Not kept, but within bounds.
    expect([text('stdout'), existsSync(join(path('stdout.2'), 'full'))]).toEqual(['', true]);
  });

  it('does not follow a link in the place of the sandbox', async () => {
    await writeFile(path('stdout'), 'x'.repeat(100));
    await rename(join(directory(), 'sandbox'), join(directory(), 'elsewhere'));
    await symlink(join(directory(), 'elsewhere'), join(directory(), 'sandbox'));
    await expect(rotate()).rejects.toThrow(/ENOTDIR|ELOOP/);
    expect(statSync(join(directory(), 'elsewhere/stdout')).size).toBe(100);
  });
});
