import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskSource } from '@holdfast/core/resources';
import { VolumeDirectories, type VolumePath } from '../disks';
import { TEST_DISKS, type TestDisk } from '../disks/three-disks.fixture';
import { volumeResource } from '../disks/volumes.fixture';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { foreignMounts } from './index';
import { VolumePlaces } from './volume-places';

jest.setTimeout(60_000);

// Hooks run in this order: the directory goes last.
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const directory = useTempDirectory();

async function created(id: string, source?: DiskSource): Promise<VolumePath> {
  const directories = new VolumeDirectories(directory());
  const located = directories.pathOf(volumeResource(id, 10, source ? { source } : {}));
  if (!located.ok) throw new Error(located.refusal.message);
  await directories.make(located.value);
  return located.value;
}

const lookAt = (volume: VolumePath) => foreignMounts(volume, directory());

/** In this process' own namespace, as the agent's is. */
function bind(from: string, name: string): string {
  const place = join(directory(), name);
  mkdirSync(place);
  execFileSync('mount', ['--bind', from, place]);
  undo.push(() => execFileSync('umount', ['-l', place]));
  return place;
}

/** By a process of its own, as a container that nobody remembers. */
async function bindElsewhere(from: string, name: string): Promise<number> {
  const place = join(directory(), name);
  mkdirSync(place);
  const line = `mount --bind '${from}' '${place}' && echo done && read -r never`;
  const child: ChildProcess = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', line], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  undo.push(async () => {
    const ended = once(child, 'exit');
    if (child.kill('SIGKILL')) await ended;
  });
  await once(child.stdout!, 'data');
  return child.pid!;
}

// Over the three kinds of disks.
describe.each(TEST_DISKS)('a volume on a %s disk that no launch holds', (kind, makeDisk) => {
  let disk: TestDisk;
  let volume: VolumePath;
  beforeEach(async () => {
    disk = makeDisk(directory());
    undo.push(() => disk.remove());
    volume = await created('v1', disk.source);
  });

  it('is not mounted anywhere, whatever else is', async () => {
    mkdirSync(join(directory(), 'other'));
    bind(join(directory(), 'other'), 'place');
    await bindElsewhere(join(directory(), 'other'), 'elsewhere');
    expect(await lookAt(volume)).toEqual([]);
  });

  it('may be mounted in the own namespace of the agent, whole or in part (A-043, A-140)', async () => {
    mkdirSync(join(volume.path, 'part'));
    const whole = bind(volume.path, 'whole');
    const part = bind(join(volume.path, 'part'), 'in part');
    expect(await lookAt(volume)).toEqual([`at ${whole}`, `at ${part}`]);
  });

  it('may have something mounted in it (A-140)', async () => {
    const inside = join(volume.path, 'inside');
    mkdirSync(inside);
    const foreign = mountSmallDisk(inside, 64);
    undo.push(() => foreign.unmount());
    expect(await lookAt(volume)).toEqual([`at ${inside}, in ${volume.path}`]);
  });

  it('may be mounted by a container that no launch knows (A-043, A-140)', async () => {
    mkdirSync(join(volume.path, 'part'));
    const whole = await bindElsewhere(volume.path, 'whole');
    const part = await bindElsewhere(join(volume.path, 'part'), 'in part');
    expect([...(await lookAt(volume))].sort()).toEqual([`by process ${whole} (sh)`, `by process ${part} (sh)`].sort());
    if (kind !== 'MOUNT') expect(await lookAt(await created('v2', disk.source))).toEqual([]);
  });
});

it('on a MOUNT disk is not taken for mounted by a container that bubblewrap is just making (A-140)', async () => {
  const root = { device: '8:1', root: '/', point: '/' };
  const disk = { device: '8:2', root: '/', point: '/mnt/nowhere' };
  const places = await VolumePlaces.find(new Map([['eng/v1', disk.point]]), directory(), [root, disk]);
  const at = (...prefixes: readonly string[]) => places.in([root, ...prefixes.map((prefix) => ({ ...disk, point: prefix + disk.point }))]);
  expect(at('', '/oldroot', '/newroot').size).toBe(0);
  expect([...at('/oldroot/newroot')]).toEqual(['eng/v1']);
  expect([...at('/elsewhere')]).toEqual(['eng/v1']);
});

it('may have something mounted over it (A-140)', async () => {
  const volume = await created('v1');
  const over = mountSmallDisk(volume.path, 64);
  undo.push(() => over.unmount());
  expect(await lookAt(volume)).toEqual([`at ${volume.path}, in ${volume.path}`]);
});
