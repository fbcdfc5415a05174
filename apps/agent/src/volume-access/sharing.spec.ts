import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type TestAgent, useAgents, V1, volumePath, waiting } from '../agent.fixture';
import type { Isolation } from '../containers';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import type { TaskWish } from '../fake-master.fixture';

jest.setTimeout(60_000);

const bed = useAgents();
const { withVolume } = bed;

const as = (user: string, id: string, line: string, ...volumes: NonNullable<TaskWish['volumes']>) =>
  bed.master.run({
    id,
    volumes: volumes.length > 0 ? volumes : [V1],
    command: { shell: true, value: line, args: [], environment: [], user },
  });

async function groupIds(agent: TestAgent): Promise<readonly (string | undefined)[]> {
  const metrics = await (await fetch(`${agent.service.endpoints['http']}/metrics`)).text();
  return ['total', 'free'].map((name) => new RegExp(`^holdfast_agent_volume_gids_${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
}

describe.each<Isolation>(['namespaces', 'plain'])('tasks of two users with one volume, under %s', (isolation) => {
  it('write in what the other has made, at the same time, if volumes have groups (A-160, A-161)', async () => {
    const agent = await withVolume({ isolation, volumeGids: '20000-20010' });
    as('nobody', 'first', `mkdir data/of-nobody && echo 1 > data/of-nobody/file && ${waiting()}`);
    const made = join(volumePath(agent), 'of-nobody/file');
    await bed.master.untilState('first', 'TASK_RUNNING');
    await eventually(() => existsSync(made) && readFileSync(made, 'utf8') === '1\n');
    as('games', 'second', 'id -G > data/groups && echo 2 >> data/of-nobody/file && touch data/of-nobody/of-games');
    await bed.master.untilState('second', 'TASK_FINISHED');
    expect(readFileSync(made, 'utf8')).toBe('1\n2\n');
    expect(readFileSync(join(volumePath(agent), 'groups'), 'utf8')).toBe('60 20000\n');
    expect(await groupIds(agent)).toEqual(['11', '10']);
  });

  it('are not both let in otherwise: the directory stays the first one’s until that is over (A-158)', async () => {
    const agent = await withVolume({ isolation });
    as('nobody', 'first', `touch data/first && ${waiting()}`);
    await eventually(() => existsSync(join(volumePath(agent), 'first')));
    as('games', 'second', 'touch data/second');
    expect(await bed.master.untilState('second', 'TASK_FAILED')).toMatchObject({ source: 'SOURCE_EXECUTOR' });
    expect(statSync(volumePath(agent)).uid).toBe(65534);
    bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 'first', graceMs: 0 });
    await bed.master.untilGone('first');
    as('games', 'third', 'touch data/third');
    await bed.master.untilState('third', 'TASK_FINISHED');
    expect([statSync(volumePath(agent)).uid, statSync(join(volumePath(agent), 'third')).uid]).toEqual([5, 5]);
    as('root', 'fourth', 'touch data/fourth');
    await bed.master.untilState('fourth', 'TASK_FINISHED');
    expect(statSync(volumePath(agent)).uid).toBe(5);
  });
});

it('keeps the group of a volume for the next agent, and until the volume is destroyed (A-142, A-162)', async () => {
  const settings = { volumeGids: '20000-20001' };
  const first = await withVolume(settings);
  as('nobody', 'a', 'touch data/a');
  await bed.master.untilState('a', 'TASK_FINISHED');
  await bed.master.untilGone('a');
  await first.stop();
  const second = await bed.start(settings);
  await bed.master.registration(2);
  as('games', 'b', 'id -G > data/groups');
  await bed.master.untilState('b', 'TASK_FINISHED');
  await bed.master.untilGone('b');
  expect(readFileSync(join(volumePath(second), 'groups'), 'utf8')).toBe('60 20000\n');
  expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  const left = () => JSON.parse(readFileSync(join(second.workDir, 'meta/volume-gids.json'), 'utf8')) as { readonly volumes: unknown[] };
  // Nobody waits for it: the next agent would find the same.
  await eventually(() => left().volumes.length === 0);
});

it('lets a launch fail, in a sentence, when no group is free (A-163)', async () => {
  await withVolume({ volumeGids: '20000-20000' });
  const v2 = volumeResource('v2', 50);
  await bed.master.apply('RESERVE', reservedDisk(50));
  await bed.master.apply('CREATE', v2);
  as('nobody', 'a', 'true');
  await bed.master.untilState('a', 'TASK_FINISHED');
  as('nobody', 'b', 'true', v2);
  expect(await bed.master.untilState('b', 'TASK_FAILED')).toMatchObject({
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: expect.stringContaining('volume eng/v2 needs a group of its own, and all 1 group ids of HOLDFAST_AGENT_VOLUME_GIDS are taken'),
  });
});

it('frees at its start the groups of volumes whose directory has vanished (A-162)', async () => {
  const settings = { volumeGids: '20000-20000' };
  const first = await withVolume(settings);
  as('nobody', 'a', 'true');
  await bed.master.untilState('a', 'TASK_FINISHED');
  await bed.master.untilGone('a');
  await first.stop();
  rmSync(volumePath(first), { recursive: true });
  const second = await bed.start(settings);
  await bed.master.registration(2);
  expect(readFileSync(join(second.workDir, 'meta/volume-gids.json'), 'utf8')).toContain('"volumes": []');
});
