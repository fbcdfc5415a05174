import { connect } from 'node:net';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { RefusalCode } from '@holdfast/core/base';
import type { Offer, Operation } from '@holdfast/core/offers';
import type { Resource } from '@holdfast/core/resources';
import { schedulerService, statusDetailsCodec } from '@holdfast/contracts';
import { createRpcClient } from '@holdfast/platform/rpc';
import {
  connectScheduler,
  createVolume,
  disk,
  persistentVolume,
  reserve,
  reserved,
  unreserve,
  type Scheduler,
  type SchedulerOptions,
} from '@holdfast/scheduler-sdk';
import { startCluster, type TestCluster } from '@holdfast/testing/cluster';

const ROLE = 'eng';
const CAPABILITIES = ['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'] as const;
const engDisk = (mb: number): Resource => reserved(disk(mb), { role: ROLE });

/** Whatever a framework sends: a typed refusal that says what to do, nothing half done, and nobody else hears of it. */
describe('bad input over gRPC', () => {
  let cluster: TestCluster;
  let scheduler: Scheduler;
  const subscribe = (more: Partial<SchedulerOptions['framework']> = {}) =>
    connectScheduler({
      address: cluster.ready.master.grpc,
      framework: { name: 'careless', user: 'root', roles: [ROLE], capabilities: [...CAPABILITIES], ...more },
    });
  const anyOffer = (): Promise<Offer> => scheduler.findOffer((offer) => offer.resources.scalarMilli('cpus') > 0);

  beforeAll(async () => {
    cluster = await startCluster({ agents: 1 });
    scheduler = await subscribe();
  }, 60_000);
  afterAll(async () => {
    scheduler.close();
    await cluster.stop();
  }, 60_000);
  afterEach(async () => {
    // Whatever was refused, the process is alive and the agent's resources come round again.
    await scheduler.revive();
    const offer = await anyOffer();
    expect(offer.resources.scalarMilli('disk')).toBe(10_240_000);
    await scheduler.decline(offer, { refuseMs: 0 });
  });

  const operate = async (...operations: Operation[]): Promise<readonly (RefusalCode | 'applied')[]> => {
    const answer = await scheduler.accept(await anyOffer(), operations);
    if (!answer.ok) throw new Error(answer.refusal.message);
    return answer.value.map(({ refusal }) => refusal?.code ?? 'applied');
  };

  it.each<[string, Resource[], RefusalCode]>([
    [
      'read-only (A-033)',
      [{ ...volume('ro'), disk: { persistence: { id: 'ro' }, volume: { containerPath: 'd', mode: 'RO' } } }],
      'operation_invalid',
    ],
    ['on unreserved disk (B-006)', [persistentVolume(disk(64), { id: 'plain' })], 'operation_invalid'],
    ['larger than the disk (A-025)', [volume('big', 4096)], 'insufficient_resources'],
    ['named twice in one CREATE (A-048)', [volume('twice'), volume('twice')], 'operation_invalid'],
    ['at an absolute container path', [volume('abs', 64, '/etc')], 'operation_invalid'],
    ['at a container path that leaves the sandbox', [volume('up', 64, 'a/../../b')], 'operation_invalid'],
    ['with an empty id (A-054)', [volume('')], 'operation_invalid'],
    ["with the id '..' (A-054)", [volume('..')], 'operation_invalid'],
    ["with a '/' in its id (A-054)", [volume('a/b')], 'operation_invalid'],
    ["with a '\\' in its id (A-054)", [volume('a\\b')], 'operation_invalid'],
    ['with a control character in its id (A-054)', [volume('a\u0007b')], 'operation_invalid'],
    ['with an id of 256 characters (A-054)', [volume('x'.repeat(256))], 'operation_invalid'],
  ])('refuses a volume %s, and the RESERVE beside it stands', async (_what, volumes, code) => {
    const [reserving, creating, unreserving] = await operate(reserve(engDisk(1024)), createVolume(...volumes), unreserve(engDisk(1024)));
    expect(reserving).toBe('applied');
    expect([code, 'invalid_argument']).toContain(creating);
    expect(unreserving).toBe('applied');
  });

  it('refuses a negative amount (B-005)', async () => {
    const bad: Resource = { ...engDisk(1), value: { kind: 'scalar', milli: -1000 } };
    expect(await operate(reserve(bad))).toEqual(['invalid_argument']);
  });

  it('refuses offers that are unknown, already used, or named twice', async () => {
    const offer = await anyOffer();
    const unknown = await scheduler.accept({ ...offer, id: 'no-such-offer' }, []);
    expect(unknown).toMatchObject({ ok: false, refusal: { code: 'offer_gone' } });
    expect(await scheduler.accept(offer, [])).toMatchObject({ ok: true });
    expect(await scheduler.accept(offer, [])).toMatchObject({ ok: false, refusal: { code: 'offer_gone' } });
    await scheduler.revive();
    const next = await anyOffer();
    expect(await scheduler.accept([next, next], [])).toMatchObject({ ok: false, refusal: { code: 'offers_mixed' } });
  });

  it("refuses another framework's offer, which stays its own", async () => {
    const offer = await anyOffer();
    await scheduler.suppress();
    await scheduler.decline(offer, { refuseMs: 60_000 });
    const other = await subscribe({ name: 'other' });
    const theirs = await other.findOffer(() => true);
    expect(await scheduler.accept(theirs, [])).toMatchObject({ ok: false, refusal: { code: 'offer_not_yours' } });
    expect(await other.accept(theirs, [])).toMatchObject({ ok: true });
    await other.teardown();
  });

  describe('on the wire', () => {
    let raw: Client;
    let streamId: string;
    let frameworkId: string;
    let stop: () => void;
    const call = (method: string, bytes: Buffer, id = streamId): Promise<Partial<ServiceError>> => {
      const metadata = new Metadata();
      metadata.set('holdfast-stream-id', id);
      return new Promise((resolve) =>
        raw.makeUnaryRequest(
          `/holdfast.v1.SchedulerService/${method}`,
          (b: Buffer) => b,
          (b: Buffer) => b,
          bytes,
          metadata,
          (error) => resolve(error ?? { code: 0 }),
        ),
      );
    };
    const codeOf = (error: Partial<ServiceError>): string | undefined => {
      const [details] = error.metadata?.get('grpc-status-details-bin') ?? [];
      const decoded = details === undefined ? undefined : statusDetailsCodec.decode(Buffer.from(details));
      return decoded?.ok ? decoded.value.refusal?.code : undefined;
    };

    beforeAll(async () => {
      raw = new Client(cluster.ready.master.grpc, credentials.createInsecure());
      const client = createRpcClient({ address: cluster.ready.master.grpc });
      const framework = {
        name: 'raw',
        user: 'root',
        roles: ['raw'],
        capabilities: new Set(['MULTI_ROLE'] as const),
        failoverTimeoutMs: 0,
        checkpoint: false,
        labels: [],
      };
      const events = client.serverStream(schedulerService.subscribe, { framework, suppressedRoles: ['raw'] });
      stop = () => client.close();
      events.onEnd(() => undefined);
      [streamId, frameworkId] = await Promise.all([
        new Promise<string>((resolve) => events.onInitialMetadata((get) => resolve(get('holdfast-stream-id') ?? ''))),
        new Promise<string>((resolve) => events.onMessage((event) => event.type === 'SUBSCRIBED' && resolve(event.frameworkId))),
      ]);
    });
    afterAll(() => {
      raw.close();
      stop();
    });

    it.each(['Accept', 'Decline', 'Kill', 'Acknowledge', 'Reconcile', 'Revive', 'Suppress', 'Teardown'])(
      'refuses %s with bytes that are no message',
      async (method) => {
        const error = await call(method, Buffer.from('ffffffffff0badc0de', 'hex'));
        expect(error.code).toBe(status.INVALID_ARGUMENT);
        expect(codeOf(error)).toBe('invalid_argument');
      },
    );

    it.each(['Accept', 'Decline', 'Kill', 'Acknowledge', 'Reconcile', 'Revive', 'Suppress', 'Teardown'])(
      'refuses %s without a framework id',
      async (method) => {
        expect((await call(method, Buffer.alloc(0))).code).toBe(status.INVALID_ARGUMENT);
      },
    );

    it('refuses a framework id that nobody has', async () => {
      const bytes = schedulerService.decline.request.encode({ frameworkId: 'nobody', offerIds: [], filters: {} });
      const error = await call('Decline', bytes);
      expect([error.code, codeOf(error)]).toEqual([status.NOT_FOUND, 'framework_unknown']);
    });

    it('refuses the stream id of an older connection', async () => {
      const bytes = schedulerService.decline.request.encode({ frameworkId, offerIds: [], filters: {} });
      expect((await call('Decline', bytes)).code).toBe(0);
      const error = await call('Decline', bytes, 'an-older-one');
      expect([error.code, codeOf(error)]).toEqual([status.ABORTED, 'stale_stream']);
    });

    it('refuses a message over the size limit and serves the next one', async () => {
      const error = await call('Decline', Buffer.alloc(5 * 1024 * 1024));
      expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
      const bytes = schedulerService.decline.request.encode({ frameworkId, offerIds: [], filters: {} });
      expect((await call('Decline', bytes)).code).toBe(0);
    });

    it('outlives bytes that are not even HTTP/2', async () => {
      const [host = '', port = ''] = cluster.ready.master.grpc.split(':');
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), host, () => socket.end('GET /nonsense HTTP/1.0\r\n\r\n'));
        socket
          .on('close', () => resolve())
          .on('error', () => resolve())
          .resume();
      });
      const bytes = schedulerService.decline.request.encode({ frameworkId, offerIds: [], filters: {} });
      expect((await call('Decline', bytes)).code).toBe(0);
    });
  });
});

function volume(id: string, sizeMb = 64, containerPath = 'data'): Resource {
  return persistentVolume(engDisk(sizeMb), { id, shared: true, containerPath });
}
