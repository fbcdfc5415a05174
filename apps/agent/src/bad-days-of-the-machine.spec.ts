import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realWorld } from '@holdfast/platform/world';
import { processesOf, sandboxOf, useAgents, V1, volumePath, waiting } from './agent.fixture';
import { runTask } from './fake-master.fixture';
import { endLaunch } from './processes/end-launch.fixture';

const bed = useAgents();
const { withVolume } = bed;
const HOUR_MS = 3_600_000;

describe('a volume directory that somebody has removed by hand', () => {
  it('fails the next launch with a sentence; the task that has it goes on, its end is told, and a DESTROY is done (A-139)', async () => {
    const agent = await withVolume();
    const holder = bed.master.run({ id: 'holder', line: waiting(), volumes: [V1] });
    await bed.master.untilState('holder', 'TASK_RUNNING');
    rmSync(volumePath(agent), { recursive: true });
    bed.master.run({ id: 'late', volumes: [V1] });
    expect(await bed.master.untilState('late', 'TASK_FAILED')).toMatchObject({
      reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      message: expect.stringContaining(volumePath(agent)),
    });
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
    writeFileSync(join(sandboxOf(agent, holder), 'go'), '');
    await bed.master.untilState('holder', 'TASK_FINISHED');
    await bed.master.untilGone('holder');
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
    expect(await bed.master.apply('CREATE', V1)).toBeUndefined();
    expect(readdirSync(volumePath(agent))).toEqual([]);
    expect(agent.ends).toEqual([]);
  });
});

describe('a file system that turns read-only under the agent', () => {
  it('costs no status; what cannot be done is refused with a sentence, and the agent lives', async () => {
    const work = join(bed.directory(), 'work');
    mkdirSync(work);
    const disk = mountAbortable(work, join(bed.directory(), 'image'));
    try {
      const agent = await withVolume();
      const task = bed.master.run({ id: 'before', line: 'sleep 600', volumes: [V1] });
      await bed.master.untilState('before', 'TASK_RUNNING');
      disk.abort();
      bed.master.run({ id: 'after', volumes: [V1] });
      expect(await bed.master.untilState('after', 'TASK_FAILED')).toMatchObject({
        message: expect.stringContaining('read-only file system'),
      });
      bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 'before', graceMs: 100 });
      await bed.master.untilState('before', 'TASK_KILLED');
      await bed.master.untilGone('before');
      expect(processesOf(task)).toEqual([]);
      expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ message: expect.stringContaining('read-only file system') });
      expect(existsSync(volumePath(agent))).toBe(true);
      expect(agent.ends).toEqual([]);
      await agent.stop();
    } finally {
      disk.unmount();
    }
  });
});

describe('a clock that jumps', () => {
  it.each([
    ['back', -HOUR_MS],
    ['ahead', HOUR_MS],
  ])('%s by an hour neither keeps a killed task alive nor ends another', async (_which, byMs) => {
    let offsetMs = 0;
    const real = realWorld();
    const agent = await bed.start({}, { ...real, nowMs: () => real.nowMs() + offsetMs });
    await bed.master.registration();
    const stubborn = "trap '' TERM; while :; do sleep 0.01; done";
    for (const id of ['killed', 'spared']) bed.master.run({ id, line: stubborn });
    for (const id of ['killed', 'spared']) await bed.master.untilState(id, 'TASK_RUNNING');
    const kill = { kind: 'kill_task', frameworkId: 'f1', taskId: 'killed', graceMs: 300 } as const;
    bed.master.send(kill);
    await bed.master.apply('RESERVE');
    offsetMs = byMs;
    // Asked again, it counts what is left of the grace anew.
    bed.master.send(kill);
    await bed.master.untilState('killed', 'TASK_KILLED');
    expect((await agent.state()).tasks.find(({ id }) => id === 'spared')?.state).toBe('TASK_RUNNING');
  });
});

describe('a restart of the machine', () => {
  it('has ended every task, and is told as such; volumes and reservations are still there (A-185, D-078)', async () => {
    const first = await withVolume({ stopTasks: false });
    const { storeId } = await bed.master.registration(1);
    writeFileSync(join(volumePath(first), 'file'), 'kept');
    const task = bed.master.run({ id: 't1', line: 'sleep 600', volumes: [V1] });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    await first.stop();
    await endLaunch(task.launchId);
    asOfAnEarlierBoot(join(first.workDir, 'meta'));

    const second = await bed.start();
    const register = await bed.master.registration(2);
    expect(register).toMatchObject({ storeId });
    expect(register.checkpointed.toList()).toHaveLength(1);
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({
      message: expect.stringContaining('the machine was restarted'),
    });
    await bed.master.untilGone('t1');
    expect(readFileSync(join(volumePath(second), 'file'), 'utf8')).toBe('kept');
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  });
});

describe('a few hundred launches in one message', () => {
  it('all run, each once, and leave the volume free', async () => {
    const agent = await withVolume();
    const ids = Array.from({ length: 300 }, (_, at) => `t${at}`);
    bed.master.send(...ids.map((id) => runTask({ id, line: 'echo ran >> data/$MESOS_TASK_ID', volumes: [V1] })));
    await Promise.all(ids.map((id) => bed.master.untilGone(id)));
    await Promise.all(ids.map((id) => bed.master.untilState(id, 'TASK_FINISHED')));
    for (const id of ids) expect(readFileSync(join(volumePath(agent), id), 'utf8')).toBe('ran\n');
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  }, 120_000);
});

/** Makes what the last agent has written down read as if the machine had been restarted since. */
function asOfAnEarlierBoot(directory: string): void {
  const now = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const earlier = '00000000-0000-4000-8000-000000000000';
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    if (text.includes(now)) writeFileSync(path, text.replaceAll(now, earlier));
  }
}

/** A file system that can be made to give up writing, as after an error of its disk, although files are open. */
function mountAbortable(directory: string, image: string): { abort(): void; unmount(): void } {
  const file = openSync(image, 'w');
  ftruncateSync(file, 32 << 20);
  closeSync(file);
  execFileSync('mkfs.ext4', ['-q', '-F', image]);
  execFileSync('mount', ['-o', 'loop,errors=remount-ro', image, directory]);
  return {
    abort: () => {
      execFileSync('mount', ['-o', 'remount,abort', directory], { stdio: 'ignore' });
    },
    unmount: () => execFileSync('umount', ['-l', directory]),
  };
}
