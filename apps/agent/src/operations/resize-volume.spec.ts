import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResizeOperation } from '@holdfast/core/offers';
import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import { eventually, sandboxOf, useAgents, V1, volumePath, waiting } from '../agent.fixture';
import { Checkpoint, checkpointFiles } from '../checkpoint';
import { VolumeDirectories } from '../disks';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { type OperationDeps, ResourceOperations } from './index';

const NO_FEEDBACK: OperationDeps['feedback'] = { finished: () => undefined, conclude: () => Promise.resolve() };

describe('resizing a volume', () => {
  const directory = useTempDirectory();
  const file = () => join(directory(), 'volumes/roles/eng/v1/file');
  let checkpoint: Checkpoint;
  let writes: number;

  beforeEach(async () => {
    mkdirSync(join(directory(), 'meta'));
    writes = 0;
    checkpoint = await open();
    await checkpoint.commit({ resources: Resources.of([V1, reservedDisk(80)]) });
    writeFileSync(file(), 'data');
    writes = 0;
  });

  const open = () => {
    const files = checkpointFiles(join(directory(), 'meta'));
    return Checkpoint.open({
      files: { ...files, commitTarget: () => files.commitTarget().finally(() => writes++) },
      directories: new VolumeDirectories(directory()),
      configured: Resources.of([scalar('cpus', 4), scalar('disk', 1000)]),
    });
  };
  const resize = async (type: ResizeOperation['type'], volume: Resource, change: Resource) => {
    const operations = new ResourceOperations({
      checkpoint,
      directories: new VolumeDirectories(directory()),
      holdersOf: () => [],
      feedback: NO_FEEDBACK,
    });
    return (await operations.begin({ type, volume, change })).outcome;
  };
  const holds = (...resources: readonly Resource[]) => checkpoint.resources.equals(Resources.of(resources));

  it('GROW_VOLUME makes one volume of the summed size in one step, and leaves the data alone (B-059, A-141)', async () => {
    expect(await resize('GROW_VOLUME', V1, reservedDisk(30))).toEqual({ ok: true });
    expect(writes).toBe(1);
    expect(holds(volumeResource('v1', 130), reservedDisk(50))).toBe(true);
    expect(checkpoint.total.scalarMilli('disk')).toBe(1_000_000);
    expect(readFileSync(file(), 'utf8')).toBe('data');
    checkpoint = await open();
    expect(holds(volumeResource('v1', 130), reservedDisk(50))).toBe(true);
  });

  it('SHRINK_VOLUME frees plain disk, reserved as the volume is, and leaves the data alone (B-059)', async () => {
    expect(await resize('SHRINK_VOLUME', V1, reservedDisk(30))).toEqual({ ok: true });
    expect(writes).toBe(1);
    expect(holds(volumeResource('v1', 70), reservedDisk(110))).toBe(true);
    expect(readFileSync(file(), 'utf8')).toBe('data');
  });

  it.each(['GROW_VOLUME', 'SHRINK_VOLUME'] as const)('%s again is the same as once', async (type) => {
    await resize(type, V1, reservedDisk(30));
    const before = checkpoint.resources;
    writes = 0;
    expect(await resize(type, V1, reservedDisk(30))).toEqual({ ok: true });
    expect([checkpoint.resources.equals(before), writes]).toEqual([true, 0]);
  });

  it('keeps where the volume appears, and who made it', async () => {
    const named = {
      ...V1,
      disk: { persistence: { id: 'v1', principal: 'somebody' }, volume: { containerPath: 'x', mode: 'RW' as const } },
    };
    await resize('GROW_VOLUME', named, reservedDisk(30));
    expect(checkpoint.resources.persistentVolumes().toList()[0]?.disk).toEqual(V1.disk);
  });

  it.each<[string, ResizeOperation['type'], Resource, Resource, string]>([
    ['a volume of another size', 'GROW_VOLUME', volumeResource('v1', 99), reservedDisk(30), 'volume_not_found'],
    ['a volume that is not shared', 'GROW_VOLUME', { ...V1, shared: false }, reservedDisk(30), 'volume_not_found'],
    ['a volume that is not there', 'SHRINK_VOLUME', volumeResource('v2', 100), reservedDisk(30), 'volume_not_found'],
    ['more than there is', 'GROW_VOLUME', V1, reservedDisk(81), 'agent_failed'],
    ['disk of another role', 'GROW_VOLUME', V1, reservedDisk(30, { role: 'ops' }), 'agent_failed'],
    ['disk of another source', 'GROW_VOLUME', V1, reservedDisk(30, { source: { type: 'PATH', root: '/x' } }), 'agent_failed'],
    ['another volume', 'GROW_VOLUME', V1, volumeResource('v2', 30), 'agent_failed'],
    ['all of it', 'SHRINK_VOLUME', V1, reservedDisk(100), 'agent_failed'],
    [
      'a MOUNT disk',
      'SHRINK_VOLUME',
      volumeResource('v1', 100, { source: { type: 'MOUNT', root: '/x' } }),
      reservedDisk(1),
      'agent_failed',
    ],
  ])('refuses %s, and changes nothing (B-056, B-058)', async (_what, type, volume, change, code) => {
    expect(await resize(type, volume, change)).toMatchObject({ ok: false, refusal: { code } });
    expect(holds(V1, reservedDisk(80))).toBe(true);
    expect(writes).toBe(0);
  });

  it('refuses a volume that is being destroyed', async () => {
    await checkpoint.commit({ destroying: new Set(['eng/v1']) });
    expect(await resize('GROW_VOLUME', V1, reservedDisk(30))).toMatchObject({ refusal: { code: 'volume_not_found' } });
  });
});

describe('a volume in use', () => {
  const bed = useAgents();

  it('is grown under its tasks, of which later ones name its new size, over a restart too (A-036, A-076)', async () => {
    const first = await bed.withVolume({ stopTasks: false });
    const before = bed.master.run({ id: 'before', line: `echo 1 >> data/file; ${waiting()}`, volumes: [V1] });
    await bed.master.untilState('before', 'TASK_RUNNING');
    await eventually(() => existsSync(join(volumePath(first), 'file')));
    await bed.master.apply('RESERVE', reservedDisk(50));
    expect(await bed.master.resize('GROW_VOLUME', V1, reservedDisk(50))).toBeUndefined();
    const grown = volumeResource('v1', 150);
    bed.master.run({ id: 'after', line: 'echo 2 >> data/file', volumes: [grown] });
    await bed.master.untilState('after', 'TASK_FINISHED');
    bed.master.run({ id: 'late', volumes: [V1] });
    expect(await bed.master.untilState('late', 'TASK_DROPPED')).toMatchObject({ reason: 'REASON_RESOURCES_UNKNOWN' });
    await Promise.all(['after', 'late'].map((id) => bed.master.untilGone(id)));

    await first.stop();
    const { length } = bed.master.all('register');
    const second = await bed.start();
    const register = await bed.master.registration(length + 1);
    expect(register.checkpointed.equals(Resources.of([grown]))).toBe(true);
    expect((await second.state()).tasks.find(({ id }) => id === 'before')).toMatchObject({ state: 'TASK_RUNNING' });
    expect(await bed.master.apply('DESTROY', grown)).toMatchObject({ code: 'volume_in_use' });
    writeFileSync(join(sandboxOf(second, before), 'go'), '');
    await bed.master.untilGone('before');
    expect(readFileSync(join(volumePath(second), 'file'), 'utf8')).toBe('1\n2\n');
    expect(await bed.master.apply('DESTROY', grown)).toBeUndefined();
  });
});
