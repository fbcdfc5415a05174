import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '@holdfast/core/resources';
import { eventually, sandboxOf, waiting } from '../agent.fixture';
import { useAgentsWithDisk, VOLUME_MB } from '../disks/agent-with-disk.fixture';
import { TEST_DISKS } from '../disks/three-disks.fixture';
import { reservedDisk } from '../disks/volumes.fixture';
import { useTempDirectory } from '../files/temp-directory.fixture';

jest.setTimeout(60_000);

// Hooks run in this order: mounts go before the disks.
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const { bed, withVolumeOn } = useAgentsWithDisk();
const directory = useTempDirectory();

const at = (volume: Resource, containerPath: string, mode: 'RW' | 'RO' = 'RW'): Resource => ({
  ...volume,
  disk: { ...volume.disk, volume: { containerPath, mode } },
});

/** A mount in a namespace of its own, as of a container that nobody remembers. */
async function forgottenMount(path: string): Promise<ChildProcess> {
  const place = join(directory(), 'forgotten');
  mkdirSync(place);
  const line = `mount --bind '${path}' '${place}' && echo done && read -r never`;
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', line], { stdio: ['pipe', 'pipe', 'inherit'] });
  undo.push(() => stop(child));
  await once(child.stdout, 'data');
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await ended;
}

// Over the three kinds of disks.
describe.each(TEST_DISKS)('a volume on a %s disk', (kind, makeDisk) => {
  const isMount = kind === 'MOUNT';

  it('is one directory for all its tasks, wherever and however each wants it, and outlives them and the agent (A-130, A-131, A-132, A-151, A-153)', async () => {
    const { agent, volume, path, settings } = await withVolumeOn(makeDisk);
    const writer = bed.master.run({ id: 'writer', volumes: [at(volume, 'in/deep')], line: `echo one > in/deep/file; ${waiting()}` });
    await eventually(() => existsSync(join(path, 'file')) && readFileSync(join(path, 'file'), 'utf8') === 'one\n');
    const line = 'cat data/file && ! touch data/other && ! rm data/file';
    const reader = bed.master.run({ id: 'reader', volumes: [at(volume, 'data', 'RO')], line });
    await bed.master.untilState('reader', 'TASK_FINISHED');
    expect(readFileSync(join(sandboxOf(agent, reader), 'stdout'), 'utf8')).toBe('one\n');
    writeFileSync(join(sandboxOf(agent, writer), 'go'), '');
    await bed.master.untilGone('writer');
    await agent.stop();
    const later = await bed.start(settings);
    await bed.master.registration(2);
    bed.master.run({ id: 'later', volumes: [at(volume, 'data')], line: 'grep one data/file' });
    await bed.master.untilState('later', 'TASK_FINISHED');
    await bed.master.untilGone('later');
    await later.stop();
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('one\n');
  });

  it('in a nested path leaves the directories on the way to the user of the task', async () => {
    const { agent, volume, path } = await withVolumeOn(makeDisk);
    const command = { shell: true, value: 'touch in/file in/deep/file in/deep/data/file', args: [], environment: [], user: 'nobody' };
    const task = bed.master.run({ id: 't1', volumes: [at(volume, 'in/deep/data')], command });
    await bed.master.untilState('t1', 'TASK_FINISHED');
    expect([path, join(sandboxOf(agent, task), 'in/deep')].map((each) => statSync(each).uid)).toEqual([65534, 65534]);
  });

  it('is not destroyed while a task has it, and then at once with all that is in it; only a MOUNT root stays (A-043, A-138, A-140)', async () => {
    const { agent, volume, path } = await withVolumeOn(makeDisk);
    const task = bed.master.run({ id: 't1', volumes: [volume], line: `mkdir data/a; touch data/a/b; ${waiting()}` });
    await eventually(() => existsSync(join(path, 'a/b')));
    expect(await bed.master.apply('DESTROY', volume)).toMatchObject({ code: 'volume_in_use' });
    expect(existsSync(join(path, 'a/b'))).toBe(true);
    writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await bed.master.untilGone('t1');
    expect(await bed.master.apply('DESTROY', volume)).toBeUndefined();
    expect(existsSync(path) && readdirSync(path)).toEqual(isMount ? [] : false);
  });

  it('is not destroyed while a container that no launch knows has it mounted (A-043, A-140)', async () => {
    const { volume, path } = await withVolumeOn(makeDisk);
    writeFileSync(join(path, 'file'), 'data');
    const stray = await forgottenMount(path);
    expect((await bed.master.apply('DESTROY', volume))?.message).toContain(
      `by process ${stray.pid} (sh); unmount it and repeat the DESTROY`,
    );
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('data');
    await stop(stray);
    expect(await bed.master.apply('DESTROY', volume)).toBeUndefined();
    expect(existsSync(join(path, 'file'))).toBe(false);
  });

  it('is not destroyed while it is mounted in the agent’s own namespace, as by an operator (A-043, A-140)', async () => {
    const { volume, path } = await withVolumeOn(makeDisk);
    writeFileSync(join(path, 'file'), 'data');
    const place = join(directory(), 'export');
    mkdirSync(place);
    execFileSync('mount', ['--bind', path, place]);
    undo.push(() => execFileSync('umount', ['-l', place]));
    expect((await bed.master.apply('DESTROY', volume))?.message).toContain(`while it is mounted elsewhere: at ${place}`);
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('data');
  });

  if (!isMount) {
    it('keeps its data, also under a running task, when it grows and shrinks (A-141)', async () => {
      const { agent, volume, path } = await withVolumeOn(makeDisk);
      const task = bed.master.run({ id: 't1', volumes: [volume], line: `echo one > data/file; ${waiting()}; grep one data/file` });
      await eventually(() => existsSync(join(path, 'file')));
      const source = volume.disk?.source;
      const more = reservedDisk(2, source ? { source } : {});
      await bed.master.apply('RESERVE', more);
      expect(await bed.master.resize('GROW_VOLUME', volume, more)).toBeUndefined();
      const grown: Resource = { ...volume, value: { kind: 'scalar', milli: (VOLUME_MB + 2) * 1000 } };
      expect(await bed.master.resize('SHRINK_VOLUME', grown, more)).toBeUndefined();
      writeFileSync(join(sandboxOf(agent, task), 'go'), '');
      await bed.master.untilState('t1', 'TASK_FINISHED');
      expect(readFileSync(join(path, 'file'), 'utf8')).toBe('one\n');
    });
  }
});
