import { refuse, refused } from '@holdfast/core/base';
import { basic, DoorStory, subscription } from './mesos-door.fixture';
import type { DoorClient, Got, OpenStream, Sent } from './door-client.fixture';

const REALM = 'Basic realm="mesos-master-scheduler"';

/** Every row of the wire document's status tables (sections 2, 4, 8, 13) that a scheduler can meet. */
describe('the status of', () => {
  let door: DoorStory;
  let client: DoorClient;
  let stream: OpenStream;
  let frameworkId: string;

  beforeAll(async () => {
    door = await DoorStory.start();
    client = door.client();
    stream = await client.subscribe(subscription());
    frameworkId = (await stream.next())['subscribed'].framework_id.value;
  });
  afterAll(() => door.stop());
  afterEach(() => {
    door.leader = { kind: 'us', hostname: 'ctl1', port: 5050 };
    expect(door.errors).toEqual([]);
  });

  const asUs = (call: object, sent: Sent = {}): Promise<Got> =>
    client.call({
      ...sent,
      headers: { 'mesos-stream-id': stream.streamId, ...sent.headers },
      body: { framework_id: { value: frameworkId }, ...call },
    });

  describe('a request before its call is looked at (D-009)', () => {
    it.each<[string, Sent, number]>([
      ['GET', { method: 'GET' }, 405],
      ['PUT', { method: 'PUT' }, 405],
      ['HEAD', { method: 'HEAD' }, 405],
      ['PURGE', { method: 'PURGE' }, 405],
      ['no Content-Type', { headers: { 'content-type': undefined } }, 400],
      ['Content-Type text/plain', { headers: { 'content-type': 'text/plain' } }, 415],
      ['Content-Type application/json; charset=utf-8', { headers: { 'content-type': 'application/json; charset=utf-8' } }, 415],
      ['Content-Type Application/JSON', { headers: { 'content-type': 'Application/JSON' } }, 415],
      ['Content-Type application/recordio', { headers: { 'content-type': 'application/recordio' } }, 415],
      ['Content-Encoding br', { headers: { 'content-encoding': 'br' }, body: {} }, 415],
      ['a path above the root', { path: '/../api/v1/scheduler' }, 404],
      ['a target without a slash', { path: '*' }, 400],
      ['a path that nobody serves', { path: '/api/v2/scheduler' }, 404],
      ['/redirect with more behind it', { path: '/redirect/api/v1/scheduler' }, 404],
    ])('%s', async (_what, sent, status) => {
      const got = await client.call(sent);
      expect(got.status).toBe(status);
      if (status === 405) expect(got.headers.allow).toBe('POST');
      if (sent.method !== 'HEAD' && status !== 404) {
        expect(got.headers['content-type']).toBe('text/plain; charset=utf-8');
        expect(got.text).toMatch(/\.$/);
      }
    });
  });

  describe('a call that is malformed', () => {
    it.each<[string, string | object]>([
      ['an empty body', ''],
      ['no JSON', 'type=SUBSCRIBE'],
      ['an array', []],
      ['garbage behind the call', `${JSON.stringify(subscription())}}`],
      ['no type', { framework_id: { value: 'f' } }],
      ['a type that does not exist', { framework_id: { value: 'f' }, type: 'SUBSCRIBED' }],
      ['a type as a number', { framework_id: { value: 'f' }, type: 1 }],
      ['SUBSCRIBE without its message', { type: 'SUBSCRIBE' }],
      ['SUBSCRIBE without a name', subscription({ name: null })],
      ['SUBSCRIBE with two ids', subscription({ id: { value: 'a' } }, { framework_id: { value: 'b' } })],
      ['ACCEPT without its message', { framework_id: { value: 'f' }, type: 'ACCEPT' }],
      ['KILL without a task id', { framework_id: { value: 'f' }, type: 'KILL', kill: {} }],
      ['TEARDOWN without a framework id', { type: 'TEARDOWN' }],
      ['DECLINE without a framework id', { type: 'DECLINE', decline: { offer_ids: [] } }],
      [
        'ACKNOWLEDGE with a uuid of 3 bytes',
        {
          framework_id: { value: 'f' },
          type: 'ACKNOWLEDGE',
          acknowledge: { agent_id: { value: 'a' }, task_id: { value: 't' }, uuid: 'AAEC' },
        },
      ],
    ])('%s: 400', async (_what, body) => {
      const got = await client.call({ body });
      expect([got.status, got.headers['content-type']]).toEqual([400, 'text/plain; charset=utf-8']);
      expect(got.text).not.toBe('');
    });

    it('names what is missing', async () => {
      const got = await client.call({ body: subscription({ name: null, user: null }) });
      expect(got.text).toContain('subscribe.framework_info.user');
      expect(got.text).toContain('subscribe.framework_info.name');
    });

    it('type UNKNOWN: 501', async () => {
      expect((await asUs({ type: 'UNKNOWN' })).status).toBe(501);
    });
  });

  describe('SUBSCRIBE', () => {
    it('200, chunked, in the format asked for, with a stream id that is a uuid (D-001)', async () => {
      const given = await client.subscribe(subscription(), { accept: 'application/json' });
      expect(given.status).toBe(200);
      expect(given.headers).toMatchObject({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
      expect(given.headers['content-length']).toBeUndefined();
      expect(given.streamId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      given.hangUp();
    });

    it('406 if Accept admits neither format', async () => {
      expect((await client.call({ body: subscription(), headers: { accept: 'text/html' } })).status).toBe(406);
    });

    it('400 with a stream id, also an empty one (D-008)', async () => {
      for (const id of [stream.streamId, '']) {
        expect((await client.call({ body: subscription(), headers: { 'mesos-stream-id': id } })).status).toBe(400);
      }
    });

    it('400 as another principal than the framework names (D-003)', async () => {
      const got = await client.call({ body: subscription({ principal: 'bob' }), headers: { authorization: basic('alice') } });
      expect([got.status, got.headers['mesos-stream-id']]).toEqual([400, undefined]);
      // Nothing is left that would write into the connection.
      door.master.world.advance(15_000);
    });

    it.each([
      ['several roles without MULTI_ROLE (D-002)', { capabilities: [] }],
      ['a role that cannot be (D-002)', { roles: ['a b'] }],
      ['role and MULTI_ROLE (D-002)', { role: 'eng' }],
      ['a negative failover timeout (D-002)', { failover_timeout: -1 }],
    ])('200 with %s: the only event is ERROR, then the stream ends', async (_what, info) => {
      const given = await client.subscribe(subscription(info));
      expect([given.status, given.streamId.length]).toEqual([200, 36]);
      expect(await given.rest()).toEqual([{ type: 'ERROR', error: { message: expect.stringMatching(/./) } }]);
    });
  });

  describe('a call', () => {
    const CALLS: [object][] = [
      [{ type: 'ACCEPT', accept: { offer_ids: [{ value: 'gone' }], operations: [] } }],
      [{ type: 'DECLINE', decline: { offer_ids: [] } }],
      [{ type: 'DECLINE', decline: { offer_ids: [{ value: 'gone' }], filters: { refuse_seconds: 1 } } }],
      [{ type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: { inverse_offer_ids: [{ value: 'i' }] } }],
      [{ type: 'DECLINE_INVERSE_OFFERS', decline_inverse_offers: { inverse_offer_ids: [{ value: 'i' }] } }],
      [{ type: 'REVIVE' }],
      [{ type: 'REVIVE', revive: { roles: ['not-mine'] } }],
      [{ type: 'SUPPRESS', suppress: { roles: ['eng'] } }],
      [{ type: 'SUPPRESS', suppress: { roles: ['not-mine'] } }],
      [{ type: 'KILL', kill: { task_id: { value: 'unknown' } } }],
      [{ type: 'SHUTDOWN', shutdown: { executor_id: { value: 'e' }, agent_id: { value: 'a' } } }],
      [
        {
          type: 'ACKNOWLEDGE',
          acknowledge: { agent_id: { value: 'a' }, task_id: { value: 't' }, uuid: 'AAECAwQFBgcICQoLDA0ODw==' },
        },
      ],
      [
        {
          type: 'ACKNOWLEDGE_OPERATION_STATUS',
          acknowledge_operation_status: { agent_id: { value: 'a' }, operation_id: { value: 'o' }, uuid: 'AAECAwQFBgcICQoLDA0ODw==' },
        },
      ],
      [{ type: 'RECONCILE', reconcile: { tasks: [] } }],
      [{ type: 'RECONCILE', reconcile: { tasks: [{ task_id: { value: 'unknown' } }] } }],
      [{ type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations: [{ operation_id: { value: 'o' } }] } }],
      [{ type: 'MESSAGE', message: { agent_id: { value: 'a' }, executor_id: { value: 'e' }, data: 'cGluZw==' } }],
      [{ type: 'REQUEST', request: { requests: [] } }],
    ];

    it.each(CALLS)('that is taken is 202, empty, whatever becomes of it: %j', async (call) => {
      const got = await asUs(call);
      expect([got.status, got.headers['content-length'], got.text]).toEqual([202, '0', '']);
    });

    it.each(CALLS)('is found to be nobody’s before anything else happens: %j', async (call) => {
      const stranger = { framework_id: { value: 'nobody' }, ...call };
      expect((await client.call({ body: stranger, headers: { 'mesos-stream-id': stream.streamId } })).status).toBe(400);
    });

    it('is 406 only where Accept is looked at: RECONCILE_OPERATIONS', async () => {
      const headers = { accept: 'text/html' };
      expect((await asUs({ type: 'RECONCILE_OPERATIONS', reconcile_operations: {} }, { headers })).status).toBe(406);
      expect((await asUs({ type: 'REVIVE' }, { headers })).status).toBe(202);
    });

    it.each([
      ['missing', undefined],
      ['of somebody else', '00000000-0000-4000-8000-00000000dead'],
      ['empty', ''],
      ['longer than 128 bytes', 'x'.repeat(129)],
    ])('with a stream id that is %s: 400 (D-008)', async (_what, id) => {
      expect((await asUs({ type: 'REVIVE' }, { headers: { 'mesos-stream-id': id } })).status).toBe(400);
    });

    it('as another principal than the framework’s: 400, before its connection is looked at (D-003)', async () => {
      const theirs = await client.subscribe(subscription({ principal: 'bob' }), { authorization: basic('bob') });
      const id = (await theirs.next())['subscribed'].framework_id.value;
      const body = { framework_id: { value: id }, type: 'REVIVE' };
      const as = (principal: string) =>
        client
          .call({ body, headers: { authorization: basic(principal), 'mesos-stream-id': theirs.streamId } })
          .then(({ status }) => status);
      expect([await as('bob'), await as('alice')]).toEqual([202, 400]);
    });

    it('of a framework whose stream has ended: 403, whatever the stream id (D-009, D-010)', async () => {
      const gone = await client.subscribe(subscription({ failover_timeout: 1000 }));
      const id = (await gone.next())['subscribed'].framework_id.value;
      const framework = door.master.deps.frameworks.get(id);
      const ended = new Promise<void>((resolve) => framework?.stream?.onClose(resolve));
      gone.hangUp();
      await ended;
      for (const streamId of [gone.streamId, undefined]) {
        const got = await client.call({ body: { framework_id: { value: id }, type: 'REVIVE' }, headers: { 'mesos-stream-id': streamId } });
        expect(got.status).toBe(403);
      }
    });

    it('of a framework that was removed: 400; its subscription ends with the text that clients compare (D-005)', async () => {
      const torn = await client.subscribe(subscription());
      const id = (await torn.next())['subscribed'].framework_id.value;
      const call = { body: { framework_id: { value: id }, type: 'TEARDOWN' }, headers: { 'mesos-stream-id': torn.streamId } };
      expect((await client.call(call)).status).toBe(202);
      await torn.rest();
      expect((await client.call(call)).status).toBe(400);
      const again = await client.subscribe(subscription({ id: { value: id } }, { framework_id: { value: id } }));
      expect(again.status).toBe(200);
      expect(await again.rest()).toEqual([{ type: 'ERROR', error: { message: 'Framework has been removed' } }]);
    });
  });

  describe('UPDATE_FRAMEWORK (D-015)', () => {
    const update = (info: object, sent: Sent = {}) =>
      asUs(
        {
          type: 'UPDATE_FRAMEWORK',
          update_framework: {
            framework_info: {
              user: 'svc',
              name: 'renamed',
              id: { value: frameworkId },
              roles: ['eng'],
              capabilities: [{ type: 'MULTI_ROLE' }],
              ...info,
            },
          },
        },
        sent,
      );

    it('200, empty, when done', async () => {
      const got = await update({});
      expect([got.status, got.headers['content-length'], got.text]).toEqual([200, '0', '']);
      expect(door.master.deps.frameworks.get(frameworkId)?.info.name).toBe('renamed');
    });

    it.each([
      ['another id', { id: { value: 'another' } }],
      ['another user (D-006)', { user: 'root' }],
      ['another principal (D-006)', { principal: 'bob' }],
      ['a role that cannot be', { roles: ['a b'] }],
    ])('400 with %s, and nothing has changed', async (_what, info) => {
      const got = await update({ name: 'never', ...info });
      expect([got.status, got.text]).toEqual([400, expect.not.stringContaining('SUBSCRIBE')]);
      expect(door.master.deps.frameworks.get(frameworkId)?.info.name).toBe('renamed');
    });
  });

  describe('leadership (wire document 8)', () => {
    it.each(['/api/v1/scheduler', '/master/api/v1/scheduler', '/api/v1/scheduler/?a=b&c=%20d'])(
      'another leads: 307 to it with path and query, %s',
      async (path) => {
        door.leader = { kind: 'other', hostname: 'ctl2', port: 5051 };
        const got = await client.call({ path, body: subscription() });
        expect([got.status, got.headers.location, got.text]).toEqual([307, `//ctl2:5051${path}`, '']);
      },
    );

    it('an IPv6 address stands in brackets', async () => {
      door.leader = { kind: 'other', hostname: '::1', port: 5051 };
      expect((await client.call({})).headers.location).toBe('//[::1]:5051/api/v1/scheduler');
    });

    it('nobody leads, or the leader is not ready: 503', async () => {
      door.leader = { kind: 'none' };
      expect((await client.call({ body: subscription() })).status).toBe(503);
      expect((await client.call({ path: '/redirect' })).status).toBe(503);
    });

    it.each(['GET', 'POST', 'DELETE'])('%s /redirect: always 307, on the leader too, without a path', async (method) => {
      for (const path of ['/redirect', '/master/redirect', '/redirect/?a=b']) {
        const got = await client.call({ method, path });
        expect([got.status, got.headers.location]).toEqual([307, '//ctl1:5050']);
      }
    });
  });

  it('health and version are told to everybody, by any master', async () => {
    door.leader = { kind: 'none' };
    for (const prefix of ['', '/master']) {
      const health = await client.call({ method: 'GET', path: `${prefix}/health` });
      expect([health.status, health.text]).toEqual([200, '']);
      const version = await client.call({ method: 'GET', path: `${prefix}/version` });
      expect([version.status, version.headers['content-type']]).toEqual([200, 'application/json']);
      // pymesos splits it on dots into whole numbers.
      expect(JSON.parse(version.text)).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/), holdfast_version: '0.1.0' });
    }
  });

  it('what the port serves besides stays as it was', async () => {
    expect((await client.call({ method: 'GET', path: '/healthz' })).status).toBe(200);
    expect((await client.call({ method: 'GET', path: '/readyz' })).status).toBe(200);
  });
});

/** Two faults at once: the earlier check decides (wire document 2). */
describe('the order of checks', () => {
  let door: DoorStory;
  let client: DoorClient;
  const wrong = { authorization: 'wrong' };
  const nameless = { authorization: basic('') };

  beforeAll(async () => {
    door = await DoorStory.start({
      authenticator: {
        authenticate: async (authorization) => {
          if (authorization === wrong.authorization) return refused(refuse('unauthenticated', { problem: 'Wrong.' }));
          return { ok: true, value: authorization === nameless.authorization ? '' : undefined };
        },
      },
    });
    client = door.client();
  });
  afterAll(() => door.stop());

  const other = { kind: 'other', hostname: 'ctl2', port: 1 } as const;
  const unreadable = { headers: { 'content-type': 'text/plain' }, body: 'x' };
  it.each<[string, DoorStory['leader'] | undefined, Sent, number]>([
    ['no credentials, not the leader, GET', other, { method: 'GET', headers: wrong }, 401],
    ['a principal without a name, not the leader', other, { headers: nameless }, 403],
    ['not the leader, GET', other, { method: 'GET' }, 307],
    ['nobody leads, GET', { kind: 'none' }, { method: 'GET' }, 503],
    ['GET, no Content-Type', undefined, { method: 'GET', headers: { 'content-type': undefined } }, 405],
    ['no Content-Type, no call', undefined, { headers: { 'content-type': undefined }, body: 'x' }, 400],
    ['an unknown Content-Type, no call', undefined, unreadable, 415],
    ['an unknown Content-Type, not acceptable', undefined, { ...unreadable, headers: { ...unreadable.headers, accept: 'text/html' } }, 415],
    ['no call, not acceptable', undefined, { headers: { accept: 'text/html' }, body: '{' }, 400],
    [
      'not acceptable, a stream id on SUBSCRIBE',
      undefined,
      { headers: { accept: 'a/b', 'mesos-stream-id': 'x' }, body: subscription() },
      406,
    ],
    [
      'an invalid framework, a stream id on SUBSCRIBE',
      undefined,
      { headers: { 'mesos-stream-id': 'x' }, body: subscription({ roles: ['.'] }) },
      400,
    ],
    [
      'RECONCILE_OPERATIONS not acceptable, of nobody',
      undefined,
      { headers: { accept: 'a/b' }, body: { framework_id: { value: 'nobody' }, type: 'RECONCILE_OPERATIONS', reconcile_operations: {} } },
      406,
    ],
    ['of nobody, without a stream id', undefined, { body: { framework_id: { value: 'nobody' }, type: 'REVIVE' } }, 400],
  ])('%s', async (_what, leader, sent, status) => {
    door.leader = leader ?? { kind: 'us', hostname: 'ctl1', port: 5050 };
    const got = await client.call(sent);
    expect(got.status).toBe(status);
    expect(got.headers['www-authenticate']).toBe(status === 401 ? REALM : undefined);
  });

  it('nobody needs credentials for /health, /version and /redirect (wire document 12)', async () => {
    door.leader = { kind: 'us', hostname: 'ctl1', port: 5050 };
    const statusOf = async (path: string) => (await client.call({ path, headers: wrong })).status;
    expect([await statusOf('/health'), await statusOf('/version'), await statusOf('/redirect')]).toEqual([200, 200, 307]);
  });
});
