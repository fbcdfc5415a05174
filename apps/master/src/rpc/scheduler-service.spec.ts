import { scalar } from '@holdfast/core/resources';
import { ok, refuse, refused } from '@holdfast/core/base';
import { schedulerService } from '@holdfast/contracts';
import type { Authenticator } from '../authentication';
import { frameworkInfo, launch } from '../builders.fixture';
import { MasterStory, type StoryAgent } from '../master.fixture';
import { Heard, SchedulerDoor } from './scheduler-door.fixture';
import { STREAM_ID } from './scheduler-service';

const cpu = scalar('cpus', 1);

/** Everybody's secret is their name backwards; checking it takes a while, as it does in earnest. */
const authenticator: Authenticator = {
  authenticate: async (authorization = '') => {
    await new Promise(setImmediate);
    const [name = '', secret] = authorization.split(':');
    if (name === 'slow') await new Promise(() => undefined);
    return name !== '' && [...name].reverse().join('') === secret
      ? ok(name)
      : refused(refuse('unauthenticated', { problem: 'Who are you?' }));
  },
};
const as = (name: string) => ({ authorization: `${name}:${[...name].reverse().join('')}` });

describe('the frameworks’ gRPC door', () => {
  let door: SchedulerDoor;
  let story: MasterStory;
  let agent: StoryAgent;

  beforeEach(async () => {
    door = await SchedulerDoor.open();
    story = door.story;
    agent = await story.register();
  });
  afterEach(() => door.close());

  async function subscribe(more: Parameters<typeof frameworkInfo>[0] = {}, metadata: Record<string, string> = {}) {
    const stream = door.client.serverStream(
      schedulerService.subscribe,
      { framework: frameworkInfo(more), suppressedRoles: [] },
      { metadata },
    );
    const streamId = new Promise<string>((resolve) => stream.onInitialMetadata((get) => resolve(get(STREAM_ID) ?? '')));
    const heard = new Heard(stream);
    const event = await heard.event(({ type }) => type === 'SUBSCRIBED');
    const frameworkId = event.type === 'SUBSCRIBED' ? event.frameworkId : '';
    const framework = story.deps.frameworks.get(frameworkId);
    if (!framework) throw new Error('nobody was subscribed');
    const offer = () => {
      story.offer({ framework, events: [], disconnect: () => undefined, isClosed: () => false }, agent, [cpu]);
      return story.deps.offers.ofFramework(frameworkId).at(-1)?.id ?? '';
    };
    return {
      frameworkId,
      heard,
      offer,
      cancel: () => stream.cancel(),
      options: { metadata: { ...metadata, [STREAM_ID]: await streamId } },
    };
  }

  it('answers each unary call, and says why one that was taken came to nothing (C-055, D-095, D-096)', async () => {
    const { frameworkId, offer, options, heard } = await subscribe();
    const { client } = door;
    const agentId = agent.agent.id;
    const uuid = Buffer.alloc(16, 1);
    const launched = { frameworkId, offerIds: [offer()], operations: [launch(agentId, ['t1', cpu])], filters: {} };
    expect(await client.unary(schedulerService.accept, launched, options)).toMatchObject({
      ok: true,
      value: { results: [{ tasks: [{ taskId: 't1' }] }] },
    });
    expect(await client.unary(schedulerService.decline, { frameworkId, offerIds: ['gone'], filters: {} }, options)).toEqual(
      ok({ unknownOfferIds: ['gone'] }),
    );
    const framework = frameworkInfo({ id: frameworkId, name: 'renamed' });
    const executor = { frameworkId, agentId, executorId: 'pod' };
    const inverse = { frameworkId, inverseOfferIds: ['i'], filters: {} };
    const answers = await Promise.all([
      client.unary(schedulerService.revive, { frameworkId, roles: [] }, options),
      client.unary(schedulerService.suppress, { frameworkId, roles: ['stranger'] }, options),
      client.unary(schedulerService.kill, { frameworkId, taskId: 't1' }, options),
      client.unary(schedulerService.acknowledge, { frameworkId, agentId, taskId: 't1', uuid }, options),
      client.unary(schedulerService.reconcile, { frameworkId, tasks: [] }, options),
      client.unary(schedulerService.updateFramework, { frameworkId, framework, suppressedRoles: [] }, options),
      client.unary(
        schedulerService.updateFramework,
        { frameworkId, framework: { ...framework, user: 'other' }, suppressedRoles: [] },
        options,
      ),
      client.unary(schedulerService.shutdown, executor, options),
      client.unary(schedulerService.sendMessage, { ...executor, data: uuid }, options),
      client.unary(schedulerService.acceptInverseOffers, inverse, options),
      client.unary(schedulerService.declineInverseOffers, inverse, options),
      client.unary(schedulerService.acknowledgeOperationStatus, { frameworkId, agentId, operationId: 'op', uuid }, options),
      client.unary(schedulerService.reconcileOperations, { frameworkId, operations: [{ operationId: 'op' }] }, options),
    ]);
    const torn = await client.unary(schedulerService.teardown, { frameworkId }, options);
    expect([...answers, torn].map((answer) => (answer.ok ? 'ok' : answer.refusal.code))).toEqual([
      'ok',
      'invalid_argument',
      'ok',
      'ok',
      'ok',
      'ok',
      'framework_invalid',
      'executor_unknown',
      'executor_unknown',
      'offer_gone',
      'offer_gone',
      'operation_unknown',
      'ok',
      'ok',
    ]);
    expect(await heard.ended).toBeUndefined();
    expect(heard.events).toContainEqual(
      expect.objectContaining({
        type: 'UPDATE_OPERATION_STATUS',
        status: expect.objectContaining({ operationId: 'op', state: 'OPERATION_UNKNOWN' }) as unknown,
      }),
    );
  });

  it('refuses a call without the newest stream’s id (D-008)', async () => {
    const { frameworkId, options, heard } = await subscribe();
    const revive = (metadata: Record<string, string>) =>
      door.client.unary(schedulerService.revive, { frameworkId, roles: [] }, { metadata });
    expect(await revive({})).toMatchObject({ ok: false, refusal: { code: 'stale_stream' } });
    const newer = await subscribe({ id: frameworkId });
    expect(await heard.ended).toBeUndefined();
    expect(await revive(options.metadata)).toMatchObject({ ok: false, refusal: { code: 'stale_stream' } });
    expect(await revive(newer.options.metadata)).toEqual(ok({}));
  });

  it('keeps the status of a refused Subscribe (D-002)', async () => {
    const request = { framework: frameworkInfo({ roles: ['eng', 'eng'] }), suppressedRoles: [] };
    const heard = new Heard(door.client.serverStream(schedulerService.subscribe, request));
    expect(await heard.ended).toMatchObject({ code: 'framework_invalid' });
    expect(heard.events).toEqual([]);
  });
});

describe('with credentials asked for, the frameworks’ gRPC door', () => {
  let door: SchedulerDoor;

  beforeEach(async () => {
    const story = new MasterStory();
    Object.assign(story.deps, { authenticator });
    door = await SchedulerDoor.open(story);
  });
  afterEach(() => door.close());

  const subscribeRequest = { framework: frameworkInfo(), suppressedRoles: [] };
  const subscribe = (metadata: Record<string, string>) =>
    new Heard(door.client.serverStream(schedulerService.subscribe, subscribeRequest, { metadata }));

  it.each([
    ['none', {}],
    ['wrong ones', { authorization: 'ada:bob' }],
  ])('refuses Subscribe, Connect and unary calls with %s (B-093)', async (_, metadata) => {
    expect(await subscribe(metadata).ended).toMatchObject({ code: 'unauthenticated' });
    const connection = door.connect(metadata);
    connection.send({ type: 'SUBSCRIBE', ...subscribeRequest });
    expect(await connection.ended).toMatchObject({ code: 'unauthenticated' });
    const revived = await door.client.unary(schedulerService.revive, { frameworkId: 'f', roles: [] }, { metadata });
    expect(revived).toMatchObject({ ok: false, refusal: { code: 'unauthenticated' } });
    expect([...door.story.deps.frameworks.all()]).toEqual([]);
  });

  it('lets a framework speak for itself only: the principal that it proved is its own (D-003)', async () => {
    const connection = door.connect(as('ada'));
    connection.send({ type: 'SUBSCRIBE', ...subscribeRequest });
    const subscribed = await connection.event(({ type }) => type === 'SUBSCRIBED');
    const frameworkId = subscribed.type === 'SUBSCRIBED' ? subscribed.frameworkId : '';
    const framework = door.story.deps.frameworks.get(frameworkId);
    expect(framework?.info.principal).toBe('ada');

    const metadata = { ...as('bob'), [STREAM_ID]: framework?.stream?.id ?? '' };
    const foreign = await door.client.unary(schedulerService.teardown, { frameworkId }, { metadata });
    expect(foreign).toMatchObject({ ok: false, refusal: { code: 'principal_mismatch' } });
    const own = await door.client.unary(schedulerService.revive, { frameworkId, roles: [] }, { metadata: { ...metadata, ...as('ada') } });
    expect(own).toEqual(ok({}));
  });

  it('carries out calls that came before it knew who called, in order; but not more than a few', async () => {
    const connection = door.connect(as('ada'));
    connection.send({ type: 'SUBSCRIBE', ...subscribeRequest, callNumber: 1 }, { type: 'REQUEST', frameworkId: 'nobody', callNumber: 2 });
    expect((await connection.answer(2)).refusal?.code).toBe('framework_unknown');
    expect(connection.events.map(({ type }) => type)).toEqual(['SUBSCRIBED', 'HEARTBEAT', 'ANSWER', 'ANSWER']);
    const hasty = door.connect(as('slow'));
    for (let sent = 0; sent <= 100; sent++) hasty.send({ type: 'REQUEST', frameworkId: 'f' });
    expect(await hasty.ended).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('wait for') as unknown });
  });
});
