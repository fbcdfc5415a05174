import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RefusalDetails } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';
import { scalar, type Resource } from '@holdfast/core/resources';
import {
  allApplied,
  createVolume,
  destroyVolume,
  findVolume,
  launch,
  persistentVolume,
  reserve,
  reserved,
  task,
  unreserve,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { act, gather, ROLE, sizeMb, Stage } from '../scheduler-calls/stage.fixture';
import { diskOf, KINDS, makeThreeDisks, type DiskKind, type ThreeDisks } from './disks.fixture';
import { outputOf, verify } from './sandboxes.fixture';

/** Of the size to reserve: a MOUNT disk goes as a whole. */
const SIZE_MB: Readonly<Record<DiskKind, number>> = { root: 64, PATH: 64, MOUNT: 32 };

/** One volume, made, shared, written, read, kept and deleted, by real processes in real mounts, on each kind of disk. */
describe('a shared volume', () => {
  let disks: ThreeDisks;
  let stage: Stage;
  let scheduler: Scheduler;

  beforeAll(async () => {
    disks = makeThreeDisks();
    stage = await Stage.open({ resources: disks.resources });
    scheduler = await stage.scheduler();
  }, 60_000);
  afterAll(async () => {
    await stage.close();
    disks.remove();
  }, 60_000);

  const plainDisk = (offer: Offer, kind: DiskKind): Resource => ({ ...diskOf(offer, kind), ...scalar('disk', SIZE_MB[kind]) });
  const small = (id: string, agentId: string, command: string, volume: Resource, mode: 'RW' | 'RO', containerPath: string) =>
    task({ id, agentId, cpus: 0.1, memMb: 32, command, volumes: [{ volume, mode, containerPath }], killGraceMs: 100 });

  it.each(KINDS)(
    'on a %s disk: two tasks of one ACCEPT see it at their own paths with their own rights (A-130…A-132, A-138, A-153, A-156, A-195)',
    async (kind) => {
      const [id, writer, reader] = [`on-${kind}`, `writer-${kind}`, `reader-${kind}`];
      const hasVolume = (offer: Offer) => sizeMb(findVolume(offer, id)) === SIZE_MB[kind];
      const whole = await gather(scheduler, (offer) => diskOf(offer, kind) !== undefined);
      const disk = reserved(plainDisk(whole, kind), { role: ROLE });
      const volume = persistentVolume(disk, { id, shared: true, containerPath: 'data' });
      const read = [
        'until [ -s deep/in/here/greeting ]; do sleep 0.02; done',
        'cat deep/in/here/greeting',
        'touch deep/in/here/other 2>/dev/null || echo read-only',
        // Neither the other path nor the disk itself can be got at.
        `ls data ${disks.pathOf(kind, stage.cluster.ready.agents[0]?.workDir ?? '', ROLE, id)}/greeting 2>/dev/null || echo nothing else`,
      ];
      const results = await act(
        scheduler,
        whole,
        reserve(disk),
        createVolume(volume),
        launch(
          small(writer, whole.agentId, 'echo hello > data/greeting; exec sleep 600', volume, 'RW', 'data'),
          small(reader, whole.agentId, read.join('; '), volume, 'RO', 'deep/in/here'),
        ),
      );
      expect(results.map(({ refusal }) => refusal?.message)).toEqual([undefined, undefined, undefined]);
      expect(await scheduler.untilTask(reader, ['TASK_FINISHED', 'TASK_FAILED'], { timeoutMs: 30_000 })).toMatchObject({
        state: 'TASK_FINISHED',
      });
      expect(outputOf(stage, scheduler, reader)).toBe('hello\nread-only\nnothing else\n');
      const path = disks.pathOf(kind, stage.cluster.ready.agents[0]?.workDir ?? '', ROLE, id);
      expect(readFileSync(join(path, 'greeting'), 'utf8')).toBe('hello\n');

      const [refused] = await act(scheduler, await gather(scheduler, hasVolume), destroyVolume(volume));
      expect(refused?.refusal?.code).toBe('volume_in_use');
      const { holders } = refused?.refusal?.details as RefusalDetails['volume_in_use'];
      expect(holders.map(({ taskId, mode }) => [taskId, mode])).toEqual([[writer, 'RW']]);
      expect(existsSync(join(path, 'greeting'))).toBe(true);

      await scheduler.kill(writer);
      await scheduler.untilTask(writer, ['TASK_KILLED']);
      allApplied(await scheduler.accept(await gather(scheduler, hasVolume), [destroyVolume(volume)], { refuseMs: 0 }));
      const back = await gather(scheduler, (offer) => diskOf(offer, kind, ROLE) !== undefined);
      expect(existsSync(join(path, 'greeting'))).toBe(false);
      // The root of a MOUNT disk stays.
      expect(existsSync(path)).toBe(kind === 'MOUNT');
      allApplied(await scheduler.accept(back, [unreserve(disk)], { refuseMs: 0 }));
      expect(await verify(stage)).toMatchObject({ code: 0 });
    },
    90_000,
  );
});
