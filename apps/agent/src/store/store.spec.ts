import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { markOf } from '../processes';
import { Fence, lockWorkDir, openStoreId, openWorkDir, readBootId, StartFault } from './index';

const directory = useTempDirectory();
const open = () => openWorkDir(join(directory(), 'work'));
const fail = (fault: unknown) => {
  throw fault;
};

describe('the work directory', () => {
  it('is refused with a sentence when it is read-only', async () => {
    const disk = mountSmallDisk(directory(), 64);
    try {
      disk.makeReadOnly();
      await expect(open()).rejects.toThrow(
        `The work directory ${directory()}/work cannot be used: read-only file system (EROFS) at ${directory()}/work. Free space or allow writing there, or choose another one with HOLDFAST_AGENT_WORK_DIR.`,
      );
    } finally {
      disk.unmount();
    }
  });

  it('is refused with a sentence when there is no room for what must be remembered', async () => {
    const disk = mountSmallDisk(directory(), 64);
    try {
      const dir = await open();
      disk.fill();
      await expect(openStoreId(dir, () => 'store-1')).rejects.toThrow(/cannot be used: no space left on device \(ENOSPC\)/);
      expect(readdirSync(dir.meta)).not.toContain('store-id');
    } finally {
      disk.unmount();
    }
  });
});

describe('the store id', () => {
  it('is made once and stays (architecture section 6)', async () => {
    const dir = await open();
    expect(await openStoreId(dir, () => 'store-1')).toBe('store-1');
    expect(await openStoreId(dir, () => 'store-2')).toBe('store-1');
  });

  it('is not replaced when it cannot be read, at whatever byte it ends: it names the volumes in the ledger (A-185)', async () => {
    const dir = await open();
    await openStoreId(dir, () => 'store-1');
    const path = join(dir.meta, 'store-id');
    const whole = readFileSync(path, 'utf8');
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.slice(0, length));
      await expect(openStoreId(dir, () => 'store-2')).rejects.toThrow(/does not hold a store id/);
    }
  });

  it('is made anew over a draft that a first start has left half-written', async () => {
    const dir = await open();
    writeFileSync(join(dir.meta, 'store-id.draft'), 'sto');
    expect(await openStoreId(dir, () => 'store-1')).toBe('store-1');
    expect(readdirSync(dir.meta)).not.toContain('store-id.draft');
  });
});

describe('the lock of a work directory', () => {
  it('keeps a second agent out, and names the first', async () => {
    const dir = await open();
    const release = await lockWorkDir(dir, 'boot');
    await expect(lockWorkDir(dir, 'boot')).rejects.toThrow(`Another agent (process ${process.pid}) uses the work directory ${dir.root}.`);
    await release();
    await lockWorkDir(dir, 'boot');
  });

  it('passes from a process that was killed to the next', async () => {
    const dir = await open();
    const other = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(other, 'spawn');
    writeFileSync(join(dir.meta, 'lock.7'), JSON.stringify({ ...markOf(other.pid!), bootId: 'boot' }));
    await expect(lockWorkDir(dir, 'boot')).rejects.toThrow(`process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await lockWorkDir(dir, 'boot');
    expect(readdirSync(dir.meta)).toEqual(expect.arrayContaining(['lock.8']));
    expect(existsSync(join(dir.meta, 'lock.7'))).toBe(false);
  });

  it('is not kept by a process of before a reboot, whatever has its pid now', async () => {
    const dir = await open();
    writeFileSync(join(dir.meta, 'lock.1'), JSON.stringify({ ...markOf(process.pid), bootId: 'earlier' }));
    await lockWorkDir(dir, 'boot');
  });

  it('goes to exactly one of many who come at once over a dead one', async () => {
    const dir = await open();
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockWorkDir(dir, 'boot')));
      const winners = outcomes.filter(({ status }) => status === 'fulfilled');
      expect(winners).toHaveLength(1);
      await (winners[0] as PromiseFulfilledResult<() => Promise<void>>).value();
    }
  });
});

describe('the fence', () => {
  it('refuses an epoch below the highest it has seen, over restarts too (promise 5)', async () => {
    const dir = await open();
    const first = await Fence.open(dir, fail);
    expect(await first.admit(3)).toBe(true);
    expect(await first.admit(3)).toBe(true);
    expect(await first.admit(2)).toBe(false);
    await first.close();
    const second = await Fence.open(dir, fail);
    expect(second.highestEpoch).toBe(3);
    expect(await second.admit(2)).toBe(false);
    expect(await second.admit(4)).toBe(true);
    await second.close();
  });

  it('remembers the highest ledger revision', async () => {
    const dir = await open();
    const first = await Fence.open(dir, fail);
    for (const revision of [5, 9, 7]) first.learnRevision(revision);
    await first.admit(2);
    await first.close();
    const second = await Fence.open(dir, fail);
    expect([second.highestEpoch, second.ledgerRevision]).toEqual([2, 9]);
    await second.close();
  });

  it('survives a write that a crash cut off, in whichever slot', async () => {
    const dir = await open();
    const first = await Fence.open(dir, fail);
    for (const epoch of [1, 2, 3]) await first.admit(epoch);
    await first.close();
    const path = join(dir.meta, 'fence');
    const whole = readFileSync(path, 'utf8');
    const torn = (at: number) => `${whole.slice(0, at)}${'?'.repeat(100)}${whole.slice(at + 100)}`;
    for (const at of [0, 512]) {
      writeFileSync(path, torn(at));
      const fence = await Fence.open(dir, fail);
      expect(fence.highestEpoch).toBeGreaterThanOrEqual(2);
      await fence.close();
    }
  });

  it('is read from what is left, at whatever byte the file ends (promise 5)', async () => {
    const dir = await open();
    const first = await Fence.open(dir, fail);
    for (const epoch of [1, 2, 3]) await first.admit(epoch);
    await first.close();
    const path = join(dir.meta, 'fence');
    const whole = readFileSync(path, 'utf8');
    for (let length = 512; length < whole.length; length += 37) {
      writeFileSync(path, whole.slice(0, length));
      const fence = await Fence.open(dir, fail);
      expect(fence.highestEpoch).toBeGreaterThanOrEqual(2);
      await fence.close();
    }
  });

  it('does not start from nothing when neither slot can be read', async () => {
    const dir = await open();
    writeFileSync(join(dir.meta, 'fence'), '?'.repeat(1024));
    await expect(Fence.open(dir, fail)).rejects.toThrow(StartFault);
  });

  it('follows a new master although a task has filled the disk', async () => {
    const disk = mountSmallDisk(directory(), 64);
    try {
      const dir = await open();
      const fence = await Fence.open(dir, fail);
      disk.fill();
      expect(await fence.admit(5)).toBe(true);
      await fence.close();
    } finally {
      disk.unmount();
    }
  });
});

it('reads a boot id that stays the same', () => {
  expect(readBootId()).toMatch(/^[0-9a-f-]{32,36}$/);
  expect(readBootId()).toBe(readBootId());
});
