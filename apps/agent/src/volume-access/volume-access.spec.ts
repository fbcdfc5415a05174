import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type DiskSource, type Range, Resources } from '@holdfast/core/resources';
import { volumesOf } from '@holdfast/core/tasks';
import { recordedLog } from '@holdfast/testing/log';
import { VolumeDirectories } from '../disks';
import { TEST_DISKS, type TestDisk } from '../disks/three-disks.fixture';
import { volumeResource } from '../disks/volumes.fixture';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { VolumeAccess } from './index';

const directory = useTempDirectory();
const NOBODY_ELSE = () => false;
const IDS = { nobody: [65534, 65534], daemon: [1, 1], games: [5, 60] } as const;

const open = async (...groupIds: readonly Range[]): Promise<VolumeAccess> =>
  VolumeAccess.open({ directories: directories(), path: groupsFile(), groupIds, isRoot: true, log: recordedLog() });
const directories = () => new VolumeDirectories(directory());
const groupsFile = () => join(directory(), 'volume-gids.json');

/** A volume that CREATE has made, as a task names it. */
async function created(id: string, more: { readonly source?: DiskSource; readonly mode?: 'RW' | 'RO' } = {}) {
  const resource = volumeResource(id, 10, more);
  const located = directories().pathOf(resource);
  if (!located.ok) throw new Error(located.refusal.message);
  await directories().make(located.value);
  return { path: located.value.path, key: located.value.key, volumes: volumesOf({ resources: Resources.of([resource]) }) };
}

const ownerOf = (path: string) => {
  const { uid, gid } = lstatSync(path);
  return [uid, gid];
};
/** As the runtime starts a task: its user, that user's group, and the groups of its volumes. */
function as(user: keyof typeof IDS, groups: readonly number[], line: string): number {
  const [uid, gid] = IDS[user];
  const switched = [`--reuid=${uid}`, `--regid=${gid}`, ...(groups.length > 0 ? [`--groups=${groups.join(',')}`] : ['--clear-groups'])];
  return spawnSync('setpriv', [...switched, '--', 'sh', '-c', `umask 0002; ${line}`], { cwd: '/' }).status ?? -1;
}

describe('locating volumes', () => {
  it('tells where each lies and is to appear, without looking at the disk', async () => {
    const volumes = volumesOf({
      resources: Resources.of([volumeResource('a', 1, { path: 'x/y' }), volumeResource('b', 1, { mode: 'RO' })]),
    });
    expect((await open()).locate(volumes)).toEqual([
      { name: 'eng/a', source: join(directory(), 'volumes/roles/eng/a'), containerPath: 'x/y', mode: 'RW' },
      { name: 'eng/b', source: join(directory(), 'volumes/roles/eng/b'), containerPath: 'data', mode: 'RO' },
    ]);
  });

  it('is refused for a name that climbs out of the disk (A-135)', async () => {
    const volumes = volumesOf({ resources: Resources.of([volumeResource('..', 1)]) });
    const access = await open();
    expect(() => access.locate(volumes)).toThrow('persistence id');
    await expect(access.prepare(volumes, undefined, NOBODY_ELSE)).rejects.toThrow('persistence id');
  });
});

// Over the three kinds of disks.
describe.each(TEST_DISKS)('a volume on a %s disk', (_kind, makeDisk) => {
  let disk: TestDisk;
  let source: { readonly source?: DiskSource };
  beforeEach(() => {
    disk = makeDisk(directory());
    source = disk.source ? { source: disk.source } : {};
  });
  afterEach(() => disk.remove());

  it('must be there', async () => {
    const { path, volumes } = await created('v1', source);
    if (disk.source?.type === 'MOUNT') disk.remove();
    rmSync(path, { recursive: true });
    await expect((await open()).prepare(volumes, undefined, NOBODY_ELSE)).rejects.toThrow(/missing/);
    if (disk.source?.type === 'MOUNT') disk = { ...disk, remove: () => undefined };
  });

  it('is given to the user of its task, the directory itself and nothing in it (A-158)', async () => {
    const { path, volumes } = await created('v1', source);
    writeFileSync(join(path, 'old'), '');
    const access = await open();
    expect(await access.prepare(volumes, 'games', NOBODY_ELSE)).toMatchObject({ groups: [], mounts: [{ source: path }] });
    expect([ownerOf(path), ownerOf(join(path, 'old'))]).toEqual([IDS.games, [0, 0]]);
    expect(as('games', [], `touch ${path}/new`)).toBe(0);
  });

  it('keeps its owner while another launch uses it, where it is taken read-only, and for root (A-158, A-159)', async () => {
    const { path, volumes } = await created('v1', source);
    const access = await open();
    await access.prepare(volumes, 'games', (volume) => volume === 'eng/v1');
    await access.prepare((await created('v1', { ...source, mode: 'RO' })).volumes, 'games', NOBODY_ELSE);
    expect(ownerOf(path)).toEqual([0, 0]);
    chownSync(path, 5, 60);
    for (const user of [undefined, 'root']) expect(await access.prepare(volumes, user, NOBODY_ELSE)).toMatchObject({ groups: [] });
    expect(ownerOf(path)).toEqual(IDS.games);
  });

  it('gets the lowest free group for all that is in it, to which its tasks belong (A-160)', async () => {
    const { path, volumes } = await created('v1', source);
    mkdirSync(join(path, 'deep/er'), { recursive: true });
    writeFileSync(join(path, 'deep/er/file'), '', { mode: 0o640 });
    symlinkSync('/etc', join(path, 'link'));
    const access = await open({ begin: 20_000, end: 20_001 });
    expect(await access.prepare(volumes, 'nobody', NOBODY_ELSE)).toMatchObject({ groups: [20_000] });
    for (const each of ['', 'deep', 'deep/er']) {
      expect(ownerOf(join(path, each))).toEqual([0, 20_000]);
      expect(statSync(join(path, each)).mode & 0o7777).toBe(0o2775);
    }
    expect([ownerOf(join(path, 'deep/er/file')), statSync(join(path, 'deep/er/file')).mode & 0o7777]).toEqual([[0, 20_000], 0o640]);
    expect([ownerOf(join(path, 'link')), ownerOf('/etc')]).toEqual([
      [0, 20_000],
      [0, 0],
    ]);
  });

  it('can be written to by tasks of two users, each in what the other has made (A-160, A-161)', async () => {
    const { path, volumes } = await created('v1', source);
    const access = await open({ begin: 20_000, end: 20_010 });
    const first = await access.prepare(volumes, 'nobody', NOBODY_ELSE);
    const second = await access.prepare(volumes, 'games', () => true);
    expect([first.groups, second.groups]).toEqual([[20_000], [20_000]]);
    expect(as('nobody', first.groups, `mkdir ${path}/of-nobody && echo 1 > ${path}/of-nobody/file`)).toBe(0);
    expect(as('games', second.groups, `echo 2 >> ${path}/of-nobody/file && mkdir ${path}/of-nobody/of-games`)).toBe(0);
    expect(as('nobody', first.groups, `rm ${path}/of-nobody/file && touch ${path}/of-nobody/of-games/file`)).toBe(0);
    expect(as('daemon', [], `touch ${path}/file`)).not.toBe(0);
  });
});

it('tells of each volume that a launch gets, and what groups those have (A-161)', async () => {
  const [a, b] = [await created('a'), await created('b')];
  const used: string[] = [];
  const deps = { directories: directories(), path: groupsFile(), groupIds: [{ begin: 7, end: 8 }], isRoot: true, log: recordedLog() };
  const access = await VolumeAccess.open({ ...deps, onUse: (volume) => used.push(volume) });
  expect(access.groupsOf([...a.volumes, ...b.volumes])).toEqual([]);
  await access.prepare([...a.volumes, ...b.volumes], undefined, NOBODY_ELSE);
  await access.prepare(b.volumes, 'nobody', NOBODY_ELSE);
  expect([used, access.groupsOf([...a.volumes, ...b.volumes])]).toEqual([['eng/a', 'eng/b', 'eng/b'], [7]]);
});

describe('groups of volumes', () => {
  const RANGE = { begin: 20_000, end: 20_001 };

  it('are asked for only by users other than root (A-159)', async () => {
    const { path, volumes } = await created('v1');
    const access = await open(RANGE);
    for (const user of [undefined, 'root']) expect(await access.prepare(volumes, user, NOBODY_ELSE)).toMatchObject({ groups: [] });
    expect([ownerOf(path), access.groupIds]).toEqual([[0, 0], { total: 2, free: 2 }]);
  });

  it('are one for each volume, and not for each task, however many come at once (A-161)', async () => {
    const [a, b] = [await created('a'), await created('b')];
    const access = await open(RANGE);
    const prepared = await Promise.all(
      [...Array(5).keys()].flatMap(() => [a, b]).map(({ volumes }) => access.prepare(volumes, 'nobody', NOBODY_ELSE)),
    );
    const [first, second] = prepared.map(({ groups }) => groups[0] ?? 0);
    expect([first, second].sort()).toEqual([20_000, 20_001]);
    expect(prepared.map(({ groups }) => groups)).toEqual([...Array(5).keys()].flatMap(() => [[first], [second]]));
    expect(access.groupIds).toEqual({ total: 2, free: 0 });
    const both = await access.prepare([...a.volumes, ...b.volumes], 'games', NOBODY_ELSE);
    expect(both.groups).toEqual([first, second]);
  });

  it('are refused in a sentence when none is free (A-163), and are free again when the volume is destroyed (A-142)', async () => {
    const [a, b, c] = [await created('a'), await created('b'), await created('c')];
    const access = await open(RANGE);
    for (const { volumes } of [a, b]) await access.prepare(volumes, 'nobody', NOBODY_ELSE);
    await expect(access.prepare(c.volumes, 'nobody', NOBODY_ELSE)).rejects.toThrow(
      'volume eng/c needs a group of its own, and all 2 group ids of HOLDFAST_AGENT_VOLUME_GIDS are taken; destroy a volume or widen the range',
    );
    access.destroyed(a.key);
    expect(await access.prepare(c.volumes, 'nobody', NOBODY_ELSE)).toMatchObject({ groups: [20_000] });
    const later = await open(RANGE);
    expect(later.groupIds.free).toBe(0);
    expect(await later.prepare(b.volumes, 'games', NOBODY_ELSE)).toMatchObject({ groups: [20_001] });
  });

  it('are kept across agents, also under other settings (A-162)', async () => {
    const { path, volumes } = await created('v1');
    await (await open({ begin: 30_000, end: 30_000 })).prepare(volumes, 'nobody', NOBODY_ELSE);
    for (const later of [await open(RANGE), await open()]) {
      await later.recovered(new Set(['eng/v1']), NOBODY_ELSE);
      expect(await later.prepare(volumes, 'games', NOBODY_ELSE)).toMatchObject({ groups: [30_000] });
    }
    expect([ownerOf(path), (await open(RANGE)).groupIds]).toEqual([[0, 30_000], { total: 2, free: 2 }]);
  });

  it('are free after a restart where the directory has vanished or the volume is no more, unless tasks have it still (A-162)', async () => {
    const volumes = [await created('kept'), await created('vanished'), await created('destroyed'), await created('held')];
    const first = await open({ begin: 1, end: 4 });
    for (const volume of volumes) await first.prepare(volume.volumes, 'nobody', NOBODY_ELSE);
    for (const id of ['vanished', 'held']) rmSync(join(directory(), 'volumes/roles/eng', id), { recursive: true });
    const later = await open({ begin: 1, end: 4 });
    await later.recovered(new Set(['eng/kept', 'eng/vanished', 'eng/held']), (volume) => volume === 'eng/held');
    expect(later.groupIds).toEqual({ total: 4, free: 2 });
    const next = await created('next');
    expect((await later.prepare(next.volumes, 'nobody', NOBODY_ELSE)).groups).toEqual([2]);
  });

  it('are given again where that was interrupted, or the directory is another one', async () => {
    const { path, volumes } = await created('v1');
    const access = await open(RANGE);
    await access.prepare(volumes, 'nobody', NOBODY_ELSE);
    const content = readFileSync(groupsFile(), 'utf8');
    writeFileSync(groupsFile(), content.replace('"isGiven": true', '"isGiven": false'));
    mkdirSync(join(path, 'missed'));
    chownSync(join(path, 'missed'), 0, 0);
    expect((await (await open(RANGE)).prepare(volumes, 'nobody', NOBODY_ELSE)).groups).toEqual([20_000]);
    expect(ownerOf(join(path, 'missed'))).toEqual([0, 20_000]);
    rmSync(path, { recursive: true });
    mkdirSync(path);
    expect((await access.prepare(volumes, 'nobody', NOBODY_ELSE)).groups).toEqual([20_000]);
    expect(ownerOf(path)).toEqual([0, 20_000]);
  });

  it('are not given without being written down', async () => {
    const { path, volumes } = await created('v1');
    mkdirSync(join(directory(), 'small'));
    const disk = mountSmallDisk(join(directory(), 'small'), 8);
    try {
      disk.fill();
      const deps = {
        directories: directories(),
        path: join(directory(), 'small/gids.json'),
        groupIds: [RANGE],
        isRoot: true,
        log: recordedLog(),
      };
      const access = await VolumeAccess.open(deps);
      await expect(access.prepare(volumes, 'nobody', NOBODY_ELSE)).rejects.toThrow('cannot be written down: no space left on device');
      expect([ownerOf(path), access.groupIds.free]).toEqual([[0, 0], 2]);
    } finally {
      disk.unmount();
    }
  });

  it('are not to be had from an agent that is not root, which does not start (A-164)', async () => {
    const deps = { directories: directories(), path: groupsFile(), groupIds: [RANGE], isRoot: false, log: recordedLog() };
    await expect(VolumeAccess.open(deps)).rejects.toThrow('only root can give volumes to groups');
    await VolumeAccess.open({ ...deps, groupIds: [] });
  });

  it('are not guessed from a file that is spoilt', async () => {
    for (const text of ['{"format":1,"volu', '{"format":2,"volumes":[]}', '{"format":1,"volumes":[{"gid":1}]}']) {
      writeFileSync(groupsFile(), text);
      await expect(open(RANGE)).rejects.toThrow(`${groupsFile()}, which says what group each volume has, cannot be read`);
    }
  });
});

describe('giving what is in a volume', () => {
  const prepare = async (volumes: Awaited<ReturnType<typeof created>>['volumes']) =>
    (await open({ begin: 20_000, end: 20_000 })).prepare(volumes, 'nobody', NOBODY_ELSE);

  it('leaves what links lead to, and what is mounted in it, as they are', async () => {
    const { path, volumes } = await created('v1');
    const elsewhere = join(directory(), 'elsewhere');
    mkdirSync(join(elsewhere, 'sub'), { recursive: true });
    symlinkSync(elsewhere, join(path, 'link'));
    mkdirSync(join(path, 'mounted'));
    const disk = mountSmallDisk(join(path, 'mounted'), 64);
    try {
      mkdirSync(join(path, 'mounted/inner'));
      await prepare(volumes);
      for (const untouched of [elsewhere, join(elsewhere, 'sub'), join(path, 'mounted'), join(path, 'mounted/inner')]) {
        expect(ownerOf(untouched)).toEqual([0, 0]);
      }
    } finally {
      disk.unmount();
    }
  });

  it('takes names that are no text, special files, and closed directories', async () => {
    const { path, volumes } = await created('v1');
    execFileSync('sh', ['-c', 'touch "$(printf "a\\377b\\nc")"; mkdir "$(printf "d\\376")"; mkfifo pipe; mkdir closed; chmod 0 closed'], {
      cwd: path,
    });
    await prepare(volumes);
    expect(execFileSync('find', [path, '!', '-group', '20000'], { encoding: 'utf8' })).toBe('');
    expect(statSync(join(path, 'closed')).mode & 0o7777).toBe(0o2070);
  });

  it('gives up on a tree that is deeper than any honest one, in a sentence', async () => {
    const { path, volumes } = await created('v1');
    execFileSync(process.execPath, ['-e', "for (let i = 0; i < 510; i++) { fs.mkdirSync('d'); process.chdir('d'); }"], { cwd: path });
    await expect(prepare(volumes)).rejects.toThrow('more than 500 directories inside one another');
  });

  it('refuses a link in the place of a volume, and a user whom nobody knows', async () => {
    const { path, volumes } = await created('v1');
    await expect((await open()).prepare(volumes, 'no-such-user', NOBODY_ELSE)).rejects.toThrow(
      "there is no user 'no-such-user' on this agent",
    );
    rmSync(path, { recursive: true });
    mkdirSync(join(directory(), 'elsewhere'));
    chmodSync(join(directory(), 'elsewhere'), 0o700);
    symlinkSync(join(directory(), 'elsewhere'), path);
    await expect(prepare(volumes)).rejects.toThrow('should be the directory of the volume');
    expect([ownerOf(join(directory(), 'elsewhere')), existsSync(groupsFile())]).toEqual([[0, 0], false]);
  });
});
