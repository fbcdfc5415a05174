import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Resource, scalar } from '@holdfast/core/resources';
import { eventually, sandboxOf, waiting } from '../agent.fixture';
import { type AgentWithVolume, DISK_MB, useAgentsWithDisk, VOLUME_MB } from '../disks/agent-with-disk.fixture';
import { TEST_DISKS } from '../disks/three-disks.fixture';

jest.setTimeout(60_000);

const MB = 1 << 20;
const SETTINGS = { diskCheckIntervalMs: 100 };
const ROOT_DISK = TEST_DISKS[0]![1];

const { bed, withVolumeOn } = useAgentsWithDisk();

const metric = async ({ agent, volume }: AgentWithVolume, name: string): Promise<number> => {
  const text = await (await fetch(`${agent.service.endpoints['http']}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{role="eng",id="${volume.disk?.persistence?.id}"\\} (\\d+)`, 'm').exec(text)?.[1]);
};

// Over the three kinds of disks.
describe.each(TEST_DISKS)('a volume on a %s disk', (kind, makeDisk) => {
  const isMount = kind === 'MOUNT';

  it('that grows over its size ends the task that writes to it, and not the one that reads it; a MOUNT disk is just full (A-171)', async () => {
    const { agent, volume } = await withVolumeOn(makeDisk, SETTINGS);
    const reader = bed.master.run({ id: 'reader', volumes: [readOnly(volume)], line: waiting() });
    await bed.master.untilState('reader', 'TASK_RUNNING');
    bed.master.run({
      id: 'writer',
      volumes: [volume],
      line: `head -c ${isMount ? 32 : 6}M /dev/zero > data/ballast || exit 7; ${waiting()}`,
    });
    const { reason, message, limitation } = await bed.master.untilState('writer', 'TASK_FAILED');
    if (isMount) expect([reason, message]).toEqual([undefined, 'Command exited with status 7']);
    else {
      expect([reason, message]).toEqual([
        'REASON_CONTAINER_LIMITATION_DISK',
        expect.stringMatching(/Volume eng\/v\d+, to which the task may write, holds [4-6]\.\d MB, more than its size of 4\.0 MB/),
      ]);
      expect(limitation?.toList()).toMatchObject([{ name: 'disk', disk: { persistence: volume.disk?.persistence } }]);
    }
    await bed.master.untilGone('writer');
    expect(bed.master.statuses('reader').at(-1)?.state).toBe('TASK_RUNNING');
    writeFileSync(join(sandboxOf(agent, reader), 'go'), '');
    await bed.master.untilState('reader', 'TASK_FINISHED');
  });

  it('tells in its metrics how large it is and may be', async () => {
    const made = await withVolumeOn(makeDisk, SETTINGS);
    bed.master.run({ id: 'writer', volumes: [made.volume], line: 'head -c 2M /dev/zero > data/ballast' });
    await bed.master.untilState('writer', 'TASK_FINISHED');
    await eventually(async () => (await metric(made, 'holdfast_agent_volume_used_bytes')) >= 2 * MB);
    expect(await metric(made, 'holdfast_agent_volume_used_bytes')).toBeLessThan(3 * MB);
    expect(await metric(made, 'holdfast_agent_volume_size_bytes')).toBe((isMount ? DISK_MB : VOLUME_MB) * MB);
  });

  it('has nobody ended for it where that is not wanted', async () => {
    const made = await withVolumeOn(makeDisk, { ...SETTINGS, enforceDisk: false });
    const { agent, volume } = made;
    const task = bed.master.run({ id: 'writer', volumes: [volume], line: `head -c 6M /dev/zero > data/ballast; ${waiting()}` });
    await eventually(async () => (await metric(made, 'holdfast_agent_volume_used_bytes')) >= 6 * MB);
    writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await bed.master.untilState('writer', 'TASK_FINISHED');
  });
});

it('ends a task whose sandbox holds more than the disk that it asked for, and no other', async () => {
  const { agent } = await withVolumeOn(ROOT_DISK, SETTINGS);
  const free = bed.master.run({ id: 'free', line: `head -c 3M /dev/zero > ballast; ${waiting()}` });
  bed.master.run({ id: 'bound', volumes: [scalar('disk', 2)], line: `head -c 3M /dev/zero > ballast; ${waiting()}` });
  const { reason, message, limitation } = await bed.master.untilState('bound', 'TASK_FAILED');
  expect([reason, message]).toEqual([
    'REASON_CONTAINER_LIMITATION_DISK',
    expect.stringMatching(/The sandbox holds [23]\.\d MB, more than the 2\.0 MB of disk that the task asked for/),
  ]);
  expect(limitation?.scalarMilli('disk')).toBeGreaterThan(2000);
  writeFileSync(join(sandboxOf(agent, free), 'go'), '');
  await bed.master.untilState('free', 'TASK_FINISHED');
});

it('keeps the output of a task in bounds while it runs', async () => {
  const { agent } = await withVolumeOn(ROOT_DISK, { ...SETTINGS, outputMaxBytes: 4096, outputKeep: 1 });
  const task = bed.master.run({ id: 't1', line: `seq 10000; touch said; ${waiting()}` });
  const [stdout, said] = ['stdout', 'said'].map((name) => join(sandboxOf(agent, task), name)) as [string, string];
  await eventually(() => existsSync(said) && statSync(stdout).size <= 4096);
  expect(statSync(`${stdout}.1`).size).toBe(4096);
  bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 0 });
  await bed.master.untilGone('t1');
});

const readOnly = (volume: Resource): Resource => ({ ...volume, disk: { ...volume.disk, volume: { containerPath: 'data', mode: 'RO' } } });
