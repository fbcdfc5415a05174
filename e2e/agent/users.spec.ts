import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Offer } from '@holdfast/core/offers';
import type { TaskInfo } from '@holdfast/core/tasks';
import { createVolume, launch, offeredCpus, reserve, type Scheduler } from '@holdfast/scheduler-sdk';
import { act, engDisk, gather, holder, sharedVolume, Stage, withVolume } from '../scheduler-calls/stage.fixture';
import { outputOf, untilPrinted } from './sandboxes.fixture';

const VOLUME = sharedVolume('common', 64);
const GIDS = '10000-10009';

/** Users that every Linux has and that may do nothing of note. */
const [ONE, OTHER] = ['daemon', 'nobody'];

/** Tasks of users who have nothing in common but a volume. */
describe('a volume that tasks of two unprivileged users share', () => {
  let stage: Stage;
  let scheduler: Scheduler;

  beforeAll(async () => {
    stage = await Stage.open({ env: { HOLDFAST_AGENT_VOLUME_GIDS: GIDS } });
    scheduler = await stage.scheduler();
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  const as = (user: string, offer: Offer, id: string, line: string): TaskInfo => {
    const info = holder(offer, id, VOLUME, line);
    return { ...info, command: { shell: true, value: line, args: [], environment: [], user } };
  };

  it('is written by both, in each other’s directories too, by the group that the volume has (A-158, A-160, A-161)', async () => {
    const offer = await scheduler.findOffer(() => true);
    const first =
      'id -un; mkdir data/made && echo one > data/made/one && touch data/ready; until [ -s data/made/two ]; do sleep 0.02; done; cat data/made/two';
    const second = 'id -un; until [ -e data/ready ]; do sleep 0.02; done; cat data/made/one; echo two > data/made/two';
    await act(
      scheduler,
      offer,
      reserve(engDisk(64)),
      createVolume(VOLUME),
      launch(as(ONE, offer, 'first', first), as(OTHER, offer, 'second', second)),
    );
    for (const id of ['first', 'second'])
      expect(await scheduler.untilTask(id, ['TASK_FINISHED', 'TASK_FAILED'], { timeoutMs: 30_000 })).toMatchObject({
        state: 'TASK_FINISHED',
      });
    expect(outputOf(stage, scheduler, 'first')).toBe(`${ONE}\ntwo\n`);
    expect(outputOf(stage, scheduler, 'second')).toBe(`${OTHER}\none\n`);
    const { gid, mode } = statSync(stage.dataOf('common'));
    expect([gid, (mode & 0o2070).toString(8)]).toEqual([10_000, '2070']);
  }, 60_000);

  it('shows them neither the sandbox of the other, nor the work directory of the agent; becoming root in a namespace of its own does not help', async () => {
    const hasRoom = (rest: Offer) => offeredCpus(rest) >= 1 && withVolume('common', 64)(rest);
    const offer = await gather(scheduler, hasRoom);
    await act(scheduler, offer, launch(as(ONE, offer, 'victim', 'echo secret > own; echo there; exec sleep 600')));
    await scheduler.untilTask('victim', ['TASK_RUNNING']);
    await untilPrinted(stage, scheduler, 'victim', (text) => text === 'there\n');
    const workDir = stage.cluster.ready.agents[0]?.workDir ?? '';
    const line = [
      `cat ${join(workDir, 'sandboxes', scheduler.frameworkId)}/victim/*/own`,
      `ls ${join(workDir, 'meta')}`,
      `ls ${join(workDir, 'volumes')}`,
      'touch /holdfast-was-here',
      `unshare --map-root-user --mount sh -c 'umount -R ${workDir}; cat ${join(workDir, 'sandboxes', scheduler.frameworkId)}/victim/*/own'`,
      'grep NoNewPrivs:.1 /proc/self/status',
    ].join(' 2>/dev/null; ');
    const next = await gather(scheduler, hasRoom);
    await act(scheduler, next, launch(as(OTHER, next, 'nosy', `{ ${line}; } 2>/dev/null`)));
    await scheduler.untilTask('nosy', ['TASK_FINISHED', 'TASK_FAILED'], { timeoutMs: 30_000 });
    expect(outputOf(stage, scheduler, 'nosy')).toBe('NoNewPrivs:\t1\n');
    await scheduler.kill('victim');
    await scheduler.untilTask('victim', ['TASK_KILLED']);
  }, 60_000);
});
