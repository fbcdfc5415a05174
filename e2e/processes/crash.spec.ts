import type { RefusalCode } from '@holdfast/core/base';
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
import { eventually } from '@holdfast/testing/eventually';

const ROLE = 'eng';
const engDisk = reserved(disk(256), { role: ROLE });
const dataset = persistentVolume(engDisk, { id: 'dataset', shared: true, containerPath: 'data' });
const NOT_YET: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['ledger_unavailable', 'offer_gone', 'agent_disconnected']);

/** kill -9 of each service under two running holders: nobody is lost, nobody leaks, and the volume can be destroyed afterwards. */
describe('a volume that two tasks hold', () => {
  let cluster: TestCluster;
  let scheduler: Scheduler;
  let operator: Operator;

  beforeAll(async () => {
    // So that whoever hears of the end of a task finds its holder gone, however slow the ledger is.
    cluster = await startCluster({ agents: 1, env: { HOLDFAST_MASTER_RELEASE_WAIT_MS: '30000' } });
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
    return answer.value.holders;
  };
  const expectHolders = async (...taskIds: readonly string[]) => {
    expect((await holders()).map(({ taskId }) => taskId).sort()).toEqual(taskIds);
    // That a holder runs is written down by the way.
    await eventually(async () => (await holders()).every(({ state }) => state === 'running'));
  };
  const offerWithDataset = () => scheduler.findOffer((offer) => findVolume(offer, 'dataset') !== undefined, { timeoutMs: 30_000 });

  /** What DESTROY is refused with, once the ledger can be asked again and offers that are void have been told to be. */
  const refusedDestroy = async (): Promise<RefusalCode | undefined> => {
    const answer = await scheduler.accept(await offerWithDataset(), [destroyVolume(dataset)], { refuseMs: 0 });
    const code = answer.ok ? answer.value[0]?.refusal?.code : answer.refusal.code;
    return code && NOT_YET.has(code) ? refusedDestroy() : code;
  };

  const kill = async (pidOf: (pids: ReadyInfo['pids']) => number | undefined) => {
    const before = pidOf(cluster.readNow().pids);
    if (before === undefined) throw new Error('no such process');
    process.kill(before, 'SIGKILL');
    await cluster.untilReady(({ pids }) => pidOf(pids) !== undefined && pidOf(pids) !== before);
  };
  const subscribedAgain = () => new Promise<void>((resolve) => scheduler.once('subscribed', () => resolve()));

  it.each<[string, (pids: ReadyInfo['pids']) => number | undefined]>([
    ['the volume registry', ({ volumeRegistry }) => volumeRegistry],
    ['the allocator', ({ allocator }) => allocator],
    ['Redis', ({ redis }) => redis],
    ['the agent', ({ agents }) => agents[0]],
    ['the master', ({ master }) => master],
  ])(
    'survives kill -9 of %s (A-180, A-182)',
    async (what, pidOf) => {
      await Promise.all([kill(pidOf), ...(what === 'the master' ? [subscribedAgain()] : [])]);
      expect(['volume_in_use', 'ledger_unverified']).toContain(await refusedDestroy());
      await expectHolders('t1', 't2');
    },
    90_000,
  );

  it('is let go by its last holder, and destroyed', async () => {
    await scheduler.kill('t1');
    await scheduler.untilTask('t1', ['TASK_KILLED']);
    await expectHolders('t2');
    await scheduler.kill('t2');
    await scheduler.untilTask('t2', ['TASK_KILLED']);
    await expectHolders();
    orThrow(await scheduler.accept(await offerWithDataset(), [destroyVolume(dataset)]));
  }, 60_000);
});
