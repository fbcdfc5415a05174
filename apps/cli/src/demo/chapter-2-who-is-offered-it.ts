import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Holder, TaskId } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';
import {
  createVolume,
  disk,
  findVolume,
  firstRefusal,
  launch,
  offeredCpus,
  persistentVolume,
  reserve,
  reserved,
  task,
  unreserve,
} from '@holdfast/scheduler-sdk';
import { Difference, expectEqual } from './difference';
import { untilFile } from './files-on-disk';
import { canMountReadOnly } from './machine';
import { expectHolders, outputOf, ROLE, STORY_FILE, TASKS, volumeDir, type DatasetStage } from './stage';

/** Tries to write, reads, and stays. */
const GUEST = [
  `if echo intruder > dataset/by-guest.txt; then echo "write: done"; else echo "write: failed"; fi`,
  `echo "read: $(head -n 1 dataset/${STORY_FILE})"`,
  'exec sleep 3600',
].join('; ');

/** B, of the same role, joins in; C cannot take shared volumes; D is of another role. */
export async function whoIsOfferedIt(stage: DatasetStage): Promise<void> {
  stage.narrator.chapter(2, 'Who is offered the volume while it is in use');
  const offer = await bIsOfferedIt(stage);
  if (canMountReadOnly()) await guestReadsOnly(stage, offer);
  else await guestWithoutReadOnly(stage, offer);
  await cIsOfferedTheRest(stage);
  await cMayNotShare(stage);
  await dNeverSeesIt(stage);
}

async function bIsOfferedIt(stage: DatasetStage): Promise<Offer> {
  const { narrator, b, agentId } = stage;
  let taken: Offer | undefined;
  await narrator.verify('B, of the same role, is offered the volume while it is in use', async () => {
    taken = await b.takeOffer(agentId, 'the volume', (offer) => findVolume(offer, 'dataset') !== undefined);
    expectEqual('The copies of the volume in one offer', taken.resources.toCopies().filter((one) => one.disk?.persistence).length, 1);
    expectEqual('It is marked as shared', findVolume(taken, 'dataset')?.shared, true);
    await expectHolders(stage, 'dataset', [TASKS.reader, TASKS.writer]);
    return 'B, of the same role, is offered the volume although two tasks hold it.';
  });
  return taken as Offer;
}

async function guestReadsOnly(stage: DatasetStage, offer: Offer): Promise<void> {
  const { narrator, b } = stage;
  await narrator.verify('B launches a third task on the volume, read-only', async () => {
    await launchGuest(stage, offer, TASKS.guest, 'RO');
    await b.scheduler.untilTask(TASKS.guest, ['TASK_RUNNING'], { timeoutMs: 10_000 });
    const { mode } = await guestOf(stage);
    expectEqual('The mode in which the guest holds the volume', mode, 'RO');
    return 'B launches a third task on the volume, a guest, read-only: three holders, of two frameworks.';
  });
  await narrator.verify("the guest's attempt to write fails and its reads succeed", async () => {
    const output = await untilFile(outputOf(stage, await guestOf(stage)), (text) => text.includes('read:'), {
      what: 'the guest to report',
    });
    expectEqual('What the guest reports', output.trimEnd().split('\n'), ['write: failed', 'read: line 1']);
    expectEqual('A file of the guest in the volume', existsSync(join(volumeDir(stage, 'dataset'), 'by-guest.txt')), false);
    return "The guest's attempt to write fails (read-only file system), and it reads what the writer wrote.";
  });
}

/** Where the agent cannot mount, it must refuse read-only rather than ignore it; the story goes on with a guest that may write. */
async function guestWithoutReadOnly(stage: DatasetStage, offer: Offer): Promise<void> {
  const { narrator, b, agentId } = stage;
  await narrator.verify('read-only is refused where it cannot be enforced', async () => {
    await launchGuest(stage, offer, 'guest-read-only', 'RO');
    const status = await b.scheduler.untilTask('guest-read-only', ['TASK_FAILED', 'TASK_ERROR', 'TASK_DROPPED', 'TASK_LOST'], {
      timeoutMs: 10_000,
    });
    return `This machine cannot enforce a read-only mount (that takes root on Linux), and the agent refuses the task rather than ignore it: ${status.message ?? status.state}`;
  });
  await narrator.verify('B launches a third task on the volume', async () => {
    const again = await b.takeOffer(agentId, 'the volume', (candidate) => findVolume(candidate, 'dataset') !== undefined);
    await launchGuest(stage, again, TASKS.guest, 'RW');
    await b.scheduler.untilTask(TASKS.guest, ['TASK_RUNNING'], { timeoutMs: 10_000 });
    await untilFile(outputOf(stage, await guestOf(stage)), (text) => text.includes('read: line 1'), { what: 'the guest to report' });
    return 'B launches a third task on the volume, a guest, which reads what the writer wrote: three holders, of two frameworks.';
  });
}

async function launchGuest({ b, agentId }: DatasetStage, offer: Offer, id: TaskId, mode: 'RO' | 'RW'): Promise<void> {
  const volume = findVolume(offer, 'dataset');
  if (volume === undefined) throw new Difference('The offer', 'without the volume', 'with the volume');
  const results = await b.accept(offer, [
    launch(task({ id, agentId, cpus: 0.5, memMb: 64, killGraceMs: 1000, command: GUEST, volumes: [{ volume, mode }] })),
  ]);
  expectEqual('What was refused', firstRefusal(results)?.message, undefined);
}

async function guestOf(stage: DatasetStage): Promise<Holder> {
  const holders = await expectHolders(stage, 'dataset', Object.values(TASKS));
  const guest = holders.find(({ taskId }) => taskId === TASKS.guest);
  if (guest === undefined) throw new Difference('The holders', holders, 'the guest among them');
  return guest;
}

async function cIsOfferedTheRest({ narrator, c, agentId, agentName }: DatasetStage): Promise<void> {
  await narrator.verify('C is offered the same agent without the volume', async () => {
    await c.listen();
    const offer = await c.offerOf(agentId, 'the same agent');
    expectEqual('The offer contains the volume', findVolume(offer, 'dataset') !== undefined, false);
    await c.rest(offer);
    return `C, of the same role but without the capability SHARED_RESOURCES, is offered the rest of ${agentName} (${offeredCpus(offer)} cpus left), without the volume.`;
  });
}

async function cMayNotShare({ narrator, c, agentId }: DatasetStage): Promise<void> {
  await narrator.verify('C may not create a shared volume', async () => {
    const offer = await c.offerOf(agentId, 'the same agent');
    const own = reserved(disk(64), { role: ROLE });
    const results = await c.accept(offer, [
      reserve(own),
      createVolume(persistentVolume(own, { id: 'c-shares', shared: true })),
      unreserve(own),
    ]);
    expectEqual(
      'The results of RESERVE, CREATE and UNRESERVE',
      results.map(({ refusal }) => refusal?.code ?? 'applied'),
      ['applied', 'capability_missing', 'applied'],
    );
    return `C's CREATE of a shared volume is refused: "${results[1]?.refusal?.message}"`;
  });
}

async function dNeverSeesIt({ narrator, d, agentId, agentName }: DatasetStage): Promise<void> {
  await narrator.verify('D, of another role, never sees the volume', async () => {
    await d.takeOffer(agentId, 'the same agent');
    await d.rest();
    expectEqual('Its offers with the volume', d.sightings('dataset').length, 0);
    return `D, of the role ${d.role}, is offered the rest of ${agentName}, too, and does not see the volume, though it takes shared ones.`;
  });
}
