import { Mesos } from 'mesos-framework';
import { startCluster, type TestCluster } from '@holdfast/testing/cluster';
import { NpmScheduler, type Wire } from './npm-scheduler.fixture';

const ROLE = 'eng';
const RESERVATIONS = [{ type: 'DYNAMIC', role: ROLE }];
const scalar = (name: string, value: number, more: object = {}) => ({ name, type: 'SCALAR', scalar: { value }, ...more });
const DISK = scalar('disk', 64, { reservations: RESERVATIONS });
const VOLUME = { ...DISK, disk: { persistence: { id: 'dataset' }, volume: { container_path: 'data', mode: 'RW' } }, shared: {} };
const CAPABILITIES = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES', 'PARTITION_AWARE'].map((type) => ({ type }));

const hasVolume = (offer: Wire): boolean => offer.resources.some(({ disk }: Wire) => disk?.persistence?.id === 'dataset');
const reservedDisk = (offer: Wire): number =>
  offer.resources
    .filter(({ name, reservations, disk }: Wire) => name === 'disk' && reservations?.length > 0 && !disk?.persistence)
    .reduce((sum: number, { scalar: { value } }: Wire) => sum + value, 0);

/** A scheduler that exists, from npm and unchanged, on the HTTP door of a real cluster (wire document, the notes marked [C]). */
describe('the npm package mesos-framework', () => {
  let cluster: TestCluster;
  let npm: NpmScheduler;

  beforeAll(async () => {
    // So that whoever hears of the end of a task finds its holder gone, however slow the ledger is.
    cluster = await startCluster({ agents: 1, env: { HOLDFAST_MASTER_RELEASE_WAIT_MS: '30000' } });
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
  }, 60_000);
  afterEach(() => npm.stop());

  it('drives a shared volume through its whole life', async () => {
    npm = new NpmScheduler(cluster.ready.master.http, { handlers: { OFFERS: (offers) => void offers } });
    const { frameworkId, mesosStreamId } = await npm.until('subscribed');
    expect([frameworkId, mesosStreamId]).toEqual([expect.stringMatching(/./), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    await npm.until('heartbeat');

    // It subscribes without capabilities, hence in role '*' and the old form of resources.
    const plain = await npm.offer(() => true);
    expect(plain).toMatchObject({ framework_id: { value: frameworkId }, url: { address: { ip: expect.stringMatching(/./) } } });
    expect(plain.allocation_info).toBeUndefined();
    expect(plain.resources).toContainEqual(scalar('cpus', 4, { role: '*' }));

    // 200 is the answer of Mesos, too; the helper of the package complains of all but 202.
    const framework = { id: { value: frameworkId }, user: 'root', name: 'npm', failover_timeout: 604_800 };
    const updated = await npm.call('UPDATE_FRAMEWORK', { framework_info: { ...framework, roles: [ROLE], capabilities: CAPABILITIES } });
    expect(updated).toContain("status code was '200'");
    await npm.until('rescind', ({ offer_id }) => offer_id.value === plain.id.value);

    const offer = await npm.offer(({ allocation_info }) => allocation_info?.role === ROLE);
    const task = (id: string) => ({
      name: id,
      task_id: { value: id },
      agent_id: offer.agent_id,
      command: { shell: true, value: `echo ${id} >> data/log; sleep 600`, uris: null },
      resources: [scalar('cpus', 0.1), scalar('mem', 32), VOLUME],
      kill_policy: { grace_period: { nanoseconds: 100_000_000 } },
    });
    expect(
      await npm.accept(offer, [
        { type: 'RESERVE', id: { value: 'op-reserve' }, reserve: { resources: [DISK] } },
        { type: 'CREATE', id: { value: 'op-create' }, create: { volumes: [VOLUME] } },
        { type: 'LAUNCH', launch: { task_infos: [task('t1'), task('t2')] } },
      ]),
    ).toBeUndefined();
    for (const id of ['op-reserve', 'op-create']) {
      const status = await npm.untilOperation(id);
      expect(status).toMatchObject({ state: 'OPERATION_FINISHED', agent_id: offer.agent_id });
      expect(
        await npm.call('ACKNOWLEDGE_OPERATION_STATUS', { agent_id: offer.agent_id, operation_id: { value: id }, uuid: status.uuid.value }),
      ).toBeUndefined();
    }
    // Its own handler acknowledges updates: without that RUNNING would never follow STARTING.
    for (const id of ['t1', 't2']) expect(await npm.untilTask(id, 'TASK_RUNNING')).toMatchObject({ agent_id: offer.agent_id });
    await npm.until('sent_acknowledge');

    const held = await npm.offer(hasVolume);
    await npm.accept(held, [{ type: 'DESTROY', id: { value: 'op-held' }, destroy: { volumes: [VOLUME] } }]);
    const refused = await npm.untilOperation('op-held');
    expect(refused).toMatchObject({ state: 'OPERATION_ERROR', message: expect.stringMatching(/t1.*t2|t2.*t1/s) });
    expect(refused.uuid).toBeUndefined();

    for (const id of ['t1', 't2']) npm.scheduler.kill(id, offer.agent_id.value);
    for (const id of ['t1', 't2']) await npm.untilTask(id, 'TASK_KILLED');

    // What the refused DESTROY has given back was offered again, before or after the tasks have ended.
    const free = await npm.offer((later) => hasVolume(later) && later.id.value !== held.id.value);
    await npm.accept(free, [{ type: 'DESTROY', id: { value: 'op-free' }, destroy: { volumes: [VOLUME] } }]);
    expect(await npm.untilOperation('op-free')).toMatchObject({ state: 'OPERATION_FINISHED' });
    const back = await npm.offer((later) => !hasVolume(later) && reservedDisk(later) === 64);

    npm.scheduler.decline([back.id], { refuse_seconds: 3600 });
    await npm.until('sent_decline');
    expect(await npm.call('SUPPRESS', { roles: [ROLE] })).toBeUndefined();
    const suppressed = npm.now;
    npm.scheduler.revive();
    await npm.offer((later) => reservedDisk(later) === 64, suppressed);

    const torn = npm.now;
    npm.scheduler.teardown();
    // The stream ends, maybe before the answer is heard; the package subscribes again by itself, and hears the text that clients compare (D-005).
    await npm.until('error', ({ message }) => message === 'Long-running connection was closed!', torn);
    await npm.until('error', ({ message }) => message === 'Error received from Mesos master: Framework has been removed', torn);
  }, 120_000);

  it('runs the tasks that it is configured with, by its own handlers', async () => {
    const { CommandInfo } = Mesos.getMesos();
    npm = new NpmScheduler(cluster.ready.master.http, {
      tasks: {
        sleeper: {
          instances: 2,
          commandInfo: new CommandInfo(null, null, true, 'sleep 600', null, null),
          resources: { cpus: 0.1, mem: 32, ports: 0, disk: 0 },
        },
      },
    });
    for (const name of ['sleeper-1', 'sleeper-2']) {
      await npm.until('update', ({ status: { task_id, state } }) => state === 'TASK_RUNNING' && task_id.value.startsWith(`npm.${name}.`));
    }
    const torn = npm.now;
    npm.scheduler.teardown();
    await npm.until('error', ({ message }) => message === 'Long-running connection was closed!', torn);
  }, 120_000);
});
