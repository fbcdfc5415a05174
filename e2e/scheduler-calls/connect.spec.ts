import type { Offer } from '@holdfast/core/offers';
import {
  allApplied,
  createVolume,
  destroyVolume,
  findVolume,
  launch,
  mounted,
  orThrow,
  reserve,
  reservedDiskMb,
  task,
  unreserve,
  withId,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { act, engDisk, gather, holder, inWords, ROLE, sharedVolume, Stage, withVolume } from './stage.fixture';

const dataset = sharedVolume('dataset', 256);
const hasDataset = withVolume('dataset', 256);

/** The life of a shared volume with calls and events on one stream (architecture, section 3), on which answers come out of step. */
describe('over Connect', () => {
  let stage: Stage;
  let one: Scheduler;
  let two: Scheduler;
  let whole: string;

  beforeAll(async () => {
    stage = await Stage.open();
    one = await stage.scheduler({ transport: 'connect', framework: { name: 'one' } });
    whole = inWords(await one.findOffer(() => true));
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  const refusedDestroy = async (scheduler: Scheduler) => {
    const [result] = await act(scheduler, await scheduler.findOffer(hasDataset), destroyVolume(dataset));
    return result?.refusal;
  };
  const nextUpdateOfOperation = (scheduler: Scheduler) =>
    new Promise<string>((resolve) => scheduler.once('operationUpdated', ({ operationId, state }) => resolve(`${operationId} ${state}`)));

  it('makes a volume and starts two tasks on it', async () => {
    const offer = await one.findOffer(() => true);
    const told = nextUpdateOfOperation(one);
    const operations = [
      withId('op-1', reserve(engDisk(256))),
      createVolume(dataset),
      launch(holder(offer, 't1', dataset), holder(offer, 't2', mounted(dataset, { mode: 'RW', containerPath: 'elsewhere' }))),
    ];
    allApplied(await one.accept(offer, operations, { refuseMs: 0 }));
    expect(await told).toBe('op-1 OPERATION_FINISHED');
    for (const id of ['t1', 't2']) await one.untilTask(id, ['TASK_RUNNING']);
    expect(await stage.holders('dataset')).toEqual(['t1', 't2']);
  }, 60_000);

  it('refuses a DESTROY with every holder in the answer, and each call for itself', async () => {
    const offer = await one.findOffer(hasDataset);
    const [destroyed, killed, revived, answered] = await Promise.all([
      one.accept(offer, [destroyVolume(dataset)], { refuseMs: 0 }),
      one.kill('nobody', { agentId: 'no-such-agent' }),
      one.revive('no-such-role'),
      one.decline({ ...offer, id: 'no-such-offer' }),
    ]);
    expect(orThrow(destroyed)[0]?.refusal).toMatchObject({
      code: 'volume_in_use',
      details: { holders: expect.arrayContaining([expect.objectContaining({ taskId: 't1' }), expect.objectContaining({ taskId: 't2' })]) },
    });
    expect(killed.ok).toBe(true);
    expect(revived).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
    expect(answered).toEqual({ ok: true, value: ['no-such-offer'] });
  }, 60_000);

  it('subscribes again after kill -9 of the master, as the same framework, and goes on', async () => {
    const id = one.frameworkId;
    await stage.killMaster(one);
    expect(one.frameworkId).toBe(id);
    expect(await stage.holders('dataset')).toEqual(['t1', 't2']);
    expect((await refusedDestroy(one))?.code).toBe('volume_in_use');
    orThrow(await one.kill('t1'));
    await one.untilTask('t1', ['TASK_KILLED']);
    expect(await stage.holders('dataset')).toEqual(['t2']);
  }, 60_000);

  it('serves two frameworks of a role at once, which share the volume; DESTROY by one rescinds the offer of the other (A-063, A-074)', async () => {
    // All that is left, so that nothing else of it can be on its way here once no more is wanted.
    const rest = await gather(one, (offer) => hasDataset(offer) && offer.resources.scalarMilli('cpus') === 4000 - 100);
    orThrow(await one.suppress());
    orThrow(await one.decline(rest, { refuseMs: 0 }));
    two = await stage.scheduler({ transport: 'connect', framework: { name: 'two' } });
    const offer = await two.findOffer(hasDataset);
    // The first task of its own under an id that the other framework has, too.
    allApplied(await two.accept(offer, [launch(holder(offer, 't2', dataset))], { refuseMs: 0 }));
    await two.untilTask('t2', ['TASK_RUNNING']);
    expect(await stage.holders('dataset')).toEqual(['t2', 't2']);

    orThrow(await one.kill('t2'));
    await one.untilTask('t2', ['TASK_KILLED']);
    expect(two.status('t2')?.state).toBe('TASK_RUNNING');
    expect(await stage.holders('dataset')).toEqual(['t2']);
    expect((await refusedDestroy(two))?.message).toContain(two.frameworkId);

    orThrow(await two.kill('t2'));
    await two.untilTask('t2', ['TASK_KILLED']);
    // Each is to have an offer with the volume: what the last task leaves free goes to one, what it takes goes to two when it ends.
    const all = await gather(two, (left) => hasDataset(left) && left.resources.scalarMilli('cpus') === 4000);
    orThrow(await two.suppress());
    allApplied(await two.accept(all, [launch(holder(all, 'last', dataset))], { refuseMs: 0 }));
    orThrow(await one.revive());
    const theirs = await one.findOffer(hasDataset);
    orThrow(await one.suppress());
    orThrow(await two.kill('last'));
    await two.untilTask('last', ['TASK_KILLED']);
    orThrow(await two.revive());
    const mine = await two.findOffer(hasDataset);
    const rescinded = one.nextRescind(theirs.id);
    expect((await act(two, mine, destroyVolume(dataset)))[0]?.refusal).toBeUndefined();
    await rescinded;
  }, 60_000);

  it('hands a framework over to another connection, of the other kind, which the first one is told (D-004)', async () => {
    const ended = new Promise<string>((resolve) => two.once('ended', resolve));
    const heir = await stage.scheduler({ framework: { name: 'two', id: two.frameworkId } });
    expect(heir.frameworkId).toBe(two.frameworkId);
    expect(await ended).toBe('Framework failed over');
    expect((await two.kill('t2')).ok).toBe(false);
    const offer = await heir.findOffer(() => true);
    allApplied(
      await heir.accept(offer, [launch(task({ id: 't4', agentId: offer.agentId, cpus: 0.1, memMb: 32, command: 'true' }))], {
        refuseMs: 0,
      }),
    );
    await heir.untilTask('t4', ['TASK_FINISHED']);
    two = heir;
  }, 60_000);

  it('leaves all of the agent', async () => {
    const isPlain = (offer: Offer) => reservedDiskMb(offer, ROLE) === 256 && findVolume(offer, 'dataset') === undefined;
    await act(two, await gather(two, isPlain), unreserve(engDisk(256)));
    await gather(two, (offer) => inWords(offer) === whole);
  }, 60_000);
});
