import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allApplied, createVolume, destroyVolume, launch, reserve, reservedDiskMb, type Scheduler } from '@holdfast/scheduler-sdk';
import { act, engDisk, gather, holder, ROLE, sharedVolume, Stage, withVolume } from '../scheduler-calls/stage.fixture';
import { outputOf, sandboxOf, verify } from './sandboxes.fixture';

const VOLUME = sharedVolume('trap', 64);

/** What a task plants in a shared volume may lead out of it; nobody who works for the agent goes there. */
describe('links in a shared volume that lead out of it', () => {
  let stage: Stage;
  let scheduler: Scheduler;
  let outside: string;

  beforeAll(async () => {
    outside = mkdtempSync(join(tmpdir(), 'holdfast-outside-'));
    writeFileSync(join(outside, 'precious'), 'precious');
    stage = await Stage.open();
    scheduler = await stage.scheduler();
  }, 60_000);
  afterAll(async () => {
    await stage.close();
    rmSync(outside, { recursive: true });
  }, 60_000);

  it('show their readers their own files only, and a DESTROY deletes the links, not what they lead to (A-138)', async () => {
    const offer = await scheduler.findOffer(() => true);
    const plant = `ln -s ${outside} data/dir; ln -s ${outside}/precious data/file; ln -s /etc/shadow data/shadow; mkdir data/deep; ln -s ../../.. data/deep/up`;
    await act(scheduler, offer, reserve(engDisk(64)), createVolume(VOLUME), launch(holder(offer, 'planter', VOLUME, plant)));
    await scheduler.untilTask('planter', ['TASK_FINISHED'], { timeoutMs: 30_000 });

    const next = await scheduler.findOffer(withVolume('trap', 64));
    // /tmp is a private one in there, and so is everything in it.
    const follow = 'cat data/file 2>/dev/null || echo nothing; echo no > data/dir/precious 2>/dev/null || echo no way';
    await act(scheduler, next, launch(holder(next, 'follower', VOLUME, follow)));
    await scheduler.untilTask('follower', ['TASK_FINISHED'], { timeoutMs: 30_000 });
    expect(outputOf(stage, scheduler, 'follower')).toBe('nothing\nno way\n');
    expect(existsSync(sandboxOf(stage, scheduler, 'follower'))).toBe(true);

    allApplied(await scheduler.accept(await gather(scheduler, withVolume('trap', 64)), [destroyVolume(VOLUME)], { refuseMs: 0 }));
    await gather(scheduler, (rest) => reservedDiskMb(rest, ROLE) === 64);
    expect(existsSync(stage.dataOf('trap'))).toBe(false);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious');
    expect(await verify(stage)).toMatchObject({ code: 0 });
  }, 60_000);
});
