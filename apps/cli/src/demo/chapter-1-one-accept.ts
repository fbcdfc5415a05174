import { createVolume, findVolume, firstRefusal, launch, reserve, task, unreservedDiskMb } from '@holdfast/scheduler-sdk';
import { Difference, expectEqual } from './difference';
import { readIfThere, untilFile } from './files-on-disk';
import {
  DATASET,
  DATASET_MB,
  expectHolders,
  onAgent,
  outputOf,
  RESERVED_DISK,
  statesOf,
  STORY_FILE,
  storyFile,
  TASKS,
  volumeDir,
  type DatasetStage,
  type Stage,
} from './stage';

const WRITER = `n=0; while :; do n=$((n + 1)); echo "line $n" >> dataset/${STORY_FILE}; sleep 0.2; done`;
/** Prints the file as it grows. */
const READER = `until [ -f dataset/${STORY_FILE} ]; do sleep 0.1; done; exec tail -n +1 -f dataset/${STORY_FILE}`;

/** A reserves disk, makes a shared volume of it and launches two tasks on it, in one ACCEPT. */
export async function oneAccept(stage: Stage): Promise<DatasetStage> {
  const { narrator, a } = stage;
  narrator.chapter(1, 'One volume, two tasks, one ACCEPT');

  await a.listen();
  const offer = await a.scheduler.findOffer((candidate) => unreservedDiskMb(candidate) >= DATASET_MB, {
    timeoutMs: 10_000,
    what: 'A to be offered a whole agent',
  });
  await a.rest(offer);
  const on = onAgent(stage, offer.agentId);
  const small = { agentId: offer.agentId, cpus: 0.5, memMb: 64, killGraceMs: 1000 };

  await narrator.verify('A reserves disk, creates a shared volume and launches two tasks in one ACCEPT', async () => {
    const results = await a.accept(offer, [
      reserve(RESERVED_DISK),
      createVolume(DATASET),
      launch(
        task({ ...small, id: TASKS.writer, command: WRITER, volumes: [{ volume: DATASET, mode: 'RW' }] }),
        task({ ...small, id: TASKS.reader, command: READER, volumes: [{ volume: DATASET, mode: 'RW' }] }),
      ),
    ]);
    expectEqual('What was refused', firstRefusal(results)?.message, undefined);
    expectEqual(
      'The results, one per operation',
      results.map(({ type }) => type),
      ['RESERVE', 'CREATE', 'LAUNCH'],
    );
    expectEqual(
      'The results of the tasks',
      results[2]?.tasks.map(({ taskId }) => taskId),
      [TASKS.writer, TASKS.reader],
    );
    if (findVolume(offer, 'dataset')) throw new Difference('The volume was offered before it was created', 'offered', 'not offered');
    return `A reserved ${DATASET_MB} MB on ${on.agentName}, created the shared volume "dataset" and launched a writer and a reader on it: one ACCEPT, every result applied.`;
  });

  await narrator.verify('both tasks run and hold the volume', async () => {
    for (const id of [TASKS.writer, TASKS.reader]) await a.scheduler.untilTask(id, ['TASK_RUNNING'], { timeoutMs: 10_000 });
    await expectHolders(on, 'dataset', [TASKS.reader, TASKS.writer]);
    return 'Both tasks run; the ledger names both as holders of the volume.';
  });

  await narrator.verify("what the writer writes is in the volume's directory on the agent's disk", async () => {
    await untilFile(storyFile(on), (text) => text.startsWith('line 1\n') && text.includes('line 3\n'), { what: 'the writer to write' });
    return `What the writer writes is on the disk of ${on.agentName}: ${volumeDir(on, 'dataset')}/${STORY_FILE}`;
  });

  await narrator.verify('the reader reads what the writer wrote while both run', async () => {
    const [reader] = await expectHolders(on, 'dataset', [TASKS.reader, TASKS.writer]);
    if (reader === undefined) throw new Difference('The holders', 'none', 'the reader');
    const read = await untilFile(outputOf(on, reader), (text) => text.includes('line 5\n'), { what: 'the reader to print what it reads' });
    const written = readIfThere(storyFile(on)) ?? '';
    expectEqual('What the reader printed is what the writer wrote', written.startsWith(read.slice(0, read.lastIndexOf('\n') + 1)), true);
    expectEqual(
      'The states',
      await statesOf(stage, [
        [a.id, TASKS.writer],
        [a.id, TASKS.reader],
      ]),
      ['TASK_RUNNING', 'TASK_RUNNING'],
    );
    return `The reader has printed ${read.trimEnd().split('\n').length} lines, each as the writer wrote it, while both were running.`;
  });
  return on;
}
