import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { cleanSandboxes, keptShare, nowForAges } from './sandbox-cleaner';

const directory = useTempDirectory();

it('removes sandboxes of ended tasks after their time, never what their links lead to (A-143, A-144)', async () => {
  const world = manualWorld();
  const sandboxes = join(directory(), 'sandboxes');
  const ended = (name: string, agoMs: number): string => {
    const path = join(sandboxes, name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'stdout'), 'x');
    utimesSync(path, 0, (world.nowMs() - agoMs) / 1000);
    return path;
  };
  const volume = join(directory(), 'volume');
  mkdirSync(volume);
  writeFileSync(join(volume, 'data'), 'keep');
  const old = ended('f1/t1/l1', 2000);
  const young = ended('f1/t2/l2', 1);
  const running = ended('f2/t1/l3', 2000);
  symlinkSync(volume, join(old, 'data'));
  utimesSync(old, 0, (world.nowMs() - 2000) / 1000);
  await cleanSandboxes({ sandboxes, keepMs: 1000, isInUse: (path) => path === running, world, log: recordedLog() });
  expect([old, young, running].map((path) => existsSync(path))).toEqual([false, true, true]);
  expect(existsSync(join(sandboxes, 'f1/t1'))).toBe(false);
  expect(existsSync(join(volume, 'data'))).toBe(true);
});

it('leaves one alone in which a volume is still mounted, and removes the others (A-144)', async () => {
  const world = manualWorld();
  const sandboxes = join(directory(), 'sandboxes');
  const log = recordedLog();
  for (const launch of ['l1', 'l2', 'l3']) mkdirSync(join(sandboxes, 'f1/t1', launch, 'data'), { recursive: true });
  const mountedAt = join(sandboxes, 'f1/t1/l2/data');
  const disk = mountSmallDisk(mountedAt, 64);
  try {
    writeFileSync(join(mountedAt, 'precious'), 'x');
    await cleanSandboxes({ sandboxes, keepMs: 0, isInUse: () => false, world, log }, Date.now() + 60_000);
    expect(readdirSync(join(sandboxes, 'f1/t1'))).toEqual(['l2']);
    expect(existsSync(join(mountedAt, 'precious'))).toBe(true);
    expect(log.lines.map(({ message }) => message)).toEqual(['an old sandbox could not be removed']);
  } finally {
    disk.unmount();
  }
});

it('takes none for old because the clock is set forward, or was set back before they ended (A-143)', () => {
  const startMs = Date.UTC(2026, 0, 1);
  const yearMs = 365 * 86_400_000;
  const passedMs = 3 * 60_000;
  // Ended when the agent started; the clock has been set forward since.
  expect(nowForAges(startMs, passedMs, startMs + passedMs + yearMs) - startMs).toBe(passedMs);
  // Ended a moment ago by a clock that had been set back.
  expect(nowForAges(startMs, passedMs, startMs + passedMs - yearMs) - (startMs + passedMs - yearMs)).toBe(0);
});

it('keeps them the shorter the fuller the disk is (A-143)', () => {
  expect([0, 0.5, 0.9, 1].map(keptShare)).toEqual([0.9, 0.4, expect.closeTo(0), 0]);
});
