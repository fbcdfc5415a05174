import type { Offer } from '@holdfast/core/offers';
import {
  allApplied,
  awaitEvent,
  createVolume,
  defaultExecutor,
  destroyVolume,
  launchGroup,
  mem,
  orThrow,
  reserve,
  reservedDiskMb,
  task,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { act, engDisk, gather, holder, inWords, ROLE, sharedVolume, Stage, withVolume } from './stage.fixture';

const dataset = sharedVolume('dataset', 256);
const hasDataset = withVolume('dataset', 256);

/** Task groups whose members share a volume of which one copy is offered (A-070, mended). */
describe('a task group on one shared volume', () => {
  let stage: Stage;
  let scheduler: Scheduler;
  /** All of the agent, with the volume and nothing running. */
  let whole: string;
  const failed: string[] = [];

  beforeAll(async () => {
    stage = await Stage.open();
    scheduler = await stage.scheduler();
    scheduler.on('failed', ({ executorId }) => failed.push(executorId ?? ''));
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  const nextEnd = (executorId: string) =>
    awaitEvent(scheduler, 'failed', (failure) => (failure.executorId === executorId ? failure : undefined), { timeoutMs: 30_000 });
  const group = (offer: Offer, id: string, ...members: readonly string[]) =>
    launchGroup(defaultExecutor({ id, cpus: 0.5, memMb: 64 }), ...members.map((member) => holder(offer, member, dataset)));
  const start = async (id: string, ...members: readonly string[]) => {
    const offer = await scheduler.findOffer(hasDataset);
    allApplied(await scheduler.accept(offer, [group(offer, id, ...members)], { refuseMs: 0 }));
    for (const member of members) await scheduler.untilTask(member, ['TASK_RUNNING']);
  };
  const offerOfAll = () => gather(scheduler, (offer) => inWords(offer) === whole);

  it('each sees what the other writes, in the ACCEPT that makes the volume; the executor ends with the last of them (A-061, A-070)', async () => {
    const offer = await scheduler.findOffer(() => true);
    const meet = (mine: string, other: string) => `touch data/${mine}; until [ -e data/${other} ]; do sleep 0.05; done`;
    const ended = nextEnd('meeting');
    const operations = [
      reserve(engDisk(256)),
      createVolume(dataset),
      launchGroup(
        defaultExecutor({ id: 'meeting' }),
        holder(offer, 'm1', dataset, meet('m1', 'm2')),
        holder(offer, 'm2', dataset, meet('m2', 'm1')),
      ),
    ];
    allApplied(await scheduler.accept(offer, operations, { refuseMs: 0 }));
    for (const id of ['m1', 'm2']) expect(await scheduler.untilTask(id, ['TASK_FINISHED'])).toMatchObject({ executorId: 'meeting' });
    await ended;
    const cpus = offer.resources.scalarMilli('cpus');
    whole = inWords(await gather(scheduler, (later) => hasDataset(later) && later.resources.scalarMilli('cpus') === cpus));
  }, 60_000);

  it('both hold it: a DESTROY is refused and names both (A-039, A-070)', async () => {
    await start('pod', 'a', 'b');
    expect(await stage.holders('dataset')).toEqual(['a', 'b']);
    const [refused] = await act(scheduler, await scheduler.findOffer(hasDataset), destroyVolume(dataset));
    expect(refused?.refusal).toMatchObject({ code: 'volume_in_use', message: expect.stringMatching(/task a .*task b |task b .*task a /) });
  }, 60_000);

  it('goes on, the very same processes, through kill -9 of the agent (A-180)', async () => {
    const pids = await Promise.all(['a', 'b'].map((id) => stage.untilProcessesOf(id)));
    await stage.killAgent(scheduler);
    await scheduler.findOffer(hasDataset);
    expect(['a', 'b'].map((id) => stage.processesOf(id))).toEqual(pids);
    expect(await stage.holders('dataset')).toEqual(['a', 'b']);
    const told = ['a', 'b'].map((id) =>
      awaitEvent(scheduler, 'updated', (status) =>
        status.taskId === id && status.reason === 'REASON_RECONCILIATION' ? status.state : undefined,
      ),
    );
    orThrow(await scheduler.reconcile(['a', 'b'].map((taskId) => ({ taskId }))));
    expect(await Promise.all(told)).toEqual(['TASK_RUNNING', 'TASK_RUNNING']);
    expect(failed).toEqual(['meeting']);
  }, 60_000);

  it('ends as a whole when one of its tasks is killed; then all that it took is offered again (D-058)', async () => {
    const ended = nextEnd('pod');
    orThrow(await scheduler.kill('a'));
    await ended;
    for (const id of ['a', 'b']) await scheduler.untilTask(id, ['TASK_KILLED']);
    expect(await stage.holders('dataset')).toEqual([]);
    for (const id of ['a', 'b']) expect(stage.processesOf(id)).toEqual([]);
    await offerOfAll();
  }, 60_000);

  it('ends as a whole by SHUTDOWN of its executor', async () => {
    await start('closing', 'c', 'd');
    const ended = nextEnd('closing');
    orThrow(await scheduler.shutdownExecutor(stage.agentId, 'closing'));
    await ended;
    for (const id of ['c', 'd']) await scheduler.untilTask(id, ['TASK_KILLED']);
    expect(await stage.holders('dataset')).toEqual([]);
    await offerOfAll();
  }, 60_000);

  it('starts nothing if one of its tasks asks too much, and says so of every one; a LAUNCH_GROUP beside it starts (B-071, B-074)', async () => {
    const offer = await offerOfAll();
    const greedy = task({ id: 'greedy', agentId: offer.agentId, cpus: 0.1, memMb: 32, resources: [mem(1_000_000)], command: 'sleep 600' });
    const results = await act(
      scheduler,
      offer,
      launchGroup(defaultExecutor({ id: 'hopeless' }), holder(offer, 'modest', dataset), greedy),
      group(offer, 'fine', 'e', 'f'),
    );
    const codes = results.map(({ tasks }) => tasks.map(({ refusal }) => refusal?.code));
    expect(codes).toEqual([
      ['insufficient_resources', 'insufficient_resources'],
      [undefined, undefined],
    ]);
    for (const id of ['modest', 'greedy']) {
      expect(await scheduler.untilTask(id, ['TASK_ERROR'])).toMatchObject({ reason: 'REASON_TASK_GROUP_INVALID' });
    }
    for (const id of ['e', 'f']) await scheduler.untilTask(id, ['TASK_RUNNING']);
    expect(await stage.holders('dataset')).toEqual(['e', 'f']);
    expect(stage.processesOf('modest')).toEqual([]);
    orThrow(await scheduler.kill('f'));
    for (const id of ['e', 'f']) await scheduler.untilTask(id, ['TASK_KILLED']);
  }, 60_000);

  it('may join another on its executor, which is charged once; each ends for itself, also after kill -9 of the master (D-036, D-058)', async () => {
    const offer = await offerOfAll();
    const cpus = offer.resources.scalarMilli('cpus');
    const operations = [group(offer, 'shared', 'g1', 'g2'), group(offer, 'shared', 'h1', 'h2')];
    allApplied(await scheduler.accept(offer, operations, { refuseMs: 0 }));
    for (const id of ['g1', 'g2', 'h1', 'h2']) await scheduler.untilTask(id, ['TASK_RUNNING']);
    const isRest = (rest: Offer) => rest.resources.scalarMilli('cpus') === cpus - 500 - 4 * 100;
    await gather(scheduler, isRest);

    await stage.killMaster(scheduler);
    await gather(scheduler, isRest);
    orThrow(await scheduler.kill('g2'));
    for (const id of ['g1', 'g2']) await scheduler.untilTask(id, ['TASK_KILLED']);
    expect(await stage.holders('dataset')).toEqual(['h1', 'h2']);
    await gather(scheduler, (rest) => rest.resources.scalarMilli('cpus') === cpus - 500 - 2 * 100);
    expect(failed).not.toContain('shared');

    const ended = nextEnd('shared');
    orThrow(await scheduler.kill('h1'));
    await ended;
    for (const id of ['h1', 'h2']) await scheduler.untilTask(id, ['TASK_KILLED']);
    await offerOfAll();
  }, 60_000);

  it('leaves a volume that can be destroyed, and all of the agent', async () => {
    const [destroyed] = await act(scheduler, await offerOfAll(), destroyVolume(dataset));
    expect(destroyed?.refusal).toBeUndefined();
    const back = await gather(scheduler, (offer) => reservedDiskMb(offer, ROLE) === 256);
    expect(inWords(back)).toBe(whole.replace('[dataset:data]<SHARED>:256<1>', ':256'));
  }, 60_000);
});
