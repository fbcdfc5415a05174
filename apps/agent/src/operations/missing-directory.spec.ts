import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resources } from '@holdfast/core/resources';
import { useAgents, V1, volumePath } from '../agent.fixture';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';

jest.setTimeout(60_000);

const mends = new Set<() => void>();
// Before the directories go, also when a test has not come to its end.
afterEach(() => {
  for (const mend of mends) mend();
});
const bed = useAgents();
const { withVolume } = bed;

/** From now on nothing in this directory can be changed; what is returned mends that. */
function makeReadOnly(path: string): () => void {
  execFileSync('mount', ['--bind', path, path]);
  execFileSync('mount', ['-o', 'remount,bind,ro', path]);
  const mend = () => {
    if (mends.delete(mend)) execFileSync('umount', ['-l', path]);
  };
  mends.add(mend);
  return mend;
}

describe('a volume whose directory was removed by hand', () => {
  it('fails the tasks that want it, with a sentence, and can be destroyed and made anew (A-136, A-139)', async () => {
    const agent = await withVolume();
    rmSync(volumePath(agent), { recursive: true });
    bed.master.run({ id: 't1', volumes: [V1] });
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({
      reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      message: expect.stringContaining(`the directory ${volumePath(agent)} of the volume is missing`),
    });
    await bed.master.untilGone('t1');
    // Nobody has made an empty one in its place: whoever asks is told that the data is gone.
    expect(existsSync(volumePath(agent))).toBe(false);
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
    expect(await bed.master.apply('CREATE', V1)).toBeUndefined();
    bed.master.run({ id: 't2', volumes: [V1] });
    await bed.master.untilState('t2', 'TASK_FINISHED');
    expect(agent.ends).toEqual([]);
  });

  it('is still the agent’s after a restart, and still missing', async () => {
    const first = await withVolume();
    rmSync(volumePath(first), { recursive: true });
    await first.stop();
    const second = await bed.start();
    expect((await bed.master.registration(2)).checkpointed.equals(Resources.of([V1]))).toBe(true);
    expect(existsSync(volumePath(second))).toBe(false);
  });

  it('is not what stands in its place: a link there is deleted, not followed (A-138)', async () => {
    const agent = await withVolume();
    const elsewhere = join(bed.directory(), 'elsewhere');
    renameSync(volumePath(agent), elsewhere);
    writeFileSync(join(elsewhere, 'file'), 'kept');
    symlinkSync(elsewhere, volumePath(agent));
    bed.master.run({ id: 't1', volumes: [V1] });
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({ message: expect.stringContaining(volumePath(agent)) });
    await bed.master.untilGone('t1');
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
    expect([existsSync(volumePath(agent)), existsSync(join(elsewhere, 'file'))]).toEqual([false, true]);
  });
});

describe('a work directory that becomes read-only while the agent runs', () => {
  it('costs operations, each with a sentence, and not the agent; they work once it is mended (A-186)', async () => {
    const agent = await withVolume();
    const mend = makeReadOnly(join(agent.workDir, 'meta/resources'));
    try {
      const refusal = { code: 'agent_failed', message: expect.stringContaining('read-only file system (EROFS)') };
      expect(await bed.master.apply('RESERVE', reservedDisk(1))).toMatchObject(refusal);
      expect(await bed.master.apply('DESTROY', V1)).toMatchObject(refusal);
      expect(existsSync(volumePath(agent))).toBe(true);
      bed.master.run({ id: 't1', volumes: [V1] });
      await bed.master.untilState('t1', 'TASK_FINISHED');
      await bed.master.untilGone('t1');
    } finally {
      mend();
    }
    expect(await bed.master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
    expect([existsSync(volumePath(agent)), agent.ends]).toEqual([false, []]);
  });

  it('where the volumes are, refuses to make and to delete, and the DESTROY that is repeated finishes (A-138, A-187)', async () => {
    const agent = await withVolume();
    await bed.master.apply('RESERVE', reservedDisk(50));
    const mend = makeReadOnly(join(agent.workDir, 'volumes'));
    try {
      expect(await bed.master.apply('CREATE', volumeResource('v2', 50))).toMatchObject({
        code: 'agent_failed',
        message: expect.stringMatching(/read-only file system \(EROFS\).*nothing was changed/),
      });
      expect(await bed.master.apply('DESTROY', V1)).toMatchObject({
        code: 'agent_failed',
        message: expect.stringContaining('repeat the DESTROY'),
      });
    } finally {
      mend();
    }
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
    expect(await bed.master.apply('CREATE', volumeResource('v2', 50))).toBeUndefined();
    expect([existsSync(volumePath(agent)), existsSync(volumePath(agent, 'v2')), agent.ends]).toEqual([false, true, []]);
  });
});

describe('a work directory without room', () => {
  it('in which the agent cannot even begin keeps it from starting, with a sentence, and leaves it whole', async () => {
    const work = join(bed.directory(), 'work');
    mkdirSync(work);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'holdfast-test', work]);
    try {
      writeFileSync(join(work, 'ballast'), Buffer.alloc(16 * 1024));
      await expect(bed.start()).rejects.toThrow(/cannot be used: no space left on device \(ENOSPC\)/);
      rmSync(join(work, 'ballast'));
    } finally {
      execFileSync('umount', ['-l', work]);
    }
  });
});
