import { Resources, scalar } from '@holdfast/core/resources';
import type { VerifyAnswer, VerifyQuery } from '@holdfast/contracts';
import type { LedgerUnit } from '@holdfast/core/volumes';
import { RpcFault } from '@holdfast/platform/rpc';
import { disconnectAgent } from '../agents';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryFramework } from '../master.fixture';
import { inTime, StoryStore } from './story-store.fixture';
import { verifyLedger } from './verify-ledger';

const cpu = scalar('cpus', 0.1);
const V = volume('v1', 100);
const KEY = 'eng/v1';

let story: MasterStory;
let store: StoryStore;
let eng: StoryFramework;
beforeEach(async () => {
  story = new MasterStory();
  eng = story.subscribe();
  store = await StoryStore.start(story);
  await story.accept(
    eng,
    story.offer(eng, store.agent, [cpu, cpu, engDisk(100)]),
    { type: 'CREATE', resources: [V] },
    launch(store.id, ['t1', cpu, V]),
  );
  await new Promise(setImmediate);
  await store.report('t1', 'TASK_RUNNING');
});

async function verify(query: VerifyQuery = {}): Promise<VerifyAnswer> {
  const answer = await inTime(story, verifyLedger(story.deps, query));
  if (!answer.ok) throw new Error(answer.refusal.message);
  return answer.value;
}
const found = async (query?: VerifyQuery) => {
  const { differences } = await verify(query);
  return differences.map(({ kind, volume: key = '', holder }) => `${kind} ${key} ${holder?.taskId ?? ''}`.trim());
};
/** Behind everybody's back. */
const spoilLedger = async (...units: readonly LedgerUnit[]) => {
  const { results, refusal } = await story.ledger.store.apply({
    storeId: 'store-1',
    epoch: 1,
    seenRevision: 0,
    nowMs: story.world.nowMs(),
    units,
  });
  expect([refusal, ...results.map((result) => result.refusal)].filter(Boolean)).toEqual([]);
};
const launchId = () => [...store.launches.keys()][0] ?? '';
const holder = (taskId = 't1', id = launchId()) => ({ frameworkId: eng.framework.id, taskId, launchId: id, agentId: store.id });

describe('verifying the ledger', () => {
  it('finds nothing where all agree, in one look, and says what it looked at', async () => {
    const { differences, stores } = await verify();
    expect(differences).toEqual([]);
    expect(stores).toEqual([{ storeId: 'store-1', agentId: store.id, revision: expect.any(Number), volumeCount: 1, holderCount: 1 }]);
    expect(store.looks).toBe(1);
  });

  it('finds a holder that the ledger has lost, and one that nobody knows', async () => {
    await spoilLedger(
      { kind: 'release_volumes', holder: holder(), volumes: [KEY], cause: 'test' },
      { kind: 'acquire_volumes', holder: holder('ghost', 'l9'), volumes: [{ volume: KEY, mode: 'RW' }] },
    );
    expect(await found()).toEqual(['holder_without_task eng/v1 ghost', 'holder_missing eng/v1 t1']);
  });

  it('finds a volume that is destroyed under a running task', async () => {
    await spoilLedger(
      { kind: 'release_volumes', holder: holder(), volumes: [KEY], cause: 'test' },
      { kind: 'destroy_volume', volume: KEY },
    );
    expect(await found()).toEqual(['volume_unknown_to_master eng/v1', 'destroyed_while_mounted eng/v1 t1']);
  });

  it('finds what the agent has lost, has too much, or has mounted elsewhere', async () => {
    store.lost.add(KEY);
    store.strayMounts = [{ volume: KEY, pid: 7 }];
    expect(await found()).toEqual(['volume_data_missing eng/v1', 'stray_mount eng/v1']);
    store.forgetVolume(KEY);
    store.strayMounts = [];
    store.resources = store.resources.add(Resources.of([volume('v2', 5)]));
    expect(await found()).toEqual(['volume_missing eng/v1', 'volume_unrecorded eng/v2']);
  });

  it('finds what the master has forgotten', async () => {
    store.agent.agent.total = store.agent.agent.total.subtract(Resources.of([V]));
    for (const task of story.deps.tasks.all()) story.deps.tasks.remove(task);
    expect(await found()).toEqual(['volume_unknown_to_master eng/v1', 'holder_unknown_to_master eng/v1 t1']);
  });

  it('finds a store that was not reconciled in this epoch, and one of which no agent is known', async () => {
    Object.assign(story.deps.leadership, { epoch: 2 });
    await story.ledger.store.apply({
      storeId: 'store-9',
      epoch: 1,
      seenRevision: 0,
      nowMs: 0,
      units: [{ kind: 'create_volume', volume: 'eng/old', resource: volume('old', 5), creator: {}, agentId: 'agent-9' }],
    });
    const { differences, stores } = await verify();
    expect(differences.map(({ kind, storeId }) => [kind, storeId])).toEqual([
      ['store_unverified', 'store-1'],
      ['store_without_agent', 'store-9'],
    ]);
    expect(stores.map(({ storeId }) => storeId)).toEqual(['store-1', 'store-9']);
    expect((await verify({ agentId: store.id })).stores.map(({ storeId }) => storeId)).toEqual(['store-1']);
  });

  it('tells of nothing while tasks start and end all the time, however late the master hears of it', async () => {
    let isOver = false;
    let ended = 0;
    const churn = (async () => {
      for (let at = 0; !isOver; at++) {
        const offer = story.offer(eng, store.agent, [cpu, V]);
        await story.accept(eng, offer, launch(store.id, [`c${at}`, cpu, V]));
        await new Promise(setImmediate);
        await store.report(`c${at}`, 'TASK_RUNNING');
        // Gone before it is said: for this long ledger and agent differ.
        store.end(`c${at}`);
        for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
        await store.report(`c${at}`, 'TASK_FINISHED');
        ended++;
      }
    })();
    for (let run = 0; run < 30; run++) expect(await found({ settleMs: 1000 })).toEqual([]);
    isOver = true;
    await churn;
    expect(ended).toBeGreaterThan(30);
    // Some of the looks did see one of them between its end and the word of it.
    expect(store.looks).toBeGreaterThan(30);
  });

  it('looks until the time is over at what goes on differing, and once at nothing else', async () => {
    const second = await StoryStore.start(story, 'store-2');
    store.lost.add(KEY);
    const before = story.world.nowMs();
    expect(await found({ settleMs: 3000 })).toEqual(['volume_data_missing eng/v1']);
    expect(story.world.nowMs() - before).toBeGreaterThanOrEqual(3000);
    expect(store.looks).toBeGreaterThan(3);
    expect(second.looks).toBe(1);
    const looks = store.looks;
    expect(await found({ settleMs: 0 })).toEqual(['volume_data_missing eng/v1']);
    expect(store.looks).toBe(looks + 1);
  });

  it('lets an ACCEPT pass between two looks, and after each', async () => {
    store.isSilent = true;
    const verifying = verifyLedger(story.deps, { settleMs: 0 });
    await new Promise(setImmediate);
    const accepted = story.accept(eng, story.offer(eng, store.agent, [cpu]), launch(store.id, ['t2', cpu]));
    await new Promise(setImmediate);
    expect(store.launches.size).toBe(1);
    expect((await inTime(story, verifying)).ok).toBe(true);
    await accepted;
    expect(store.launches.size).toBe(2);
  });

  it('runs once at a time for each store, and who asks meanwhile shares the next run', async () => {
    const all = Promise.all([1, 2, 3, 4].map(() => verifyLedger(story.deps, {})));
    await inTime(story, all);
    expect(store.looks).toBe(1);
    store.isSilent = true;
    const first = verifyLedger(story.deps, {});
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    const later = [1, 2, 3].map(() => verifyLedger(story.deps, {}));
    await inTime(story, Promise.all([first, ...later]));
    expect(store.looks).toBe(3);
  });
});

describe('an agent that cannot be looked at is a problem of its store, and no difference', () => {
  const problem = async () => {
    const { differences, stores } = await verify({ agentId: store.id });
    expect(differences).toEqual([]);
    return stores[0]?.problem;
  };
  const compared = 'ledger and master were compared, its disks and mounts not looked at';

  it('when it does not answer', async () => {
    store.isSilent = true;
    expect(await problem()).toBe(`its agent did not answer within 10 s: ${compared}`);
    expect(store.looks).toBe(1);
  });

  it('when its stream breaks while it is asked, at once', async () => {
    store.isSilent = true;
    const verifying = verifyLedger(story.deps, {});
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    const { agent } = store.agent;
    disconnectAgent(story.deps, agent, agent.link!);
    expect(await verifying).toMatchObject({
      value: { differences: [], stores: [{ problem: `its agent broke off while it was asked: ${compared}` }] },
    });
    expect(await problem()).toBe(`its agent is disconnected: ${compared}`);
  });

  it('when it registers anew while it is asked: nothing keeps it waiting', async () => {
    store.isSilent = true;
    const verifying = verifyLedger(story.deps, { settleMs: 0 });
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    await store.register();
    expect(await verifying).toMatchObject({ value: { stores: [{ problem: `its agent broke off while it was asked: ${compared}` }] } });
  });

  it('when it has not been heard of since this master began', async () => {
    // As a master that has just begun knows it from its store.
    Object.assign(store.agent.agent, { state: 'recovering', total: Resources.empty, link: undefined });
    expect(await problem()).toBe('its agent has not registered since this master began: the ledger was only read');
  });

  it('and ledger and master are compared all the same', async () => {
    await spoilLedger({ kind: 'release_volumes', holder: holder(), volumes: [KEY], cause: 'test' });
    const { agent } = store.agent;
    disconnectAgent(story.deps, agent, agent.link!);
    expect(await found()).toEqual(['holder_missing eng/v1 t1']);
  });
});

describe('a ledger that cannot be read', () => {
  it('is a refusal when it is so at the beginning', async () => {
    story.ledger.readStores = () => Promise.reject(new RpcFault('gone', 'UNAVAILABLE'));
    expect(await verifyLedger(story.deps, {})).toMatchObject({ refusal: { code: 'ledger_unavailable' } });
  });

  it('is a problem of the stores when it is so later', async () => {
    story.ledger.readVolumes = () => Promise.reject(new RpcFault('gone', 'UNAVAILABLE'));
    expect(await verify()).toMatchObject({ differences: [], stores: [{ problem: 'the ledger could not be read: gone' }] });
  });

  it('or has not been written what is owed to it, says nothing', async () => {
    story.ledger.isLinked = false;
    void story.ledger.record('store-1', { kind: 'release_volumes', holder: holder(), volumes: [KEY], cause: 'test' });
    expect(await verify()).toMatchObject({
      differences: [],
      stores: [{ problem: 'the ledger has not taken what the master has to write to it; nothing was compared' }],
    });
  });

  it('and an agent of which nobody knows are refused', async () => {
    expect(await verifyLedger(story.deps, { agentId: 'nobody' })).toMatchObject({ refusal: { code: 'agent_unknown' } });
  });
});
