import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { deleteSandbox } from './index';

// Hooks run in this order: the directory goes last.
const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});
const directory = useTempDirectory();
let sandbox: string;
let volume: string;
beforeEach(() => {
  sandbox = join(directory(), 'sandbox');
  volume = join(directory(), 'volume');
  for (const path of [join(sandbox, 'data/deep'), volume]) mkdirSync(path, { recursive: true });
  writeFileSync(join(volume, 'file'), 'keep');
});

it('deletes a sandbox, and a link to a volume in it, not what that leads to (A-144)', async () => {
  symlinkSync(volume, join(sandbox, 'link'));
  await deleteSandbox(sandbox);
  expect([existsSync(sandbox), existsSync(join(volume, 'file'))]).toEqual([false, true]);
  await deleteSandbox(sandbox);
});

it.each(['data', 'data/deep', '.'])('refuses while a volume is mounted at %s, and deletes nothing (A-144)', async (place) => {
  const point = join(sandbox, place);
  execFileSync('mount', ['--bind', volume, point]);
  undo.push(() => execFileSync('umount', ['-l', point]));
  await expect(deleteSandbox(sandbox)).rejects.toThrow(
    `the sandbox ${sandbox} is not deleted while something is mounted at ${point}; unmount it first`,
  );
  expect([existsSync(join(volume, 'file')), existsSync(join(sandbox, place))]).toEqual([true, true]);
});

it('gets rid of a tree that is deeper than any path may be long', async () => {
  const program = "for (let i = 0; i < 100; i++) { fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); }";
  execFileSync(process.execPath, ['-e', program], { cwd: sandbox });
  await deleteSandbox(sandbox);
  expect(existsSync(sandbox)).toBe(false);
});

it('does not take the disk of somebody else whose name begins alike for one of its own', async () => {
  mkdirSync(`${sandbox}-2`);
  const disk = mountSmallDisk(`${sandbox}-2`, 64);
  undo.push(() => disk.unmount());
  await deleteSandbox(sandbox);
  expect(existsSync(sandbox)).toBe(false);
});
