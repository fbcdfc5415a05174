import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offer } from '@holdfast/core/offers';
import { hashSecret } from '@holdfast/platform/credentials';
import {
  allApplied,
  connectOperator,
  createVolume,
  destroyVolume,
  disk,
  findVolume,
  launch,
  orThrow,
  persistentVolume,
  reserve,
  reserved,
  reservedDiskMb,
  task,
  unreserve,
  withId,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import { HttpStream, type Wire } from './http-stream.fixture';
import { act, gather, inWords, ROLE, Stage } from './stage.fixture';

const INDEXER = { principal: 'indexer', secret: 'open:sesame' };
const WEB = { principal: 'web', secret: 'other' };
const NOBODY = { type: 'NONE' };
const ANY = { type: 'ANY' };
const only = (...values: readonly string[]) => ({ values });

/** Both may register in one role; only one may reserve there; each may destroy what is its own. */
const ACLS = {
  register_frameworks: [
    { principals: only('indexer', 'web'), roles: only(ROLE) },
    { principals: NOBODY, roles: ANY },
  ],
  reserve_resources: [
    { principals: only('indexer'), roles: only(ROLE) },
    { principals: NOBODY, roles: ANY },
  ],
  destroy_volumes: [
    { principals: only('indexer'), creator_principals: only('indexer') },
    { principals: only('web'), creator_principals: only('web') },
    { principals: NOBODY, creator_principals: ANY },
  ],
};

const diskOf = (principal: string) => reserved(disk(64), { role: ROLE, principal });
/** DESTROY does not compare who a request says has created it. */
const volumeSaidToBeOf = (creator: string) =>
  persistentVolume(diskOf('indexer'), { id: 'dataset', shared: true, containerPath: 'data', principal: creator });

/** Who calls, and who may do what, on both doors of a real cluster. */
describe('access', () => {
  let home: string;
  let stage: Stage;
  let indexer: Scheduler;
  let web: Scheduler;
  let whole: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-access-'));
    const write = async (name: string, content: object) => {
      await writeFile(join(home, name), JSON.stringify(content), { mode: 0o600 });
      return join(home, name);
    };
    const credentials = [INDEXER, WEB].map(async ({ principal, secret }) => ({ principal, secret_hash: await hashSecret(secret) }));
    const credentialsFile = await write('credentials.json', { credentials: await Promise.all(credentials) });
    stage = await Stage.open({ credentialsFile, aclsFile: await write('acls.json', ACLS) }, INDEXER);
    indexer = await subscribe(INDEXER);
    whole = inWords(await indexer.findOffer(() => true));
  }, 60_000);
  afterAll(async () => {
    await stage.close();
    await rm(home, { recursive: true });
  }, 60_000);

  const subscribe = (credentials: typeof INDEXER | undefined, framework: { readonly principal?: string; readonly roles?: string[] } = {}) =>
    stage.scheduler({ framework, ...(credentials && { credentials }) });
  /** From now on it is the only one that is offered anything. */
  const handOver = async (from: Scheduler) => {
    orThrow(await from.suppress());
    orThrow(await from.decline(from.offers, { refuseMs: 0 }));
  };
  const small = (offer: Offer, id: string) =>
    task({ id, agentId: offer.agentId, cpus: 0.1, memMb: 32, command: 'sleep 600', killGraceMs: 100 });

  it('refuses who proves nothing, or says to be somebody else (B-093, D-003)', async () => {
    await expect(subscribe(undefined)).rejects.toThrow('none were sent');
    await expect(subscribe({ ...INDEXER, secret: 'other' })).rejects.toThrow('The principal is not known, or the secret is not its own.');
    await expect(subscribe({ principal: 'stranger', secret: 'x' })).rejects.toThrow('The principal is not known');
    await expect(subscribe(WEB, { principal: 'indexer' })).rejects.toThrow("authenticated as 'web'");
    const stranger = connectOperator({ address: stage.cluster.ready.master.grpc });
    const answer = await stranger.agents();
    stranger.close();
    expect(answer).toMatchObject({ ok: false, refusal: { code: 'unauthenticated' } });
    expect((await stage.operator.agents()).ok).toBe(true);
  }, 60_000);

  it('refuses a role that the principal may not register in (D-002)', async () => {
    await expect(subscribe(INDEXER, { roles: ['ops'] })).rejects.toThrow("may not register frameworks in role 'ops'");
    await expect(subscribe(INDEXER, { roles: [ROLE, 'ops'] })).rejects.toThrow("may not register frameworks in role 'ops'");
    const widened = await indexer.updateFramework({ framework: { roles: [ROLE, 'ops'] } });
    expect(widened).toMatchObject({ ok: false, refusal: { code: 'unauthorized' } });
  }, 60_000);

  it('has reservations and volumes carry the principal of who makes them (B-021, B-051)', async () => {
    const offer = await indexer.findOffer(() => true);
    const [anonymous, foreign, own, volumeOfAnother, volume] = await act(
      indexer,
      offer,
      reserve(reserved(disk(64), { role: ROLE })),
      reserve(diskOf('web')),
      reserve(diskOf('indexer')),
      createVolume(volumeSaidToBeOf('web')),
      createVolume(volumeSaidToBeOf('indexer')),
    );
    expect([anonymous, foreign, volumeOfAnother].map((result) => result?.refusal?.code)).toEqual(Array(3).fill('operation_invalid'));
    expect([own, volume].map((result) => result?.refusal)).toEqual([undefined, undefined]);
    const cpus = offer.resources.scalarMilli('cpus');
    await gather(indexer, (later) => findVolume(later, 'dataset') !== undefined && later.resources.scalarMilli('cpus') === cpus);
    await handOver(indexer);
  }, 60_000);

  it('drops a RESERVE that ACLs refuse, alone: a LAUNCH of the same ACCEPT works, the offer is as it was (B-071, B-127)', async () => {
    web = await subscribe(WEB);
    const offer = await web.findOffer(() => true);
    const told = new Promise<string>((resolve) => web.once('operationUpdated', ({ state, message }) => resolve(`${state}: ${message}`)));
    const [refused, launched] = await act(web, offer, withId('op-1', reserve(diskOf('web'))), launch(small(offer, 't1')));
    expect(refused?.refusal).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining(`reserve resources for role '${ROLE}'`),
    });
    expect(launched?.tasks.map(({ refusal }) => refusal)).toEqual([undefined]);
    expect(await told).toMatch(/^OPERATION_ERROR: Principal web may not reserve/);
    await web.untilTask('t1', ['TASK_RUNNING']);
    orThrow(await web.kill('t1'));
    await web.untilTask('t1', ['TASK_KILLED']);
    await gather(web, (later) => inWords(later) === inWords(offer));
  }, 60_000);

  it('refuses DESTROY of a volume that another has created, whatever the request says (B-123)', async () => {
    for (const creator of ['web', 'indexer']) {
      const offer = await web.findOffer((later) => findVolume(later, 'dataset') !== undefined);
      const [result] = await act(web, offer, destroyVolume(volumeSaidToBeOf(creator)));
      expect(result?.refusal).toMatchObject({
        code: 'unauthorized',
        message: "Principal web may not destroy volumes created by 'indexer'.",
      });
    }
    await web.findOffer((later) => findVolume(later, 'dataset') !== undefined);
    await handOver(web);
  }, 60_000);

  describe('over HTTP', () => {
    const CAPABILITIES = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES', 'PARTITION_AWARE'].map((type) => ({ type }));
    const open: HttpStream[] = [];
    const subscribeOver = async (credentials?: typeof INDEXER, roles = [ROLE]) => {
      const framework = { user: 'root', name: 'http', roles, capabilities: CAPABILITIES };
      const stream = await HttpStream.subscribe(stage.cluster.ready.master.http, framework, credentials);
      open.push(stream);
      return stream;
    };
    afterAll(() => open.forEach((stream) => stream.close()));

    it.each([
      ['without credentials', undefined],
      ['with a wrong secret', { ...WEB, secret: 'wrong' }],
    ])('answers 401 %s, and says how to prove it (wire document, section 12)', async (_what, credentials) => {
      const { response } = await subscribeOver(credentials);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="mesos-master-scheduler"']);
    });

    it('says ERROR of a role that the principal may not register in, and ends the stream (D-002)', async () => {
      const stream = await subscribeOver(WEB, ['ops']);
      expect(stream.response.status).toBe(200);
      expect(await stream.next()).toEqual({
        type: 'ERROR',
        error: { message: expect.stringContaining("may not register frameworks in role 'ops'") },
      });
      expect(await stream.next()).toBeUndefined();
    });

    it('tells OPERATION_ERROR of what ACLs refuse; a LAUNCH of the same ACCEPT works (B-071, B-127, D-080)', async () => {
      const stream = await subscribeOver(WEB);
      await stream.until('SUBSCRIBED');
      const { offers } = (await stream.until('OFFERS')).offers;
      const [offer] = offers;
      const scalar = (name: string, value: number, more: object = {}) => ({ name, type: 'SCALAR', scalar: { value }, ...more });
      const reservations = [{ type: 'DYNAMIC', role: ROLE, principal: 'web' }];
      const accepted = await stream.call('ACCEPT', {
        offer_ids: [offer.id],
        operations: [
          { type: 'RESERVE', id: { value: 'op-1' }, reserve: { resources: [scalar('disk', 64, { reservations })] } },
          {
            type: 'LAUNCH',
            launch: {
              task_infos: [
                {
                  name: 't1',
                  task_id: { value: 't1' },
                  agent_id: offer.agent_id,
                  command: { value: 'sleep 600' },
                  resources: [scalar('cpus', 0.1), scalar('mem', 32)],
                },
              ],
            },
          },
        ],
        filters: { refuse_seconds: 0 },
      });
      expect(accepted.status).toBe(202);
      const { update_operation_status } = await stream.until('UPDATE_OPERATION_STATUS');
      expect(update_operation_status.status).toMatchObject({
        operation_id: { value: 'op-1' },
        state: 'OPERATION_ERROR',
        message: expect.stringContaining('Principal web may not reserve'),
      });
      const { update } = await stream.until('UPDATE', ({ update: { status } }: Wire) => status.task_id.value === 't1');
      expect(update.status.state).toBe('TASK_STARTING');
      expect((await stream.call('TEARDOWN', {})).status).toBe(202);
    }, 60_000);
  });

  it('lets the creator destroy it, whomever the request names (A-005, B-123)', async () => {
    orThrow(await indexer.revive());
    const offer = await indexer.findOffer((later) => findVolume(later, 'dataset') !== undefined);
    allApplied(await indexer.accept(offer, [destroyVolume(volumeSaidToBeOf('web'))], { refuseMs: 0 }));
    const plain = await gather(indexer, (later) => reservedDiskMb(later, ROLE) === 64);
    await act(indexer, plain, unreserve(diskOf('indexer')));
    await gather(indexer, (later) => inWords(later) === whole);
  }, 60_000);
});
