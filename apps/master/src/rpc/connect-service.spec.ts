import { Resources, scalar } from '@holdfast/core/resources';
import { schedulerService, type SchedulerCall } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing/eventually';
import { engDisk, frameworkInfo, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent } from '../master.fixture';
import type { Framework } from '../frameworks';
import { type Connection, SchedulerDoor } from './scheduler-door.fixture';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const subscribe = (more: Partial<Extract<SchedulerCall, { type: 'SUBSCRIBE' }>> = {}): SchedulerCall => ({
  type: 'SUBSCRIBE',
  framework: frameworkInfo(),
  suppressedRoles: [],
  ...more,
});

describe('Connect', () => {
  let door: SchedulerDoor;
  let story: MasterStory;
  let agent: StoryAgent;

  beforeEach(async () => {
    door = await SchedulerDoor.open();
    story = door.story;
    agent = await story.register({ checkpointed: Resources.of([engDisk(100)]) });
  });
  afterEach(() => door.close());

  async function subscribed(call = subscribe()): Promise<{ readonly connection: Connection; readonly framework: Framework }> {
    const connection = door.connect();
    connection.send(call);
    const event = await connection.event((heard) => heard.type === 'SUBSCRIBED');
    const framework = event.type === 'SUBSCRIBED' && story.deps.frameworks.get(event.frameworkId);
    if (!framework) throw new Error('nobody was subscribed');
    return { connection, framework };
  }

  const offerTo = (framework: Framework, ...resources: Parameters<MasterStory['offer']>[2]) => {
    const before = new Set(story.deps.offers.ofFramework(framework.id));
    story.offer({ framework, events: [], disconnect: () => undefined, isClosed: () => false }, agent, resources);
    return story.deps.offers.ofFramework(framework.id).find((offer) => !before.has(offer))?.id ?? '';
  };

  it('begins with SUBSCRIBE, which is answered by SUBSCRIBED and, if it has a number, by that number (D-001)', async () => {
    const { connection, framework } = await subscribed(subscribe({ callNumber: 7 }));
    await connection.answer(7);
    expect(connection.events.map(({ type }) => type)).toEqual(['SUBSCRIBED', 'HEARTBEAT', 'ANSWER']);
    expect(framework.stream).toBeDefined();
  });

  it('takes further calls without stream id and answers each that has a number, an ACCEPT with its results', async () => {
    const { connection, framework } = await subscribed();
    const [accepted, declined] = [offerTo(framework, cpu, engDisk(100)), offerTo(framework, cpu)];
    connection.send(
      {
        type: 'ACCEPT',
        frameworkId: framework.id,
        offerIds: [accepted],
        operations: [{ type: 'CREATE', resources: [V] }, launch(agent.agent.id, ['t1', cpu, V], ['t2', scalar('cpus', 9)])],
        filters: {},
        callNumber: 1,
      },
      { type: 'DECLINE', frameworkId: framework.id, offerIds: [declined, 'gone'], filters: {}, callNumber: 2 },
      { type: 'REVIVE', frameworkId: framework.id, roles: [], callNumber: 3 },
    );
    const [first, second, third] = await Promise.all([1, 2, 3].map((number) => connection.answer(number)));
    expect(first?.results).toMatchObject([{ type: 'CREATE' }, { type: 'LAUNCH', tasks: [{ taskId: 't1' }, { taskId: 't2' }] }]);
    expect(first?.results?.[1]?.tasks.map(({ refusal }) => refusal?.code)).toEqual([undefined, 'insufficient_resources']);
    expect(second?.unknownOfferIds).toEqual(['gone']);
    expect(third?.refusal).toBeUndefined();
  });

  it('answers a call without a number only if it came to nothing', async () => {
    const { connection, framework } = await subscribed();
    const { id: frameworkId } = framework;
    connection.send(
      { type: 'REVIVE', frameworkId, roles: [] },
      { type: 'REVIVE', frameworkId, roles: ['stranger'] },
      { type: 'REVIVE', frameworkId, roles: [], callNumber: 9 },
    );
    await connection.answer(9);
    const answers = connection.events.flatMap((event) => (event.type === 'ANSWER' ? [[event.callNumber, event.refusal?.code]] : []));
    expect(answers).toEqual([
      [undefined, 'invalid_argument'],
      [9, undefined],
    ]);
  });

  it('refuses a call for another framework, and goes on (D-008)', async () => {
    const other = await subscribed();
    const { connection, framework } = await subscribed();
    connection.send(
      { type: 'TEARDOWN', frameworkId: other.framework.id, callNumber: 1 },
      { type: 'REQUEST', frameworkId: framework.id, callNumber: 2 },
    );
    expect((await connection.answer(1)).refusal?.code).toBe('stale_stream');
    expect((await connection.answer(2)).refusal).toBeUndefined();
    expect(story.deps.frameworks.get(other.framework.id)).toBeDefined();
  });

  it('refuses a call that cannot be read, alone (B-076)', async () => {
    const { connection, framework } = await subscribed();
    connection.send(
      { type: 'KILL', frameworkId: framework.id, taskId: '', callNumber: 1 },
      { type: 'REQUEST', frameworkId: framework.id, callNumber: 2 },
    );
    expect((await connection.answer(1)).refusal).toMatchObject({ code: 'invalid_argument' });
    expect((await connection.answer(2)).refusal).toBeUndefined();
  });

  it('refuses a stream that begins with a call that cannot be read', async () => {
    const connection = door.connect();
    connection.send({ type: 'KILL', frameworkId: 'f', taskId: '' });
    expect(await connection.ended).toMatchObject({ code: 'invalid_argument' });
  });

  it('keeps the order of calls: a KILL behind the ACCEPT that launches its task meets the task', async () => {
    const { connection, framework } = await subscribed();
    const { id: frameworkId } = framework;
    const operations = [{ type: 'CREATE', resources: [V] } as const, launch(agent.agent.id, ['t1', cpu, V])];
    connection.send(
      { type: 'ACCEPT', frameworkId, offerIds: [offerTo(framework, cpu, engDisk(100))], operations, filters: {} },
      { type: 'KILL', frameworkId, taskId: 't1', callNumber: 1 },
    );
    await connection.answer(1);
    expect(agent.sent.map(({ kind }) => kind)).toEqual(['registered', 'apply_operation', 'run_task', 'kill_task']);
  });

  it('refuses a stream whose first call is another, or that has a second SUBSCRIBE', async () => {
    const early = door.connect();
    early.send({ type: 'REQUEST', frameworkId: 'f' });
    expect(await early.ended).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('first call') as unknown });
    const { connection, framework } = await subscribed();
    connection.send(subscribe());
    expect(await connection.ended).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('one SUBSCRIBE') as unknown,
    });
    await eventually(() => framework.stream === undefined);
    expect([...story.deps.frameworks.all()]).toHaveLength(1);
  });

  it('refuses a SUBSCRIBE that cannot be with its status (D-002)', async () => {
    const connection = door.connect();
    connection.send(subscribe({ framework: frameworkInfo({ roles: ['eng', 'eng'] }) }));
    expect(await connection.ended).toMatchObject({ code: 'framework_invalid' });
  });

  it('disconnects its framework when it ends, and takes it over from an older stream when it begins (D-004, D-010)', async () => {
    const { connection, framework } = await subscribed();
    offerTo(framework, cpu);
    connection.end();
    expect(await connection.ended).toBeUndefined();
    await eventually(() => framework.stream === undefined);
    expect(story.deps.offers.size).toBe(0);

    const again = subscribe({ framework: frameworkInfo({ id: framework.id }) });
    const older = await subscribed(again);
    const newer = await subscribed(again);
    expect(await older.connection.ended).toBeUndefined();
    expect(older.connection.events.at(-1)).toEqual({ type: 'ERROR', message: 'Framework failed over' });
    expect(newer.framework).toBe(framework);
  });

  it('answers TEARDOWN before it ends (D-013)', async () => {
    const { connection, framework } = await subscribed();
    connection.send({ type: 'TEARDOWN', frameworkId: framework.id, callNumber: 5 });
    expect(await connection.ended).toBeUndefined();
    expect(connection.events.at(-1)).toEqual({ type: 'ANSWER', callNumber: 5 });
    expect(story.deps.frameworks.isRemoved(framework.id)).toBe(true);
  });

  it('cuts a framework off that leaves too much unread, and no other', async () => {
    await door.close();
    door = await SchedulerDoor.open(new MasterStory({ HOLDFAST_MASTER_MAX_BACKLOG_BYTES: '1048576' }));
    story = door.story;
    const other = await subscribed();
    // Nothing is read before somebody asks for messages.
    const deaf = door.client.duplex(schedulerService.connect);
    deaf.send(subscribe({ framework: frameworkInfo({ name: 'deaf' }) }));
    const { id: frameworkId } = await firstNamed(story, 'deaf');
    const frameworkRefused = new Promise<void>((resolve) => {
      const { frameworkStore } = story.deps;
      const save = frameworkStore.save.bind(frameworkStore);
      frameworkStore.save = (saved) => {
        save(saved);
        if (saved.info.id === frameworkId && saved.disconnectedMs !== undefined) resolve();
      };
    });
    const tasks = Array.from({ length: 1_000 }, (_, at) => ({ taskId: `t${at}` }));
    for (let sent = 0; sent < 40; sent++) deaf.send({ type: 'RECONCILE', frameworkId, tasks });
    await frameworkRefused;
    expect(story.deps.frameworks.get(frameworkId)?.stream).toBeUndefined();
    other.connection.send({ type: 'REQUEST', frameworkId: other.framework.id, callNumber: 1 });
    await other.connection.answer(1);
    deaf.cancel();
  });
});

/** Resolves once a framework of this name has subscribed. */
function firstNamed(story: MasterStory, name: string): Promise<Framework> {
  const { frameworkStore, frameworks } = story.deps;
  const save = frameworkStore.save.bind(frameworkStore);
  return new Promise((resolve) => {
    frameworkStore.save = (saved) => {
      save(saved);
      const framework = saved.info.name === name && frameworks.get(saved.info.id);
      if (framework) resolve(framework);
    };
  });
}
