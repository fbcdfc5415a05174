import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allApplied,
  createVolume,
  destroyVolume,
  findVolume,
  growVolume,
  launch,
  orThrow,
  persistentVolume,
  reserve,
  reservedDiskMb,
  shrinkVolume,
  task,
  unreserve,
  unreservedDiskMb,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { eventually } from '@holdfast/testing/eventually';
import { HttpStream, type Wire } from './http-stream.fixture';
import { act, engDisk, gather, holder, inWords, ROLE, sharedVolume, sizeMb, Stage, withVolume } from './stage.fixture';

const small = sharedVolume('dataset', 256);
const grownOverHttp = sharedVolume('dataset', 257);
const large = sharedVolume('dataset', 320);
const CAPABILITIES = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES', 'PARTITION_AWARE'].map((type) => ({ type }));
const EXTENSIONS = { key: 'holdfast.extensions', value: 'true' };
const BRIEF = { id: 'brief', cpus: 0.1, memMb: 32, command: 'sleep 600', killGraceMs: 100 };
const isLarge = withVolume('dataset', 320);

/** Volumes that change their size on a real agent; the totals are right whatever happens in between. */
describe('resizing', () => {
  let stage: Stage;
  let scheduler: Scheduler;
  /** All of the agent before anything happened. */
  let whole: string;

  beforeAll(async () => {
    stage = await Stage.open();
    scheduler = await stage.scheduler();
    whole = inWords(await scheduler.findOffer(() => true));
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  const totalMb = async () => {
    const { agents } = orThrow(await stage.operator.agents());
    return agents.map(({ total }) => total.scalarMilli('disk') / 1000);
  };
  /** The sizes with which volumes stand among what tasks have: one for each volume, if the books are right. */
  const allocatedMb = async () =>
    orThrow(await stage.operator.agents()).agents.flatMap(({ allocated }) => allocated.persistentVolumes().toList().map(sizeMb));
  /** Everything of the agent in one offer, with the disk reserved and no volume. */
  const offerOfPlainDisk = (mb: number) =>
    gather(scheduler, (offer) => reservedDiskMb(offer, ROLE) === mb && offer.resources.scalarMilli('cpus') === 4000);

  describe('a shared volume that two tasks hold', () => {
    beforeAll(async () => {
      const offer = await scheduler.findOffer(() => true);
      const tasks = ['t1', 't2'].map((id) => holder(offer, id, small, `echo ${id} >> data/log; exec sleep 600`));
      allApplied(await scheduler.accept(offer, [reserve(engDisk(256)), createVolume(small), launch(...tasks)], { refuseMs: 0 }));
      for (const id of ['t1', 't2']) await scheduler.untilTask(id, ['TASK_RUNNING']);
    }, 60_000);

    it('is not made smaller (A-037)', async () => {
      const [result] = await act(scheduler, await scheduler.findOffer(withVolume('dataset', 256)), shrinkVolume(small, 64));
      expect(result?.refusal).toMatchObject({ code: 'operation_invalid', message: expect.stringContaining('shared') });
    });

    it.each([
      ['is not made larger over the Mesos door (A-036)', [], 'OPERATION_ERROR', 256],
      ['is made larger there, and stays in use, for a framework that wants our extensions', [EXTENSIONS], 'OPERATION_FINISHED', 257],
    ])('%s', async (_what, labels, state, mb) => {
      // All that is left, so that nothing else of it can be on its way here once no more is wanted.
      const rest = await gather(scheduler, (all) => withVolume('dataset', 256)(all) && all.resources.scalarMilli('cpus') === 4000 - 200);
      orThrow(await scheduler.suppress());
      orThrow(await scheduler.decline(rest, { refuseMs: 0 }));
      const framework = { user: 'root', name: 'http', roles: [ROLE], capabilities: CAPABILITIES, labels: { labels } };
      const stream = await HttpStream.subscribe(stage.cluster.ready.master.http, framework);
      const volumeOf = (offer: Wire) => offer.resources.find(({ disk }: Wire) => disk?.persistence?.id === 'dataset');
      const { offers } = (await stream.until('OFFERS', (event) => event.offers.offers.some(volumeOf))).offers;
      const offer = offers.find(volumeOf);
      const addition = { name: 'disk', type: 'SCALAR', scalar: { value: 1 }, reservations: [{ type: 'DYNAMIC', role: ROLE }] };
      const operations = [
        { type: 'RESERVE', reserve: { resources: [addition] } },
        { type: 'GROW_VOLUME', id: { value: 'op-grow' }, grow_volume: { volume: volumeOf(offer), addition } },
        { type: 'UNRESERVE', unreserve: { resources: [addition] } },
      ];
      const accepted = await stream.call('ACCEPT', { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } });
      expect(accepted.status).toBe(202);
      const { update_operation_status } = await stream.until('UPDATE_OPERATION_STATUS');
      expect(update_operation_status.status.state).toBe(state);
      expect((await stream.call('TEARDOWN', {})).status).toBe(202);
      stream.close();
      orThrow(await scheduler.revive());
      await scheduler.findOffer(withVolume('dataset', mb));
    });

    it('is made larger: the next offer shows the new size, both tasks keep it, its data stays; offers of it as it was are rescinded (A-036 mended, B-059)', async () => {
      const processes = await Promise.all(['t1', 't2'].map((id) => stage.untilProcessesOf(id)));
      // A short task parts the agent: what it leaves is offered to another framework, what it had comes back to this one.
      const all = await gather(scheduler, (rest) => withVolume('dataset', 257)(rest) && rest.resources.scalarMilli('cpus') === 4000 - 200);
      orThrow(await scheduler.suppress());
      const brief = task({ ...BRIEF, agentId: all.agentId, resources: [engDisk(63)], volumes: [{ volume: grownOverHttp, mode: 'RW' }] });
      allApplied(await scheduler.accept(all, [reserve(engDisk(63)), launch(brief)], { refuseMs: 0 }));
      const other = await stage.scheduler({ framework: { name: 'other' } });
      const theirs = await other.findOffer(withVolume('dataset', 257));
      orThrow(await other.suppress());
      orThrow(await scheduler.kill('brief'));
      await scheduler.untilTask('brief', ['TASK_KILLED']);
      orThrow(await scheduler.revive());
      const offer = await scheduler.findOffer((mine) => withVolume('dataset', 257)(mine) && reservedDiskMb(mine, ROLE) === 63);

      const rescinded = other.nextRescind(theirs.id);
      allApplied(await scheduler.accept(offer, [growVolume(grownOverHttp, engDisk(63))], { refuseMs: 0 }));
      await rescinded;
      orThrow(await other.teardown());
      const next = await scheduler.findOffer((later) => findVolume(later, 'dataset') !== undefined);
      expect(sizeMb(findVolume(next, 'dataset'))).toBe(320);
      expect(reservedDiskMb(next, ROLE)).toBe(0);
      expect(await allocatedMb()).toEqual([320]);
      expect(await stage.holders('dataset')).toEqual(['t1', 't2']);
      expect(['t1', 't2'].map((id) => stage.processesOf(id))).toEqual(processes);
      const log = join(stage.dataOf('dataset'), 'log');
      await eventually(() => existsSync(log) && readFileSync(log, 'utf8').split('\n').sort().join() === ',t1,t2');
      expect(await totalMb()).toEqual([10_240]);
    });

    it('takes another holder at its new size, and none at the old (A-046)', async () => {
      const offer = await scheduler.findOffer(isLarge);
      const [launched] = await act(scheduler, offer, launch(holder(offer, 't3', large), holder(offer, 'late', small)));
      expect(launched?.tasks.map(({ refusal }) => refusal?.code)).toEqual([undefined, expect.stringMatching(/./)]);
      await scheduler.untilTask('t3', ['TASK_RUNNING']);
      await scheduler.untilTask('late', ['TASK_ERROR']);
      expect(await stage.holders('dataset')).toEqual(['t1', 't2', 't3']);
    });

    it.each<[string, () => Promise<void>]>([
      ['the agent', () => stage.killAgent(scheduler)],
      ['the master', () => stage.killMaster(scheduler)],
    ])('keeps its size and its holders through kill -9 of %s (A-180, A-182)', async (_who, kill) => {
      await kill();
      const offer = await scheduler.findOffer((later) => findVolume(later, 'dataset') !== undefined);
      expect(sizeMb(findVolume(offer, 'dataset'))).toBe(320);
      expect(await stage.holders('dataset')).toEqual(['t1', 't2', 't3']);
      expect(await totalMb()).toEqual([10_240]);
      expect(await allocatedMb()).toEqual([320]);
      const [refused] = await act(scheduler, offer, destroyVolume(large));
      expect(refused?.refusal?.code).toBe('volume_in_use');
    });

    it('can be destroyed at its new size when they have ended, and all of the agent is back', async () => {
      for (const id of ['t1', 't2', 't3']) {
        orThrow(await scheduler.kill(id));
        await scheduler.untilTask(id, ['TASK_KILLED']);
      }
      const [early] = await act(scheduler, await scheduler.findOffer(isLarge), destroyVolume(small));
      expect(early?.refusal?.code).toBe('volume_not_found');
      const [destroyed] = await act(scheduler, await scheduler.findOffer(isLarge), destroyVolume(large));
      expect(destroyed?.refusal).toBeUndefined();
      await act(scheduler, await offerOfPlainDisk(320), unreserve(engDisk(320)));
      await gather(scheduler, (offer) => inWords(offer) === whole);
      expect(await totalMb()).toEqual([10_240]);
    });
  });

  it('makes a volume that is not shared smaller and larger again, by reserved disk, and keeps its data (B-059)', async () => {
    const scratch = (mb: number) => persistentVolume(engDisk(mb), { id: 'scratch', containerPath: 'data' });
    const offer = await gather(scheduler, (all) => inWords(all) === whole);
    allApplied(
      await scheduler.accept(
        offer,
        [reserve(engDisk(128)), createVolume(scratch(128)), launch(holder(offer, 'writer', scratch(128), 'echo kept > data/log'))],
        { refuseMs: 0 },
      ),
    );
    await scheduler.untilTask('writer', ['TASK_FINISHED']);
    const isAlone = (mb: number) => (later: typeof offer) =>
      withVolume('scratch', mb)(later) && later.resources.scalarMilli('cpus') === 4000;

    const [shrunk] = await act(scheduler, await gather(scheduler, isAlone(128)), shrinkVolume(scratch(128), 28));
    expect(shrunk?.refusal).toBeUndefined();
    const smaller = await gather(scheduler, isAlone(100));
    expect(reservedDiskMb(smaller, ROLE)).toBe(28);
    const [again, used] = await act(
      scheduler,
      smaller,
      growVolume(scratch(100), engDisk(28)),
      launch(holder(smaller, 'hasty', scratch(128))),
    );
    expect(again?.refusal).toBeUndefined();
    // What a resize makes is for a later ACCEPT (B-060).
    expect(used?.tasks[0]?.refusal).toBeDefined();
    const larger = await gather(scheduler, isAlone(128));
    expect(reservedDiskMb(larger, ROLE)).toBe(0);
    expect(unreservedDiskMb(larger)).toBe(10_240 - 128);
    const [tooMuch] = await act(scheduler, larger, growVolume(scratch(128), engDisk(1)));
    expect(tooMuch?.refusal?.code).toBe('insufficient_resources');

    const last = await gather(scheduler, isAlone(128));
    allApplied(await scheduler.accept(last, [launch(holder(last, 'reader', scratch(128), 'grep -q kept data/log'))], { refuseMs: 0 }));
    await scheduler.untilTask('reader', ['TASK_FINISHED']);
    await act(scheduler, await gather(scheduler, isAlone(128)), destroyVolume(scratch(128)));
    await act(scheduler, await offerOfPlainDisk(128), unreserve(engDisk(128)));
    await gather(scheduler, (all) => inWords(all) === whole);
  }, 60_000);
});
