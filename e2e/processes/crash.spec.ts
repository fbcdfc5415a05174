import {
  connectOperator,
  connectScheduler,
  createVolume,
  destroyVolume,
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
import { startCluster, type ReadyInfo, type TestCluster } from '@holdfast/testing/cluster';

const ROLE = 'eng';
const engDisk = reserved(disk(256), { role: ROLE });
const dataset = persistentVolume(engDisk, { id: 'dataset', shared: true, containerPath: 'data' });

/** kill -9 of each service under two running holders: nobody is lost, nobody leaks, and the volume can be destroyed afterwards. */
describe('a volume that two tasks hold', () => {
  let cluster: TestCluster;
  let scheduler: Scheduler;
  let operator: Operator;

  beforeAll(async () => {
    cluster = await startCluster({ agents: 1 });
    operator = connectOperator({ address: cluster.ready.master.grpc });
    scheduler = await connectScheduler({
      address: cluster.ready.master.grpc,
      framework: {
        name: 'survivor',
        user: 'root',
        roles: [ROLE],
        capabilities: ['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'],
        failoverTimeoutMs: 60_000,
      },
    });
    const offer = await scheduler.findOffer(() => true);
    const holder = (id: string) =>
      task({
        id,
        agentId: offer.agentId,
        cpus: 0.1,
        memMb: 32,
        command: 'sleep 600',
        volumes: [{ volume: dataset, mode: 'RW' }],
        killGraceMs: 100,
      });
    orThrow(await scheduler.accept(offer, [reserve(engDisk), createVolume(dataset), launch(holder('t1'), holder('t2'))]));
    await scheduler.untilTask('t1', ['TASK_RUNNING']);
    await scheduler.untilTask('t2', ['TASK_RUNNING']);
  });
  afterAll(async () => {
    scheduler.close();
    operator.close();
    await cluster.stop();
  });

  const holders = async () => {
    const [agent] = cluster.ready.agents;
    const answer = await operator.holders({ agentId: agent?.id ?? '', role: ROLE, persistenceId: 'dataset' });
    if (!answer.ok) throw new Error(answer.refusal.message);
    return answer.value.holders.map(({ taskId, state }) => `${taskId} ${state}`).sort();
  };
  const offerWithDataset = () => scheduler.findOffer((offer) => findVolume(offer, 'dataset') !== undefined, { timeoutMs: 30_000 });

  /** What DESTROY is refused with, once the ledger can be asked again: until then each answer is that it cannot. */
  const refusedDestroy = async (): Promise<string | undefined> => {
    const [result] = valueOf(await scheduler.accept(await offerWithDataset(), [destroyVolume(dataset)]));
    return result?.refusal?.code === 'ledger_unavailable' ? refusedDestroy() : result?.refusal?.code;
  };

  const killAndAwait = async (pidOf: (pids: ReadyInfo['pids']) => number | undefined) => {
    const before = pidOf(cluster.readNow().pids);
    if (before === undefined) throw new Error('no such process');
    process.kill(before, 'SIGKILL');
    await cluster.untilReady(({ pids }) => pidOf(pids) !== undefined && pidOf(pids) !== before);
  };

  it.each<[string, (pids: ReadyInfo['pids']) => number | undefined]>([
    ['the volume registry', ({ volumeRegistry }) => volumeRegistry],
    ['the allocator', ({ allocator }) => allocator],
    ['Redis', ({ redis }) => redis],
    ['the agent', ({ agents }) => agents[0]],
    ['the master', ({ master }) => master],
  ])(
    'survives kill -9 of %s (A-180, A-182)',
    async (_what, pidOf) => {
      await killAndAwait(pidOf);
      expect(['volume_in_use', 'ledger_unverified']).toContain(await refusedDestroy());
      expect(await holders()).toEqual(['t1 running', 't2 running']);
    },
    90_000,
  );

  it('is let go by its last holder, and destroyed', async () => {
    await scheduler.kill('t1');
    await scheduler.untilTask('t1', ['TASK_KILLED']);
    expect(await holders()).toEqual(['t2 running']);
    await scheduler.kill('t2');
    await scheduler.untilTask('t2', ['TASK_KILLED']);
    expect(await holders()).toEqual([]);
    orThrow(await scheduler.accept(await offerWithDataset(), [destroyVolume(dataset)]));
  }, 60_000);
});

type Answer = Awaited<ReturnType<Scheduler['accept']>>;
const valueOf = (answer: Answer) => {
  if (!answer.ok) throw new Error(answer.refusal.message);
  return answer.value;
};
