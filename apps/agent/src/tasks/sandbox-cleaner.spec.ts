import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { useTempDirectory } from '../files/temp-directory.fixture';
import { cleanSandboxes, keptShare } from './sandbox-cleaner';

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

it('keeps them the shorter the fuller the disk is (A-143)', () => {
  expect([0, 0.5, 0.9, 1].map(keptShare)).toEqual([0.9, 0.4, expect.closeTo(0), 0]);
});
