import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockWorkDir, WorkDirInUseError } from './work-dir-lock';

const neverWaits = () => {
  throw new Error('it waited');
};

describe('lockWorkDir', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'holdfast-lock-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('lets nobody else in while the supervisor lives, and says who it is', async () => {
    const unlock = await lockWorkDir(dir, { guardPid: undefined, onWaiting: neverWaits });
    const second = lockWorkDir(dir, { guardPid: undefined, onWaiting: neverWaits });
    await expect(second).rejects.toThrow(WorkDirInUseError);
    await expect(second).rejects.toThrow(`process ${process.pid}`);
    await unlock();
    await (
      await lockWorkDir(dir, { guardPid: undefined, onWaiting: neverWaits })
    )();
    expect(existsSync(join(dir, 'cluster.lock'))).toBe(false);
  });

  it('makes the directory', async () => {
    await (
      await lockWorkDir(join(dir, 'a', 'b'), { guardPid: undefined, onWaiting: neverWaits })
    )();
    expect(existsSync(join(dir, 'a', 'b'))).toBe(true);
  });

  it('takes over from a supervisor that is dead, also when its pid has gone to somebody else', async () => {
    const lock = { supervisor: { pid: process.pid, started: 'another time' } };
    await writeFile(join(dir, 'cluster.lock'), JSON.stringify(lock));
    await (
      await lockWorkDir(dir, { guardPid: undefined, onWaiting: neverWaits })
    )();
  });

  it('takes over a lock that a crash cut off', async () => {
    await writeFile(join(dir, 'cluster.lock'), '{"superv');
    await (
      await lockWorkDir(dir, { guardPid: undefined, onWaiting: neverWaits })
    )();
  });

  it('waits until the guard of a dead supervisor has ended what that left', async () => {
    const guard = spawn('sleep', ['60']);
    await once(guard, 'spawn');
    // Written by a supervisor of which only the guard is left.
    await lockWorkDir(dir, { guardPid: guard.pid, onWaiting: neverWaits });
    const written = JSON.parse(await readFile(join(dir, 'cluster.lock'), 'utf8')) as object;
    await writeFile(join(dir, 'cluster.lock'), JSON.stringify({ ...written, supervisor: { pid: process.pid, started: 'another time' } }));

    let waited = 0;
    let isEnded = false;
    const onWaiting = () => {
      waited += 1;
      setTimeout(() => {
        isEnded = true;
        guard.kill();
      }, 50);
    };
    await (
      await lockWorkDir(dir, { guardPid: undefined, onWaiting })
    )();
    expect(waited).toBe(1);
    expect(isEnded).toBe(true);
  });
});
