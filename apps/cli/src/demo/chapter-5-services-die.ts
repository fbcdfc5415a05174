import { setTimeout as pause } from 'node:timers/promises';
import type { Holder } from '@holdfast/core/base';
import { findVolume } from '@holdfast/scheduler-sdk';
import { Difference, expectEqual } from './difference';
import { readIfThere, untilFile } from './files-on-disk';
import { datasetTasks, holdersOf, statesOf, storyFile, type DatasetStage } from './stage';

const COME_BACK_MS = 15_000;
const ASK_AGAIN_MS = 50;

/** Registry and allocator are killed; what runs and who holds what is not touched. */
export async function servicesDie(stage: DatasetStage): Promise<void> {
  const { narrator, cluster, b, agentId } = stage;
  narrator.chapter(5, 'kill -9 on the services that decide');
  const before = await holdersOf(stage, 'dataset');

  await narrator.verify('the volume registry is killed and started again', async () => {
    const [killed, started] = await killAndAwait(stage, 'volume-registry', cluster.ready.pids.volumeRegistry);
    return `kill -9 on the volume registry (process ${killed}); the supervisor has started it again (process ${started}).`;
  });
  await narrator.verify('tasks keep running and the three holders are still there', async () => {
    await expectAllAsBefore(stage, before);
    return 'The three tasks kept running; the three holders are still in the ledger, as they were.';
  });

  await narrator.verify('the allocator is killed and started again', async () => {
    const [killed, started] = await killAndAwait(stage, 'allocator', cluster.ready.pids.allocator);
    return `kill -9 on the allocator (process ${killed}); the supervisor has started it again (process ${started}).`;
  });
  await narrator.verify('tasks keep running, and offers resume', async () => {
    await expectAllAsBefore(stage, before);
    const seenBefore = b.seen.length;
    const offer = await b.takeOffer(agentId, 'the volume again', (candidate) => findVolume(candidate, 'dataset') !== undefined);
    await b.rest();
    expectEqual('It is a new offer', b.seen.indexOf(offer) >= seenBefore, true);
    return 'The three tasks kept running, the three holders are still there, and offers resume: B is offered the volume again.';
  });
}

async function killAndAwait({ cluster }: DatasetStage, name: string, pid: number): Promise<readonly [killed: number, started: number]> {
  process.kill(pid, 'SIGKILL');
  const timeout = AbortSignal.timeout(COME_BACK_MS);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(new Error(`${name} was not back within ${COME_BACK_MS / 1000} s of its kill.`)), {
      once: true,
    });
  });
  return [pid, await Promise.race([cluster.untilRestarted(name, pid), late])];
}

async function expectAllAsBefore(stage: DatasetStage, before: readonly Holder[]): Promise<void> {
  const written = readIfThere(storyFile(stage)) ?? '';
  const holders = await holdersOnceAnswered(stage);
  const launches = (list: readonly Holder[]) => list.map(({ taskId, launchId, mode, state }) => ({ taskId, launchId, mode, state }));
  expectEqual('The holders', launches(holders), launches(before));
  expectEqual('The states of the tasks', await statesOf(stage, datasetTasks(stage)), ['TASK_RUNNING', 'TASK_RUNNING', 'TASK_RUNNING']);
  await untilFile(storyFile(stage), (text) => text.length > written.length, { what: 'the writer to go on' });
}

/** The master may need a moment to find the registry again; until then it answers that the ledger cannot be reached. */
async function holdersOnceAnswered(stage: DatasetStage): Promise<readonly Holder[]> {
  const deadlineMs = Date.now() + COME_BACK_MS;
  for (;;) {
    stage.ending.throwIfAborted();
    try {
      return await holdersOf(stage, 'dataset');
    } catch (error) {
      if (Date.now() > deadlineMs) throw new Difference('The list of holders', String(error), 'an answer');
      await pause(ASK_AGAIN_MS);
    }
  }
}
