import { existsSync } from 'node:fs';
import type { RefusalDetails } from '@holdfast/core/base';
import { destroyVolume, findVolume } from '@holdfast/scheduler-sdk';
import { Difference, expectEqual } from './difference';
import { readIfThere, untilFile } from './files-on-disk';
import { DATASET, datasetTasks, expectHolders, statesOf, storyFile, TASKS, volumeDir, type DatasetStage } from './stage';

/** A may not destroy what three tasks hold. */
export async function destroyInUse(stage: DatasetStage): Promise<void> {
  const { narrator, a, agentId } = stage;
  narrator.chapter(4, 'Nobody can destroy it in use');

  await narrator.verify('A sends DESTROY and is refused, naming the three holders', async () => {
    const offer = await a.takeOffer(agentId, 'the volume', (candidate) => findVolume(candidate, 'dataset') !== undefined);
    const [result] = await a.accept(offer, [destroyVolume(DATASET)]);
    if (result?.refusal?.code !== 'volume_in_use')
      throw new Difference('The answer to DESTROY', result?.refusal ?? 'applied', 'volume_in_use');
    const { holders } = result.refusal.details as RefusalDetails['volume_in_use'];
    const named = holders.map(({ frameworkId, taskId }) => `${frameworkId}/${taskId}`).sort();
    expectEqual(
      'The holders that the refusal names',
      named,
      datasetTasks(stage)
        .map((pair) => pair.join('/'))
        .sort(),
    );
    return `A sends DESTROY: refused, volume_in_use, naming its holders: ${holders.map(({ taskId, mode }) => `${taskId} (${mode})`).join(', ')}.`;
  });

  await narrator.verify('nothing has changed', async () => {
    await expectHolders(stage, 'dataset', Object.values(TASKS));
    expectEqual('The states of the tasks', await statesOf(stage, datasetTasks(stage)), ['TASK_RUNNING', 'TASK_RUNNING', 'TASK_RUNNING']);
    expectEqual("The directory on the agent's disk", existsSync(volumeDir(stage, 'dataset')), true);
    const before = readIfThere(storyFile(stage)) ?? '';
    await untilFile(storyFile(stage), (text) => text.length > before.length, { what: 'the writer to go on' });
    return 'Nothing has changed: three tasks run, the data is there and grows.';
  });

  await narrator.verify('the volume is in the next offers', async () => {
    const seenBefore = a.seen.length;
    const offer = await a.takeOffer(agentId, 'the volume again', (candidate) => findVolume(candidate, 'dataset') !== undefined);
    await a.rest();
    expectEqual('It is a new offer', a.seen.indexOf(offer) >= seenBefore, true);
    return 'The volume is in the next offer to A.';
  });
}
