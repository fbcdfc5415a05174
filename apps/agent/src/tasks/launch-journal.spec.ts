import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resources, scalar } from '@holdfast/core/resources';
import { manualWorld } from '@holdfast/testing/world';
import { readContainerLog } from '../containers';
import { volumeResource } from '../disks/volumes.fixture';
import { FRAMEWORK, runTask } from '../fake-master.fixture';
import { mountSmallDisk, type SmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import type { TaskEnd } from './end-status';
import { type LaunchEvent, LaunchJournal } from './launch-journal';
import type { LaunchRecord } from './launch-record';

const directory = useTempDirectory();
const path = () => join(directory(), 'journal');
let world: ReturnType<typeof manualWorld>;
beforeEach(() => (world = manualWorld()));
const fail = (fault: unknown) => {
  throw fault;
};

const RECORD: LaunchRecord = {
  launchId: 'l1',
  framework: FRAMEWORK,
  info: runTask({ id: 't1', volumes: [volumeResource('v1', 10), volumeResource('v1', 10)], killGraceMs: 5 }).info,
  isolation: 'namespaces',
  sandbox: '/sandbox',
  bootId: 'boot',
  receivedMs: 1000,
};

const EVENTS: readonly LaunchEvent[] = [
  {
    kind: 'status',
    status: { taskId: 't1', agentId: 'a1', state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', timestampMs: 1000, uuid: Buffer.alloc(16, 7) },
  },
  { kind: 'kill', startMs: 5, graceMs: 3000, isFrameworkRemoved: true },
  { kind: 'running', sinceMs: 77 },
  { kind: 'kill', startMs: 9, graceMs: 0, isFrameworkRemoved: false, because: 'its group ended' },
  { kind: 'acknowledged', uuid: Buffer.alloc(16, 7) },
  { kind: 'gone' },
  { kind: 'gone_confirmed' },
];

async function begun(): Promise<LaunchJournal> {
  const journal = new LaunchJournal(path(), world, fail);
  await journal.create(RECORD);
  return journal;
}
const eventsOf = async () => (await LaunchJournal.read(path()))?.events;

it('has the words of the container in between, and neither is taken for the other', async () => {
  const journal = await begun();
  await journal.append(EVENTS[0]!);
  appendFileSync(path(), `{ "child-pid": 7\nholdfast: process 6 5\n, "pid-namespace": 4 }\nholdfast: running\n`);
  await journal.append(EVENTS[1]!, EVENTS[2]!);
  appendFileSync(path(), 'null\n7\n"tar"\n{ "exit-code": 9 }\n');
  await journal.append(...EVENTS.slice(3));
  await journal.close();
  expect(await eventsOf()).toEqual(EVENTS);
  expect(await readContainerLog(path())).toEqual({ mark: { pid: 6, startTicks: 5 }, isRunning: true, exitCode: 9, complaint: '7: "tar"' });
});

it('gives back what was asked for and what has happened, in order', async () => {
  const journal = await begun();
  void journal.append(EVENTS[0]!);
  void journal.append(EVENTS[1]!, EVENTS[2]!);
  await journal.append(...EVENTS.slice(3));
  await journal.close();
  const content = await LaunchJournal.read(path());
  expect(content?.events).toEqual(EVENTS);
  const { framework, info, ...rest } = content!.record;
  const { framework: givenFramework, info: given, ...givenRest } = RECORD;
  expect(rest).toEqual(givenRest);
  expect(framework).toEqual(givenFramework);
  expect(info).toMatchObject({ taskId: 't1', command: given.command, killGraceMs: 5 });
  // Copies of a shared volume are counted.
  expect(info.resources.equals(given.resources)).toBe(true);
});

it('gives back how the agent ends a task, so that the next one tells the same', async () => {
  const limitation = Resources.of([scalar('disk', 12.5)]);
  const end = { state: 'TASK_FAILED', source: 'SOURCE_AGENT', reason: 'REASON_CONTAINER_LIMITATION_DISK', message: 'too much' } as const;
  const kill = { kind: 'kill', startMs: 1, graceMs: 0, isFrameworkRemoved: false } as const;
  const journal = await begun();
  await journal.append({ ...kill, end: { ...end, limitation } }, { ...kill, end: { ...end, healthy: false } });
  await journal.close();
  const [first, second] = (await eventsOf()) as readonly { readonly end: TaskEnd }[];
  expect(second).toEqual({ ...kill, end: { ...end, healthy: false } });
  expect(first).toMatchObject({ ...kill, end });
  expect(first?.end.limitation?.equals(limitation)).toBe(true);
});

it('is begun with its first events in one step', async () => {
  const journal = new LaunchJournal(path(), world, fail);
  await journal.create(RECORD, EVENTS[0]!, EVENTS[1]!);
  await journal.append(EVENTS[2]!);
  await journal.close();
  expect(await eventsOf()).toEqual(EVENTS.slice(0, 3));
});

describe('what may wait', () => {
  it('is written in front of the next event, and not by itself', async () => {
    const journal = await begun();
    journal.appendLater(EVENTS[4]!);
    world.advance(999);
    await journal.append(EVENTS[5]!);
    expect(await eventsOf()).toEqual([EVENTS[4], EVENTS[5]]);
    world.advance(10_000);
    await journal.close();
    expect(await eventsOf()).toEqual([EVENTS[4], EVENTS[5]]);
  });

  it('is written by itself when no other event comes within a second', async () => {
    const journal = await begun();
    journal.appendLater(EVENTS[4]!);
    world.advance(1000);
    await journal.discard();
    expect(await eventsOf()).toEqual([EVENTS[4]]);
    journal.appendLater(EVENTS[6]!);
    world.advance(1000);
    await journal.discard();
    expect(await eventsOf()).toEqual([EVENTS[4], EVENTS[6]]);
  });

  it('is written when the file is closed, so that it is lost only with the agent', async () => {
    const journal = await begun();
    journal.appendLater(EVENTS[4]!);
    journal.appendLater(EVENTS[6]!);
    await journal.close();
    expect(await eventsOf()).toEqual([EVENTS[4], EVENTS[6]]);
  });

  it('is not written to a file that is about to go', async () => {
    const journal = await begun();
    journal.appendLater(EVENTS[4]!);
    world.advance(999);
    await journal.discard();
    world.advance(10_000);
    expect(await eventsOf()).toEqual([]);
  });
});

it('is added to by the next agent', async () => {
  await (await begun()).close();
  const next = new LaunchJournal(path(), world, fail);
  await next.append(EVENTS[3]!);
  await next.close();
  expect(await eventsOf()).toEqual([EVENTS[3]]);
});

it('has nothing to say of a launch that was cut off before it was written down', async () => {
  expect(await LaunchJournal.read(path())).toBeUndefined();
  await (await begun()).close();
  const whole = readFileSync(path(), 'utf8');
  for (let length = 0; length < whole.length; length += 11) {
    writeFileSync(path(), whole.slice(0, length));
    expect(await LaunchJournal.read(path())).toBeUndefined();
  }
  writeFileSync(path(), 'nonsense\n');
  await expect(LaunchJournal.read(path())).rejects.toThrow();
});

it('loses only the last event, and none that follows, when a write was cut off at whatever byte', async () => {
  const journal = await begun();
  const start = readFileSync(path(), 'utf8').length;
  await journal.append(EVENTS[1]!, EVENTS[2]!);
  await journal.close();
  const whole = readFileSync(path(), 'utf8');
  for (let length = start; length < whole.length; length++) {
    writeFileSync(path(), whole.slice(0, length));
    const next = new LaunchJournal(path(), world, fail);
    await next.append(EVENTS[3]!);
    await next.close();
    const read = (await eventsOf()) ?? [];
    expect(read.at(-1)).toEqual(EVENTS[3]);
    expect(read.slice(0, -1)).toEqual(EVENTS.slice(1, read.length));
  }
});

describe('on a full disk', () => {
  let disk: SmallDisk;
  beforeEach(() => (disk = mountSmallDisk(directory(), 64)));
  afterEach(() => disk.unmount());

  it('is not begun, and leaves no file', async () => {
    disk.fill();
    await expect(begun()).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(existsSync(path())).toBe(false);
  });

  it('tells of it, and goes on when there is room again', async () => {
    const faults: unknown[] = [];
    const journal = new LaunchJournal(path(), world, (fault) => faults.push(fault));
    await journal.create(RECORD);
    disk.fill();
    for (let at = 0; at < 100 && faults.length === 0; at++) await journal.append(...EVENTS);
    expect(faults).toMatchObject([{ code: 'ENOSPC' }]);
    disk.makeRoom();
    await journal.append(EVENTS[4]!);
    await journal.close();
    expect((await eventsOf())?.at(-1)).toEqual(EVENTS[4]);
  });
});
