import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '@holdfast/core/resources';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { VolumeDirectories, type VolumePath } from './index';
import { TEST_DISKS, type TestDisk } from './three-disks.fixture';
import { volumeResource } from './volumes.fixture';

const directory = useTempDirectory();
let directories: VolumeDirectories;
beforeEach(() => (directories = new VolumeDirectories(directory())));

function locate(volume: Resource): VolumePath {
  const located = directories.pathOf(volume);
  if (!located.ok) throw new Error(located.refusal.message);
  return located.value;
}
const problemOf = (volume: Resource) => {
  const located = directories.pathOf(volume);
  return located.ok ? undefined : located.refusal;
};

describe('the path of a volume', () => {
  it('is below volumes/roles on the root disk (A-130)', () => {
    expect(locate(volumeResource('v1', 10)).path).toBe(join(directory(), 'volumes/roles/eng/v1'));
  });

  it("is the same below a PATH disk's root, which may be relative to the work directory (A-131)", () => {
    expect(locate(volumeResource('v1', 10, { source: { type: 'PATH', root: '/mnt/a' } })).path).toBe('/mnt/a/volumes/roles/eng/v1');
    expect(locate(volumeResource('v1', 10, { source: { type: 'PATH', root: 'disks/a' } })).path).toBe(
      join(directory(), 'disks/a/volumes/roles/eng/v1'),
    );
  });

  it('is the root itself on a MOUNT disk (A-132)', () => {
    expect(locate(volumeResource('v1', 10, { source: { type: 'MOUNT', root: '/mnt/b' } })).path).toBe('/mnt/b');
  });

  it('has a space for each slash of the role (A-133), which is that of the newest reservation (A-134)', () => {
    const refined: Resource = {
      ...volumeResource('v1', 10),
      reservations: [
        { type: 'static', role: 'eng' },
        { type: 'dynamic', role: 'eng/web/blue' },
      ],
      allocationRole: 'eng/web/blue/other',
    };
    expect(locate(refined)).toMatchObject({ path: join(directory(), 'volumes/roles/eng web blue/v1'), key: 'eng/web/blue/v1' });
  });

  it.each([
    ['..', 'eng'],
    ['.', 'eng'],
    ['', 'eng'],
    ['a/../../x', 'eng'],
    ['a\\b', 'eng'],
    ['a\0b', 'eng'],
    ['v1', '..'],
    ['v1', '../../etc'],
    ['v1', 'eng/../..'],
    ['v1', '/eng'],
    ['v1', 'eng web'],
    ['v1', '*'],
  ])('is refused for id %j and role %j, whoever let them through (A-135)', (id, role) => {
    expect(problemOf(volumeResource(id, 10, { role }))?.code).toBe('agent_failed');
  });

  it('is refused for what is no volume, and for disks that this agent does not have', () => {
    const { disk: _disk, ...plain } = volumeResource('v1', 10);
    expect(problemOf(plain)?.message).toContain('is not a persistent volume');
    expect(problemOf(volumeResource('v1', 10, { source: { type: 'BLOCK', root: '/dev/x' } }))?.message).toContain('BLOCK disk');
    expect(problemOf(volumeResource('v1', 10, { source: { type: 'PATH' } }))?.message).toContain('has no root');
  });
});

// Over the three kinds of disks.
describe.each(TEST_DISKS)('a volume on a %s disk', (kind, makeDisk) => {
  let disk: TestDisk;
  let volume: VolumePath;
  beforeEach(() => {
    disk = makeDisk(directory());
    volume = locate(volumeResource('v1', 10, disk.source ? { source: disk.source } : {}));
  });
  afterEach(() => disk.remove());

  it('is made by CREATE and deleted, with all that is in it, by DESTROY; only a MOUNT root stays (A-136, A-138)', async () => {
    expect(await directories.make(volume)).toBe(kind !== 'MOUNT');
    mkdirSync(join(volume.path, 'deep/er'), { recursive: true });
    writeFileSync(join(volume.path, 'deep/er/file'), 'data');
    writeFileSync(join(volume.path, '.hidden'), 'data');
    await directories.erase(volume);
    expect(existsSync(volume.path)).toBe(kind === 'MOUNT');
    if (kind === 'MOUNT') expect(readdirSync(volume.path)).toEqual([]);
  });

  it('keeps what is there already (A-132, A-137)', async () => {
    mkdirSync(volume.path, { recursive: true });
    writeFileSync(join(volume.path, 'old'), 'data');
    expect(await directories.make(volume)).toBe(false);
    expect(readFileSync(join(volume.path, 'old'), 'utf8')).toBe('data');
  });

  it('is deleted whatever names its tasks have chosen for what is in it (A-138)', async () => {
    await directories.make(volume);
    const names = `touch "$(printf 'a\\377\\nb')" -- -rf; mkdir "$(printf 'd\\376')"; touch "$(printf 'd\\376/x')" ".holdfast-deleting-1"`;
    execFileSync('sh', ['-c', names], { cwd: volume.path });
    await directories.erase(volume);
    expect(existsSync(volume.path) ? readdirSync(volume.path) : []).toEqual([]);
  });

  it('takes what links in it lead to for none of its own', async () => {
    mkdirSync(join(directory(), 'elsewhere'));
    writeFileSync(join(directory(), 'elsewhere/file'), 'keep');
    await directories.make(volume);
    symlinkSync(join(directory(), 'elsewhere'), join(volume.path, 'link'));
    await directories.erase(volume);
    expect(readFileSync(join(directory(), 'elsewhere/file'), 'utf8')).toBe('keep');
  });

  it('is not deleted while something else is mounted in it', async () => {
    await directories.make(volume);
    const inside = join(volume.path, "mounted it's here");
    mkdirSync(inside);
    writeFileSync(join(volume.path, 'file'), 'data');
    const disk = mountSmallDisk(inside, 64);
    try {
      writeFileSync(join(inside, 'foreign'), 'keep');
      await expect(directories.erase(volume)).rejects.toThrow(`something is mounted at ${inside}; unmount it first`);
      expect(existsSync(join(inside, 'foreign'))).toBe(true);
      expect(existsSync(join(volume.path, 'file'))).toBe(true);
    } finally {
      disk.unmount();
    }
  });
});

describe('deleting a volume', () => {
  it('is fine when there is none (A-139)', async () => {
    await directories.erase(locate(volumeResource('v1', 10)));
  });

  it('deletes a link that stands in its place, and not what it leads to', async () => {
    const volume = locate(volumeResource('v1', 10));
    mkdirSync(join(directory(), 'elsewhere'));
    writeFileSync(join(directory(), 'elsewhere/file'), 'keep');
    mkdirSync(join(directory(), 'volumes/roles/eng'), { recursive: true });
    symlinkSync(join(directory(), 'elsewhere'), volume.path);
    await directories.erase(volume);
    expect(existsSync(volume.path)).toBe(false);
    expect(existsSync(join(directory(), 'elsewhere/file'))).toBe(true);
  });

  it('says what could not be deleted', async () => {
    const volume = locate(volumeResource('v1', 10));
    await directories.make(volume);
    const stubborn = join(volume.path, 'stubborn');
    writeFileSync(stubborn, '');
    execFileSync('chattr', ['+i', stubborn]);
    try {
      await expect(directories.erase(volume)).rejects.toMatchObject({ code: 'EPERM', path: stubborn });
    } finally {
      execFileSync('chattr', ['-i', stubborn]);
    }
  });
});

describe('deleting much', () => {
  it('gets rid of trees that are deeper than any path may be long', async () => {
    const volume = locate(volumeResource('v1', 10));
    await directories.make(volume);
    const program =
      "for (let i = 0; i < 60; i++) { fs.writeFileSync('file', ''); fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); }";
    execFileSync(process.execPath, ['-e', program], { cwd: volume.path });
    await directories.erase(volume);
    expect(existsSync(volume.path)).toBe(false);
  });

  it('gets rid of many files', async () => {
    const volume = locate(volumeResource('v1', 10));
    await directories.make(volume);
    execFileSync('sh', ['-c', 'mkdir a b; touch $(seq -f a/%g 2000) $(seq -f b/%g 100); ln -s / c; mkfifo d'], { cwd: volume.path });
    await directories.erase(volume);
    expect(existsSync(volume.path)).toBe(false);
  });
});

describe('making a volume', () => {
  it('needs the root of a disk to be there: its mount may be missing', async () => {
    const away = join(directory(), 'away');
    for (const type of ['PATH', 'MOUNT'] as const) {
      const volume = locate(volumeResource('v1', 10, { source: { type, root: away } }));
      await expect(directories.make(volume)).rejects.toThrow(`the root ${away} of the disk is missing or not a directory`);
    }
    const relative = locate(volumeResource('v1', 10, { source: { type: 'PATH', root: 'inside' } }));
    expect(await directories.make(relative)).toBe(true);
  });

  it('does not follow a link on the way, nor use a file in its place', async () => {
    const volume = locate(volumeResource('v1', 10));
    mkdirSync(join(directory(), 'volumes'));
    mkdirSync(join(directory(), 'elsewhere'));
    symlinkSync(join(directory(), 'elsewhere'), join(directory(), 'volumes/roles'));
    await expect(directories.make(volume)).rejects.toThrow('volumes/roles is in the way: it is not a directory');
    expect(readdirSync(join(directory(), 'elsewhere'))).toEqual([]);
  });

  it('can be taken back', async () => {
    const volume = locate(volumeResource('v1', 10));
    await directories.make(volume);
    await directories.unmake(volume);
    expect(existsSync(volume.path)).toBe(false);
  });
});

it('requires the directory of a volume to be there, and to be one', async () => {
  const volume = locate(volumeResource('v1', 10));
  await expect(directories.require(volume)).rejects.toThrow(`the directory ${volume.path} of the volume is missing`);
  mkdirSync(join(directory(), 'volumes/roles/eng'), { recursive: true });
  symlinkSync('/etc', volume.path);
  await expect(directories.require(volume)).rejects.toThrow('is something else');
});
