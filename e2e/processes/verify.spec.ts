import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { DifferenceKind } from '@holdfast/core/verification';
import type { VerifyAnswer } from '@holdfast/contracts';
import { connectRedis } from '@holdfast/platform/redis';
import {
  connectOperator,
  connectScheduler,
  createVolume,
  disk,
  findVolume,
  launch,
  orThrow,
  persistentVolume,
  reserve,
  reserved,
  task,
  type Operator,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { startCluster, type TestCluster } from '@holdfast/testing/cluster';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';

const ROLE = 'eng';
const engDisk = reserved(disk(256), { role: ROLE });
const dataset = persistentVolume(engDisk, { id: 'dataset', shared: true, containerPath: 'data' });
const LOOKS_UNDER_LOAD = 20;
const LAUNCHES_MEANWHILE = 10;
const OVER = ['TASK_FINISHED', 'TASK_FAILED', 'TASK_DROPPED', 'TASK_ERROR'] as const;

/** Ledger, master and agents of a real cluster compared, while tasks come and go and after the ledger was tampered with. */
describe('a ledger that is verified', () => {
  let cluster: TestCluster;
  let scheduler: Scheduler;
  let operator: Operator;
  let redis: Redis;
  let agentId: string;
  let launched = 0;

  const holder = (id: string, command: string) =>
    task({ id, agentId, cpus: 0.1, memMb: 32, command, volumes: [{ volume: dataset, mode: 'RW' }], killGraceMs: 100 });
  const name = () => ({ agentId, role: ROLE, persistenceId: 'dataset' });
  const offerWithDataset = () => scheduler.findOffer((offer) => findVolume(offer, 'dataset') !== undefined);

  beforeAll(async () => {
    // So that whoever hears of the end of a task finds its holder gone, however slow the ledger is.
    cluster = await startCluster({ agents: 1, env: { HOLDFAST_MASTER_RELEASE_WAIT_MS: '30000' } });
    operator = connectOperator({ address: cluster.ready.master.grpc });
    redis = connectRedis({ url: cluster.ready.redis ?? '', name: 'tamperer', log: recordedLog() });
    await once(redis, 'ready');
    scheduler = await connectScheduler({
      address: cluster.ready.master.grpc,
      endedTasksKept: 100_000,
      framework: {
        name: 'verified',
        user: 'root',
        roles: [ROLE],
        capabilities: ['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'],
      },
    });
    const offer = await scheduler.findOffer(() => true);
    agentId = offer.agentId;
    orThrow(await scheduler.accept(offer, [reserve(engDisk), createVolume(dataset), launch(holder('stays', 'sleep 600'))]));
    await scheduler.untilTask('stays', ['TASK_RUNNING']);
  }, 60_000);
  afterAll(async () => {
    redis.disconnect();
    scheduler.close();
    operator.close();
    await cluster.stop();
  });

  const verify = async (settleMs: number): Promise<VerifyAnswer> => {
    const answer = await operator.verifyLedger({ settleMs });
    if (!answer.ok) throw new Error(answer.refusal.message);
    return answer.value;
  };
  const kinds = ({ differences }: VerifyAnswer): readonly (readonly [DifferenceKind, string | undefined])[] =>
    differences.map(({ kind, holder: who }) => [kind, who?.taskId] as const);

  it('shows no difference while tasks start and end all the time', async () => {
    let isOver = false;
    const taskIds: string[] = [];
    const load = (async () => {
      while (!isOver) {
        const tasks = ['a', 'b', 'c'].map((which) => holder(`${which}-${launched}`, 'sleep 0.1'));
        taskIds.push(...tasks.map(({ taskId }) => taskId));
        launched += 1;
        await scheduler.accept(await offerWithDataset(), [launch(...tasks)], { refuseMs: 0 });
      }
    })();
    const before = launched;
    for (let look = 0; look < LOOKS_UNDER_LOAD || launched < before + LAUNCHES_MEANWHILE; look += 1) {
      const found = await verify(20_000);
      expect(found.differences).toEqual([]);
      expect(found.stores).toEqual([expect.objectContaining({ agentId, volumeCount: 1 })]);
      expect(found.stores[0]?.problem).toBeUndefined();
    }
    isOver = true;
    await load;
    for (const taskId of taskIds) await scheduler.untilTask(taskId, OVER);
  }, 90_000);

  it('names a reference that leaks and one that is lost, and a repair mends both', async () => {
    const [key = ''] = await redis.keys('*:holders:eng/dataset');
    const texts = await redis.hgetall(key);
    const [id = '', text = ''] = Object.entries(texts).find(([field]) => field.includes('/stays/')) ?? [];
    await redis.hdel(key, id);
    await redis.hset(key, id.replace('/stays/', '/never-was/'), text.replace('"stays"', '"never-was"'));

    const found = await verify(1_000);
    expect(kinds(found)).toEqual(
      expect.arrayContaining([
        ['holder_missing', 'stays'],
        ['holder_without_task', 'never-was'],
      ]),
    );
    for (const { evidence, message, isRepairable } of found.differences) {
      expect({ ...evidence, isRepairable }).toMatchObject({ ledger: expect.any(String), agent: expect.any(String), isRepairable: true });
      expect(message).toContain('eng/dataset');
    }

    const planned = valueOf(await operator.repairLedger({ apply: false, settleMs: 1_000 }));
    expect(planned.repairs.map(({ isDone }) => isDone)).toEqual(planned.repairs.map(() => undefined));
    expect(Object.keys(await redis.hgetall(key)).join()).toContain('never-was');

    const { revision } = valueOf(await operator.holders(name()));
    const done = valueOf(await operator.repairLedger({ apply: true, settleMs: 1_000 }));
    expect(done.repairs.length).toBeGreaterThanOrEqual(2);
    expect(done.repairs.every(({ isDone }) => isDone)).toBe(true);
    expect((await verify(1_000)).differences).toEqual([]);
    const held = valueOf(await operator.holders(name()));
    const refusedPage = await operator.holders({ ...name(), pageToken: 'no token' });
    expect(refusedPage).toMatchObject({ refusal: { code: 'invalid_argument', details: { field: 'page_token' } } });
    expect(held.holders.map(({ taskId }) => taskId)).toEqual(['stays']);
    const { entries } = valueOf(await operator.history({ ...name(), afterRevision: revision, limit: 1000 }));
    expect(entries.map(({ change, cause, holder: who }) => [change, cause, who?.taskId])).toEqual(
      expect.arrayContaining([
        ['volume_released', 'not_reported', 'never-was'],
        ['volume_acquired', 'agent_reported', 'stays'],
      ]),
    );
  }, 90_000);

  it('has a volume destroyed by the last release, as a watch sees it', async () => {
    const changes: string[] = [];
    const watch = operator.watchVolumes({ agentId, role: ROLE, persistenceId: 'dataset', after: [] });
    let isWatching = false;
    watch.onMessage(({ entries }) => {
      // The first message says from where it watches.
      isWatching = true;
      for (const { entry } of entries) changes.push(entry.change);
    });
    await eventually(() => isWatching);
    const whenUnused = { admitsReaders: false, onDeadline: 'cancel' } as const;
    const draining = valueOf(await operator.destroyVolume({ ...name(), whenUnused }));
    expect(draining.volume).toMatchObject({ state: 'draining', holders: [{ taskId: 'stays' }] });
    const cancelled = valueOf(await operator.cancelDestroy(name()));
    expect(cancelled.volume.state).toBe('ready');
    valueOf(await operator.destroyVolume({ ...name(), whenUnused }));
    await scheduler.kill('stays');
    await eventually(() => changes.includes('volume_gone'));
    watch.cancel();
    expect(changes).toEqual([
      'volume_draining',
      'destroy_cancelled',
      'volume_draining',
      'volume_released',
      'volume_destroying',
      'volume_gone',
    ]);
    expect((await verify(1_000)).differences).toEqual([]);
  }, 60_000);
});

function valueOf<T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: { readonly message: string } },
): T {
  if (!answer.ok) throw new Error(answer.refusal.message);
  return answer.value;
}
