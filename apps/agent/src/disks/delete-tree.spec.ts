import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { deleteTree } from './delete-tree';
import { HeldDirectory } from './index';

const directory = useTempDirectory();

it('enters no other file system, also one that is mounted only now', async () => {
  const inside = join(directory(), 'tree/inside');
  mkdirSync(inside, { recursive: true });
  const disk = mountSmallDisk(inside, 64);
  try {
    writeFileSync(join(inside, 'foreign'), 'keep');
    await expect(deleteTree(join(directory(), 'tree'), { self: true })).rejects.toThrow(
      `something is mounted at ${inside}; unmount it first`,
    );
    expect(existsSync(join(inside, 'foreign'))).toBe(true);
  } finally {
    disk.unmount();
  }
});

it('needs few descriptors, however deep a tree is', async () => {
  const tree = join(directory(), 'tree');
  mkdirSync(tree);
  execFileSync(process.execPath, ['-e', "for (let i = 0; i < 2000; i++) { fs.mkdirSync('d'); process.chdir('d'); }"], { cwd: tree });
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  let most = before;
  const watching = setInterval(() => (most = Math.max(most, descriptors())));
  try {
    await deleteTree(tree, { self: true });
  } finally {
    clearInterval(watching);
  }
  expect(existsSync(tree)).toBe(false);
  expect(most - before).toBeLessThan(300);
});

it('is refused for a link', async () => {
  mkdirSync(join(directory(), 'elsewhere'));
  symlinkSync(join(directory(), 'elsewhere'), join(directory(), 'link'));
  await expect(deleteTree(join(directory(), 'link'), { self: false })).rejects.toMatchObject({ code: 'ENOTDIR' });
});

describe('a held directory', () => {
  it('is the same directory although a task has put a link in its place', async () => {
    const [held, elsewhere] = [join(directory(), 'held'), join(directory(), 'elsewhere')];
    mkdirSync(join(held, 'child'), { recursive: true });
    mkdirSync(join(elsewhere, 'child/foreign'), { recursive: true });
    const opened = await HeldDirectory.open(held);
    try {
      renameSync(held, join(directory(), 'moved'));
      symlinkSync(elsewhere, held);
      const names: string[] = [];
      for await (const { name } of opened.entries()) names.push(name.toString());
      expect(names).toEqual(['child']);
      const child = await opened.child(Buffer.from('child'));
      await child.chown(-1, 7);
      await child.close();
      expect(readdirSync(join(elsewhere, 'child'))).toEqual(['foreign']);
    } finally {
      await opened.close();
    }
  });

  it('has no child that is a link, and names the place in its faults', async () => {
    symlinkSync('/etc', join(directory(), 'link'));
    const opened = await HeldDirectory.open(directory());
    try {
      const path = join(directory(), 'link');
      await expect(opened.child(Buffer.from('link'))).rejects.toMatchObject({ code: 'ENOTDIR', path });
    } finally {
      await opened.close();
    }
  });
});
