import {
  createVolume,
  destroyVolume,
  disk,
  findVolume,
  firstRefusal,
  launch,
  persistentVolume,
  reserve,
  reserved,
  reservedDiskMb,
  task,
  unreserve,
} from '@holdfast/scheduler-sdk';
import { expectEqual } from './difference';
import { expectHolders, ROLE, type DatasetStage } from './stage';

const PRIVATE_MB = 512;
const PRIVATE_DISK = reserved(disk(PRIVATE_MB), { role: ROLE });
const PRIVATE = persistentVolume(PRIVATE_DISK, { id: 'private' });
const HERMIT = 'hermit';

/** A volume that is not shared is nobody else's while a task uses it. */
export async function notShared(stage: DatasetStage): Promise<void> {
  const { narrator, a, b, c, d, agentId } = stage;
  narrator.chapter(3, 'For comparison: a volume that is not shared');
  const players = [a, b, c, d];
  let seenBefore: readonly number[] = [];

  await narrator.verify('A creates a volume that is not shared and runs a task on it', async () => {
    const offer = await a.takeOffer(agentId, 'enough disk', (candidate) => findVolume(candidate, 'dataset') !== undefined);
    const results = await a.accept(offer, [
      reserve(PRIVATE_DISK),
      createVolume(PRIVATE),
      launch(
        task({
          id: HERMIT,
          agentId,
          cpus: 0.5,
          memMb: 64,
          killGraceMs: 1000,
          command: 'exec sleep 3600',
          volumes: [{ volume: PRIVATE, mode: 'RW' }],
        }),
      ),
    ]);
    seenBefore = players.map(({ seen }) => seen.length);
    expectEqual('What was refused', firstRefusal(results)?.message, undefined);
    await a.scheduler.untilTask(HERMIT, ['TASK_RUNNING'], { timeoutMs: 10_000 });
    await expectHolders(stage, 'private', [HERMIT]);
    return `A creates "private", ${PRIVATE_MB} MB and not shared, and runs a task on it.`;
  });

  await narrator.verify('no offer contains it while the task runs', async () => {
    for (const player of [a, b, c]) {
      const isShared = player !== c;
      const offer = await player.takeOffer(
        agentId,
        'the same agent',
        (candidate) => (findVolume(candidate, 'dataset') !== undefined) === isShared,
      );
      await player.rest();
      expectEqual(`"private" in the offer to ${player.name}`, findVolume(offer, 'private') !== undefined, false);
    }
    const sightings = players.map((player, index) => player.sightings('private', seenBefore[index]).length);
    expectEqual('Offers with "private" to A, B, C and D', sightings, [0, 0, 0, 0]);
    return 'While the task runs, A, B and C are offered the same agent without "private"; "dataset" comes to A and B as before.';
  });

  await narrator.verify('it is offered again once the task has ended', async () => {
    await a.scheduler.kill(HERMIT);
    await a.scheduler.untilTask(HERMIT, ['TASK_KILLED'], { timeoutMs: 10_000 });
    const offer = await a.takeOffer(agentId, '"private"', (candidate) => findVolume(candidate, 'private') !== undefined);
    const [destroyed] = await a.accept(offer, [destroyVolume(PRIVATE)]);
    expectEqual('What was refused', destroyed?.refusal?.message, undefined);
    const leftover = await a.takeOffer(agentId, 'the disk of "private"', (candidate) => reservedDiskMb(candidate, ROLE) === PRIVATE_MB);
    const [unreserved] = await a.accept(leftover, [unreserve(PRIVATE_DISK)]);
    expectEqual('What was refused', unreserved?.refusal?.message, undefined);
    return 'As soon as the task has ended, "private" is in an offer to A, which destroys it and unreserves its disk.';
  });
}
