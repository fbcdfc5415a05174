import { type DiskSource, formatResource, type Resource, Resources, scalar } from '@holdfast/core/resources';
import { keyOfVolume, volumesOf } from '@holdfast/core/tasks';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { type DiskUser, type MeasuredSizes, overSize } from './over-size';

const MB = 1 << 20;
const MOUNT: DiskSource = { type: 'MOUNT', root: '/mnt/a' };

interface Wish {
  readonly resources?: readonly Resource[];
  readonly executor?: { readonly id: string; readonly resources?: readonly Resource[] };
  readonly sandbox?: string;
}

function task(launchId: string, { resources = [], executor, sandbox = `/sandboxes/${launchId}` }: Wish): DiskUser {
  const info = {
    resources: Resources.of(resources),
    ...(executor && { executor: { executorId: executor.id, resources: Resources.of(executor.resources ?? []) } }),
  };
  return { record: { launchId, framework: { id: 'f1' }, info, sandbox }, volumes: volumesOf(info) };
}

const measured = (sandboxes: Readonly<Record<string, number>>, volumes: Readonly<Record<string, number>> = {}): MeasuredSizes => ({
  sandboxBytes: (launchId) => sandboxes[launchId],
  volumeBytes: (volume) => volumes[volume],
});
const known = (...volumes: readonly Resource[]) => new Map(volumes.map((volume) => [keyOfVolume(volume), volume]));
const ended = (tasks: readonly DiskUser[], sizes: MeasuredSizes, ...volumes: readonly Resource[]) =>
  overSize(tasks, known(...volumes), sizes).map(({ task: { record }, message, limitation }) => [
    record.launchId,
    message,
    limitation.toList().map(formatResource).join(),
  ]);

describe('a sandbox', () => {
  it('may hold as much as the disk that its task asked for, and not a byte more', () => {
    const asked = task('l1', { resources: [scalar('cpus', 1), scalar('disk', 2), reservedDisk(1)] });
    expect(ended([asked], measured({ l1: 3 * MB }))).toEqual([]);
    expect(ended([asked], measured({ l1: 3.5 * MB }))).toEqual([
      ['l1', 'The sandbox holds 3.5 MB, more than the 3.0 MB of disk that the task asked for', 'disk:3.5'],
    ]);
    expect(ended([asked], measured({ l1: 3 * MB + 1 }))).toHaveLength(1);
  });

  it('has no bound where no disk was asked for, and is left alone while its size is not known', () => {
    const volume = volumeResource('v1', 1);
    const elsewhere: Resource = { ...scalar('disk', 1), disk: { source: { type: 'PATH', root: '/mnt/b' } } };
    expect(ended([task('l1', { resources: [scalar('mem', 1), volume, elsewhere] })], measured({ l1: 900 * MB }), volume)).toEqual([]);
    expect(ended([task('l1', { resources: [scalar('disk', 1)] })], measured({}))).toEqual([]);
  });

  it('of tasks with one executor counts once, against what all of them asked for', () => {
    const executor = { id: 'e1', resources: [scalar('disk', 1)] };
    const tasks = ['l1', 'l2'].map((id) => task(id, { resources: [scalar('disk', 1)], executor, sandbox: '/sandboxes/e1' }));
    const other = task('l3', { resources: [scalar('disk', 1)], executor: { id: 'e2' } });
    expect(ended([...tasks, other], measured({ l1: 3 * MB, l2: 3 * MB, l3: MB }))).toEqual([]);
    const message = 'The sandboxes of executor e1 and its tasks hold 4.0 MB, more than the 3.0 MB of disk that they asked for';
    expect(ended([...tasks, other], measured({ l1: 4 * MB, l2: 4 * MB, l3: MB }))).toEqual([
      ['l1', message, 'disk:4'],
      ['l2', message, 'disk:4'],
    ]);
    // Of a group each has a sandbox of its own.
    const members = ['l1', 'l2'].map((id) => task(id, { resources: [scalar('disk', 1)], executor }));
    expect(ended(members, measured({ l1: 2 * MB, l2: MB }))).toEqual([]);
    expect(ended(members, measured({ l1: 2 * MB, l2: 2 * MB })).map(([id]) => id)).toEqual(['l1', 'l2']);
  });
});

describe('a volume', () => {
  const volume = volumeResource('v1', 10);
  const readOnly = volumeResource('v1', 10, { mode: 'RO' });

  it('that is larger than its size ends the tasks that may write to it, whoever else they are, and spares readers (A-171)', () => {
    const tasks = [task('w1', { resources: [volume] }), task('r', { resources: [readOnly] }), task('w2', { resources: [volume] })];
    expect(ended(tasks, measured({}, { 'eng/v1': 10 * MB }), volume)).toEqual([]);
    const over = ended(tasks, measured({}, { 'eng/v1': 12 * MB }), volume);
    expect(over.map(([id, message]) => [id, message])).toEqual(
      ['w1', 'w2'].map((id) => [id, 'Volume eng/v1, to which the task may write, holds 12.0 MB, more than its size of 10.0 MB']),
    );
    expect(over[0]?.[2]).toContain('v1');
    expect(over[0]?.[2]).toContain(':12');
  });

  it('has the size that it has now, and not that of when a task was started', () => {
    const tasks = [task('l1', { resources: [volume] })];
    expect(ended(tasks, measured({}, { 'eng/v1': 12 * MB }), volumeResource('v1', 20))).toEqual([]);
    expect(ended(tasks, measured({}, { 'eng/v1': 9 * MB }), volumeResource('v1', 5))).toHaveLength(1);
  });

  it('on a MOUNT disk is bounded by its own file system, and by nothing else (A-171)', () => {
    const mount = volumeResource('v1', 10, { source: MOUNT });
    expect(ended([task('l1', { resources: [mount] })], measured({}, { 'eng/v1': 12 * MB }), mount)).toEqual([]);
    const path = volumeResource('v1', 10, { source: { type: 'PATH', root: '/mnt/b' } });
    expect(ended([task('l1', { resources: [path] })], measured({}, { 'eng/v1': 12 * MB }), path)).toHaveLength(1);
  });

  it('is not charged to the sandbox of a task, nor a task ended twice', () => {
    const both = task('l1', { resources: [scalar('disk', 1), volume] });
    expect(ended([both], measured({ l1: MB }, { 'eng/v1': 9 * MB }), volume)).toEqual([]);
    expect(ended([both], measured({ l1: 2 * MB }, { 'eng/v1': 11 * MB }), volume)).toHaveLength(1);
  });
});
