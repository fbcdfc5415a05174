import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxOf, useAgents, V1, volumePath, waiting } from '../agent.fixture';
import { volumeResource } from '../disks/volumes.fixture';
import { memberOf, runGroup } from '../fake-master.fixture';

const bed = useAgents();
const { withVolume } = bed;

const at = (path: string, mode: 'RW' | 'RO' = 'RW') => volumeResource('v1', 100, { path, mode });
const ended = async (...ids: readonly string[]) => {
  for (const id of ids) expect(await bed.master.untilGone(id)).toMatchObject({ cause: 'TASK_FINISHED' });
};

describe.each(['namespaces', 'plain'] as const)('a volume (%s)', (isolation) => {
  it('appears at a path that is nested, too, of which the folders are made (A-152)', async () => {
    const agent = await withVolume({ isolation });
    const task = bed.master.run({ id: 't1', line: 'touch deep/er/data/x; ls deep/er', volumes: [at('deep//er/data/')] });
    await ended('t1');
    expect(readFileSync(join(sandboxOf(agent, task), 'stdout'), 'utf8')).toBe('data\n');
    expect(readdirSync(volumePath(agent))).toEqual(['x']);
    expect(existsSync(join(sandboxOf(agent, task), 'deep/er/data/x'))).toBe(false);
  });

  it('appears for each task of a group where that one asks for it, and nowhere else (A-156, A-165, A-167)', async () => {
    const agent = await withVolume({ isolation });
    const group = runGroup([
      { id: 't1', line: 'echo from-t1 > one/said; while [ ! -e one/heard ]; do sleep 0.01; done; test ! -e other', volumes: [at('one')] },
      {
        id: 't2',
        line: 'until grep -q from-t1 other/place/said; do sleep 0.01; done; touch other/place/heard; test ! -e one',
        volumes: [at('other/place')],
      },
    ]);
    bed.master.send(group);
    await ended('t1', 't2');
    expect(readdirSync(volumePath(agent)).sort()).toEqual(['heard', 'said']);
  });

  it('stays with the task of a group that goes on when another one with it is over (A-155, A-166)', async () => {
    const agent = await withVolume({ isolation });
    const group = runGroup([
      { id: 't1', line: 'touch data/first', volumes: [at('data')] },
      { id: 't2', line: `${waiting().replace('; exit 0', '')}; touch own/second`, volumes: [at('own')] },
    ]);
    bed.master.send(group);
    await bed.master.untilState('t2', 'TASK_RUNNING');
    await ended('t1');
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use', message: expect.stringContaining('task t2') });
    writeFileSync(join(sandboxOf(agent, memberOf(group, 1)), 'go'), '');
    await ended('t2');
    expect(readdirSync(volumePath(agent)).sort()).toEqual(['first', 'second']);
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  });
});

it('a volume is for each task what that one asks for: to write to, or only to read (A-153, A-156)', async () => {
  const agent = await withVolume({ isolation: 'namespaces' });
  const group = runGroup([
    { id: 'writer', line: 'touch data/x; while [ ! -e data/done ]; do sleep 0.01; done', volumes: [at('data')] },
    {
      id: 'reader',
      line: `while [ ! -e data/x ]; do sleep 0.01; done; ! touch data/y; ${waiting()}`,
      volumes: [at('data', 'RO')],
    },
  ]);
  bed.master.send(group);
  await bed.master.untilState('reader', 'TASK_RUNNING');
  writeFileSync(join(sandboxOf(agent, memberOf(group, 1)), 'go'), '');
  await ended('reader');
  writeFileSync(join(volumePath(agent), 'done'), '');
  await ended('writer');
  expect(readdirSync(volumePath(agent)).sort()).toEqual(['done', 'x']);
});

describe('the link of a task without namespaces', () => {
  async function left(line: string) {
    const first = await withVolume({ isolation: 'plain', stopTasks: false });
    const task = bed.master.run({ id: 't1', line, volumes: [at('deep/data')] });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    await first.stop();
    const sandbox = sandboxOf(first, task);
    return { agent: await bed.start({ isolation: 'plain' }), sandbox, link: join(sandbox, 'deep/data') };
  }

  it('leads to its volume under the next agent, too, and is taken away by that (A-150, A-154, A-157)', async () => {
    const { agent, sandbox, link } = await left(`${waiting().replace('; exit 0', '')}; touch deep/data/x`);
    expect(readlinkSync(link)).toBe(volumePath(agent));
    writeFileSync(join(sandbox, 'go'), '');
    await ended('t1');
    expect(existsSync(link)).toBe(false);
    expect(readdirSync(volumePath(agent))).toEqual(['x']);
  });

  it('is left alone by the next agent where the task has put something else in its place (A-157)', async () => {
    const { agent, sandbox, link } = await left(`touch deep/data/x; rm deep/data; ln -s /etc deep/data; ${waiting()}`);
    writeFileSync(join(sandbox, 'go'), '');
    await ended('t1');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(volumePath(agent))).toEqual(['x']);
  });
});
