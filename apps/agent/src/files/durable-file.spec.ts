import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, writeDurably } from './durable-file';
import { readIfPresent } from './read-if-present';
import { describeFault, faultCode } from './system-fault';
import { mountSmallDisk, useTempDirectory } from './temp-directory.fixture';

const directory = useTempDirectory();

describe.each([
  ['writeDurably', writeDurably],
  ['replaceFile', replaceFile],
])('%s', (_name, write) => {
  it('replaces a file, readable by its owner only, and leaves no draft', async () => {
    const path = join(directory(), 'file');
    await write(path, 'old');
    await write(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.draft`)).toBe(false);
  });

  it('keeps the old content, and no draft, when the disk is full', async () => {
    const disk = mountSmallDisk(directory(), 64);
    try {
      const path = join(directory(), 'file');
      await write(path, 'old');
      const failure = await write(path, 'x'.repeat(100_000)).catch((fault: unknown) => fault);
      expect(faultCode(failure)).toBe('ENOSPC');
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(existsSync(`${path}.draft`)).toBe(false);
    } finally {
      disk.unmount();
    }
  });
});

describe('readIfPresent', () => {
  it('tells a missing file from one that cannot be read', async () => {
    expect(await readIfPresent(join(directory(), 'none'))).toBeUndefined();
    await mkdir(join(directory(), 'folder'));
    await expect(readIfPresent(join(directory(), 'folder'))).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('describeFault', () => {
  it('says in words what the system said and where', () => {
    let fault: unknown;
    try {
      writeFileSync(join(directory(), 'no', 'such', 'folder'), '');
    } catch (error) {
      fault = error;
    }
    expect(describeFault(fault)).toBe(`no such file or directory (ENOENT) at ${directory()}/no/such/folder`);
    expect(describeFault(new Error('plain'))).toBe('plain');
    expect(describeFault('text')).toBe('text');
  });
});
