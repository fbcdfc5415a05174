import type { Offer } from '@holdfast/core/offers';
import { destroyVolume, findVolume, orThrow, reservedDiskMb, unreserve, unreservedDiskMb } from '@holdfast/scheduler-sdk';
import { expectEqual } from './difference';
import { untilGone } from './files-on-disk';
import type { Player } from './player';
import { DATASET, DATASET_MB, expectHolders, RESERVED_DISK, ROLE, TASKS, volumeDir, type DatasetStage } from './stage';

const AGENT_DISK_MB = 10_240;

/** The count falls to nought, and only then the volume can be destroyed; whoever still has an offer of it loses that offer. */
export async function theLastHolder(stage: DatasetStage): Promise<void> {
  const { narrator, a, b, c, d, agentId, agentName } = stage;
  narrator.chapter(6, 'The last holder leaves, and the volume can be destroyed');

  await endTask(stage, a, TASKS.reader, [TASKS.guest, TASKS.writer]);
  await endTask(stage, b, TASKS.guest, [TASKS.writer]);
  const held = await bKeepsAnOffer(stage);
  // What the writer leaves behind is all that A can be offered: B holds the rest of the agent.
  await a.listen();
  await endTask(stage, a, TASKS.writer, []);

  await narrator.verify('A destroys the volume while B holds an offer of it', async () => {
    const offer = await a.offerOf(agentId, 'the volume', (candidate) => findVolume(candidate, 'dataset') !== undefined);
    expectEqual("B's offer is outstanding", b.scheduler.offers.includes(held), true);
    const rescinded = b.scheduler.nextRescind(held.id, { timeoutMs: 10_000 });
    const [[result]] = await Promise.all([a.accept(offer, [destroyVolume(DATASET)]), rescinded]);
    expectEqual('What was refused', result?.refusal?.message, undefined);
    return "A sends DESTROY: it succeeds, and B's offer is rescinded.";
  });

  await narrator.verify("the directory is gone from the agent's disk", async () => {
    await untilGone(volumeDir(stage, 'dataset'), { what: 'the directory to be deleted' });
    return `The directory is gone from the disk of ${agentName}.`;
  });

  await narrator.verify('the disk comes back as reserved disk, and A unreserves it', async () => {
    const offer = await a.offerOf(agentId, 'the disk of the volume', (candidate) => reservedDiskMb(candidate, ROLE) === DATASET_MB);
    expectEqual('The offer contains the volume', findVolume(offer, 'dataset') !== undefined, false);
    const [result] = await a.accept(offer, [unreserve(RESERVED_DISK)]);
    expectEqual('What was refused', result?.refusal?.message, undefined);
    await a.untilOffered('the whole disk, unreserved', (offers) => diskOf(offers, agentId) === AGENT_DISK_MB);
    return `The ${DATASET_MB} MB come back in an offer as reserved disk; A unreserves them, and all ${AGENT_DISK_MB} MB of ${agentName} are anybody's again.`;
  });

  await narrator.verify('nothing is left, and nobody saw what was not for them', async () => {
    const { volumes } = orThrow(await stage.operator.volumes(), 'asking for the volumes');
    expectEqual(
      'The volumes that are left',
      volumes.map(({ volume }) => volume),
      [],
    );
    expectEqual('Offers with the volume to C and D', [c.sightings('dataset').length, d.sightings('dataset').length], [0, 0]);
    return `No volume is left. In all of the story C got ${c.seen.length} offers and D ${d.seen.length}, none of them with the volume.`;
  });
}

async function endTask(stage: DatasetStage, owner: Player, task: string, left: readonly string[]): Promise<void> {
  await stage.narrator.verify(`the ${task} ends`, async () => {
    orThrow(await owner.scheduler.kill(task), `killing ${task}`);
    await owner.scheduler.untilTask(task, ['TASK_KILLED'], { timeoutMs: 10_000 });
    await expectHolders(stage, 'dataset', left);
    return `The ${task} ends; ${left.length === 0 ? 'nobody holds the volume any more' : `holders left: ${left.length} (${left.join(', ')})`}.`;
  });
}

async function bKeepsAnOffer({ narrator, b, agentId }: DatasetStage): Promise<Offer> {
  let held: Offer | undefined;
  await narrator.verify('B keeps an offer with the volume', async () => {
    held = await b.takeOffer(agentId, 'the volume', (offer) => findVolume(offer, 'dataset') !== undefined);
    return 'B is offered the volume and keeps the offer, unanswered.';
  });
  return held as Offer;
}

const diskOf = (offers: readonly Offer[], agentId: string): number =>
  offers.filter((offer) => offer.agentId === agentId).reduce((sum, offer) => sum + unreservedDiskMb(offer), 0);
