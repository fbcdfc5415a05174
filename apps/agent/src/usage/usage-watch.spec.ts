import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import { volumesOf } from '@holdfast/core/tasks';
import { realWorld } from '@holdfast/platform/world';
import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { eventually } from '../agent.fixture';
import { VolumeDirectories } from '../disks';
import { TEST_DISKS, type TestDisk } from '../disks/three-disks.fixture';
import { volumeResource } from '../disks/volumes.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { type UsageSettings, UsageWatch, type UsageWatchDeps, type WatchedTask } from './index';

jest.setTimeout(60_000);

const MB = 1 << 20;

interface TestTask extends WatchedTask {
  isHolding: boolean;
  readonly excesses: string[];
}

const directory = useTempDirectory();
let tasks: TestTask[];
let volumes: Resource[];
let rotated: string[];
let log: RecordedLog;
beforeEach(() => {
  tasks = [];
  volumes = [];
  rotated = [];
  log = recordedLog();
});

function watch(settings: Partial<UsageSettings> = {}, more: Partial<UsageWatchDeps> = {}): UsageWatch {
  return new UsageWatch({
    tasks: () => tasks,
    volumes: () => volumes,
    directories: new VolumeDirectories(directory()),
    rotateOutput: (sandbox) => Promise.resolve(void rotated.push(sandbox)),
    settings: { intervalMs: 1, timeoutMs: 60_000, isEnforced: true, rotateAboveBytes: 0, ...settings },
    timers: realWorld(),
    log,
    ...more,
  });
}

function running(launchId: string, ...resources: readonly Resource[]): TestTask {
  const info = { resources: Resources.of(resources) };
  const sandbox = join(directory(), launchId);
  mkdirSync(sandbox);
  const excesses: string[] = [];
  const exceeded: WatchedTask['exceeded'] = ({ message, reason, limitation }) => void excesses.push(`${message}; ${reason}; ${limitation}`);
  const task = {
    record: { launchId, framework: { id: 'f1' }, info, sandbox },
    volumes: volumesOf(info),
    isHolding: true,
    excesses,
    exceeded,
  };
  tasks.push(task);
  return task;
}

async function created(volume: Resource): Promise<string> {
  const located = new VolumeDirectories(directory()).pathOf(volume);
  if (!located.ok) throw new Error(located.refusal.message);
  await new VolumeDirectories(directory()).make(located.value);
  volumes.push(volume);
  return located.value.path;
}

const fill = (path: string, mb: number) => writeFileSync(join(path, 'ballast'), Buffer.alloc(mb * MB, 'x'));
const hold = (bytes: number | undefined) => Math.floor((bytes ?? NaN) / MB);

it('ends a task whose sandbox is larger than the disk that it asked for, and rotates the output of all that run', async () => {
  const small = running('small', scalar('disk', 1));
  const large = running('large', scalar('disk', 10));
  const over = running('over', scalar('disk', 1));
  over.isHolding = false;
  for (const { record } of tasks) fill(record.sandbox, 3);
  const one = watch();
  await one.look();
  expect(rotated).toEqual([small.record.sandbox, large.record.sandbox]);
  expect(small.excesses).toEqual([expect.stringMatching(/^The sandbox holds 3\.\d MB, .*; REASON_CONTAINER_LIMITATION_DISK; disk:3/)]);
  expect([large.excesses, over.excesses]).toEqual([[], []]);
  expect([hold(one.sandboxBytes('large')), one.sandboxBytes('over')]).toEqual([3, undefined]);
});

it('forgets what a task had when it is over, and does not end one that is over meanwhile', async () => {
  const task = running('l1', scalar('disk', 1));
  const one = watch();
  await one.look();
  expect(one.sandboxBytes('l1')).toBeGreaterThan(0);
  fill(task.record.sandbox, 3);
  const look = one.look();
  task.isHolding = false;
  await look;
  expect(task.excesses).toEqual([]);
  await one.look();
  expect(one.sandboxBytes('l1')).toBeUndefined();
});

it('rotates output where there may be too much of it, before it ends a task for that', async () => {
  const [chatty, quiet] = [running('chatty', scalar('disk', 2)), running('quiet', scalar('disk', 2))];
  fill(chatty.record.sandbox, 3);
  const rotateOutput = (sandbox: string) => Promise.resolve(void (rotated.push(sandbox), fill(sandbox, 1)));
  const one = watch({ rotateAboveBytes: MB }, { rotateOutput });
  await one.look();
  expect([rotated, chatty.excesses, quiet.excesses]).toEqual([[chatty.record.sandbox], [], []]);
  fill(chatty.record.sandbox, 3);
  await watch({ rotateAboveBytes: MB }).look();
  expect(chatty.excesses).toHaveLength(1);
});

it('only measures where it is not to enforce', async () => {
  const task = running('l1', scalar('disk', 1));
  fill(task.record.sandbox, 3);
  const one = watch({ isEnforced: false });
  await one.look();
  expect([hold(one.sandboxBytes('l1')), task.excesses]).toEqual([3, []]);
});

// Over the three kinds of disks.
describe.each(TEST_DISKS)('a volume on a %s disk', (kind, makeDisk) => {
  let disk: TestDisk;
  let volume: Resource;
  let path: string;
  beforeEach(async () => {
    disk = makeDisk(directory());
    volume = volumeResource('v1', 2, disk.source ? { source: disk.source } : {});
    path = await created(volume);
  });
  afterEach(() => disk.remove());

  it('that is larger than its size ends the tasks that may write to it; a MOUNT disk has the size that it has (A-171)', async () => {
    const writer = running('writer', volume);
    const reader = running('reader', { ...volume, disk: { ...volume.disk, volume: { containerPath: 'data', mode: 'RO' } } });
    const other = running('other');
    fill(path, 3);
    const one = watch();
    await one.look();
    expect(hold(one.volumeBytes('eng/v1'))).toBe(3);
    expect(writer.excesses).toHaveLength(kind === 'MOUNT' ? 0 : 1);
    expect([reader.excesses, other.excesses]).toEqual([[], []]);
  });

  it('is measured for the metrics while nobody uses it, too', async () => {
    fill(path, 1);
    const one = watch();
    expect(one.volumeUsages()).toEqual([{ volume, sizeBytes: 2 * MB, usedBytes: undefined }]);
    await one.look();
    expect(one.volumeUsages().map(({ usedBytes }) => hold(usedBytes))).toEqual([1]);
  });
});

it('does not look again at a volume that nobody could have written to since', async () => {
  const path = await created(volumeResource('v1', 10));
  const one = watch();
  await one.look();
  fill(path, 3);
  await one.look();
  expect(hold(one.volumeBytes('eng/v1'))).toBe(0);
  const task = running('l1', volumeResource('v1', 10));
  await one.look();
  expect(hold(one.volumeBytes('eng/v1'))).toBe(3);
  // After the last look at it while it was used, it may have grown once more.
  fill(path, 5);
  task.isHolding = false;
  await one.look();
  expect(hold(one.volumeBytes('eng/v1'))).toBe(5);
  // A launch may come and go between two looks.
  one.mayChange('eng/v1');
  fill(path, 6);
  await one.look();
  expect(hold(one.volumeBytes('eng/v1'))).toBe(6);
});

it('looks again at a volume that could not be measured', async () => {
  const path = await created(volumeResource('v1', 10));
  const one = watch();
  rmSync(path, { recursive: true });
  await one.look();
  expect(one.volumeBytes('eng/v1')).toBeUndefined();
  mkdirSync(path);
  await one.look();
  expect(one.volumeBytes('eng/v1')).toBeGreaterThan(0);
});

it('forgets a volume that is no more, also where another one comes by its name', async () => {
  const path = await created(volumeResource('v1', 10));
  const one = watch();
  await one.look();
  expect(one.volumeBytes('eng/v1')).toBeGreaterThan(0);
  one.forget('eng/v1');
  expect(one.volumeBytes('eng/v1')).toBeUndefined();
  fill(path, 3);
  await one.look();
  expect(hold(one.volumeBytes('eng/v1'))).toBe(3);
  volumes = [];
  await one.look();
  expect(one.volumeBytes('eng/v1')).toBeUndefined();
});

it('keeps what was seen last of what cannot be measured, and ends nobody for it', async () => {
  const task = running('l1', scalar('disk', 1), volumeResource('v1', 1));
  const path = await created(volumeResource('v1', 1));
  fill(path, 3);
  const lax = watch({ isEnforced: false });
  await lax.look();
  expect(hold(lax.volumeBytes('eng/v1'))).toBe(3);
  rmSync(path, { recursive: true });
  rmSync(task.record.sandbox, { recursive: true });
  await lax.look();
  expect(hold(lax.volumeBytes('eng/v1'))).toBe(3);
  await watch().look();
  expect(task.excesses).toEqual([]);
});

it('says when nothing can be measured, and that output cannot be rotated, and goes on', async () => {
  running('l1');
  const rotateOutput = () => Promise.reject(new Error('no'));
  await watch({}, { program: '/no/such/du', rotateOutput }).look();
  expect(log.lines.map(({ message }) => message)).toEqual([
    'disk usage could not be measured',
    'the output of a task could not be rotated',
  ]);
});

it('measures what took too long last from then on', async () => {
  const [first, second] = [running('first'), running('second')];
  const seen = join(directory(), 'seen');
  const program = join(directory(), 'slow-du');
  // Stuck at the first path, whichever that is.
  writeFileSync(program, `#!/bin/sh\ntr '\\0' ' ' >> '${seen}'; echo >> '${seen}'\nexec sleep 600\n`);
  chmodSync(program, 0o755);
  const world = manualWorld();
  const one = watch({}, { program, timers: world });
  for (const round of [1, 2]) {
    const look = one.look();
    await eventually(() => existsSync(seen) && readFileSync(seen, 'utf8').split('\n').length > round);
    world.advance(60_000);
    await look;
  }
  const [a, b] = [first.record.sandbox, second.record.sandbox];
  expect(readFileSync(seen, 'utf8')).toBe(`${a} ${b} \n${b} ${a} \n`);
});

it('looks again and again until it is stopped', async () => {
  running('l1');
  let one: UsageWatch | undefined;
  await new Promise<void>((resolve) => {
    const rotateOutput = (sandbox: string) => {
      if (rotated.push(sandbox) === 3) resolve();
      return Promise.resolve();
    };
    one = watch({}, { rotateOutput });
    one.start();
  });
  one?.stop();
  expect(log.lines).toEqual([]);
});
