import { ok, refuse, refused, type Holder, type Refusal, type Result } from '@holdfast/core/base';
import type { LedgerVolume } from '@holdfast/core/volumes';
import { operatorService, volumeService, type Method, type WatchAnswer } from '@holdfast/contracts';
import { createLogger } from '@holdfast/platform/process';
import { handleServerStream, handleUnary, startRpcServer, type OutStream, type RpcServer } from '@holdfast/platform/rpc';
import { connectOperator, disk, persistentVolume, reserved, type Operator } from './index';
import { verificationTimeoutMs } from './operator';

const NAME = { agentId: 'a1', role: 'eng', persistenceId: 'v1' };
const holderOf = (taskId: string): Holder => ({
  frameworkId: 'f1',
  taskId,
  launchId: `${taskId}-launch`,
  agentId: 'a1',
  mode: 'RW',
  state: 'running',
  sinceMs: 1000,
});
const VOLUME: LedgerVolume = {
  storeId: 's1',
  volume: 'eng/v1',
  state: 'draining',
  generation: 1,
  resource: persistentVolume(reserved(disk(64), { role: 'eng' }), { id: 'v1', shared: true }),
  creator: {},
  agentId: 'a1',
  createdMs: 0,
  holders: [holderOf('t1')],
  revision: 7,
};
const FORCED = { ...NAME, frameworkId: 'f1', taskId: 't1', reason: 'the machine burnt down' };
const WHEN_UNUSED = { admitsReaders: false, deadlineMs: 60_000, onDeadline: 'cancel' } as const;

type Asked = Exclude<keyof typeof volumeService, 'watchVolumes'>;
type Answering = (method: Asked, request: unknown) => Result<unknown> | Promise<Result<unknown>>;

describe('an operator', () => {
  let server: RpcServer;
  let operator: Operator;
  let answering: Answering;
  let watching: (stream: OutStream<WatchAnswer>) => void;
  let heard: [string, unknown][];

  const handle = (name: Asked) =>
    handleUnary(volumeService[name] as Method<unknown, unknown>, (request) => {
      heard.push([name, request]);
      return answering(name, request);
    });
  const connect = (callTimeoutMs?: number) =>
    (operator = connectOperator({ address: server.address, ...(callTimeoutMs !== undefined && { callTimeoutMs }) }));

  beforeEach(async () => {
    heard = [];
    answering = () => ok({ volume: VOLUME });
    server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      maxMessageBytes: 1 << 20,
      log: createLogger('test', 'silent'),
      handlers: [
        ...(Object.keys(volumeService) as (keyof typeof volumeService)[]).flatMap((name) =>
          name === 'watchVolumes' ? [] : [handle(name)],
        ),
        handleUnary(operatorService.killTask, (request) => {
          heard.push(['killTask', request]);
          return ok({});
        }),
        handleServerStream(volumeService.watchVolumes, (query, stream) => {
          heard.push(['watchVolumes', query]);
          watching(stream);
        }),
      ],
    });
    connect();
  });

  afterEach(async () => {
    operator.close();
    await server.stop(0);
  });

  it('kills a task, with a grace of its own if it likes', async () => {
    const of = { frameworkId: 'f1', taskId: 't1' };
    expect(await operator.killTask(of)).toEqual(ok({}));
    expect(await operator.killTask({ ...of, graceMs: 0 })).toEqual(ok({}));
    expect(heard).toEqual([
      ['killTask', of],
      ['killTask', { ...of, graceMs: 0 }],
    ]);
  });

  it('destroys a volume when it is unused, and takes that back', async () => {
    expect(await operator.destroyVolume({ ...NAME, whenUnused: WHEN_UNUSED })).toEqual(ok({ volume: VOLUME }));
    expect(await operator.cancelDestroy(NAME)).toEqual(ok({ volume: VOLUME }));
    expect(heard).toEqual([
      ['destroyVolume', { ...NAME, whenUnused: WHEN_UNUSED }],
      ['cancelDestroy', NAME],
    ]);
  });

  it('takes out a holder by force, and is told whom', async () => {
    answering = () => ok({ released: [holderOf('t1')], volume: VOLUME });
    expect(await operator.releaseHolder(FORCED)).toEqual(ok({ released: [holderOf('t1')], volume: VOLUME }));
    expect(heard).toEqual([['releaseHolder', FORCED]]);
  });

  it.each<[string, Refusal]>([
    ['a destroy that waits already', refuse('destroy_pending', { role: 'eng', persistenceId: 'v1', sinceMs: 1000, requester: 'ann' })],
    ['a destroy that waits no longer', refuse('destroy_not_pending', { role: 'eng', persistenceId: 'v1', state: 'destroying' })],
    ['a task that holds nothing', refuse('holder_unknown', { role: 'eng', persistenceId: 'v1', frameworkId: 'f1', taskId: 't1' })],
    ['a ledger that has not answered', refuse('ledger_unavailable', { problem: 'cut off', inDoubt: true }, 7)],
    ['a volume in use', refuse('volume_in_use', { role: 'eng', persistenceId: 'v1', holders: [holderOf('t1')] }, 7)],
  ])('has refusals as values, with all their facts: %s', async (_name, refusal) => {
    answering = () => refused(refusal);
    expect(await operator.destroyVolume(NAME)).toEqual(refused(refusal));
  });

  it('reads the holders page by page', async () => {
    const page = (taskId: string, nextPageToken?: string) =>
      ok({ holders: [holderOf(taskId)], revision: 7, count: 2, ...(nextPageToken !== undefined && { nextPageToken }) });
    answering = (_method, request) => ('pageToken' in (request as object) ? page('t2') : page('t1', '17'));
    const first = await operator.holders({ ...NAME, pageSize: 1 });
    expect(first).toMatchObject({ value: { holders: [{ taskId: 't1' }], nextPageToken: '17', count: 2 } });
    const last = await operator.holders({ ...NAME, pageSize: 1, pageToken: '17' });
    expect(last).toMatchObject({ value: { holders: [{ taskId: 't2' }], count: 2 } });
    expect(last).not.toHaveProperty('value.nextPageToken');
  });

  it('lists a volume with more holders than the answers of other calls may be long', async () => {
    const holders = Array.from({ length: 12_000 }, (_, at) => holderOf(`${'t'.repeat(200)}-${at}`));
    answering = () => ok({ volumes: [{ ...VOLUME, holders }] });
    const answer = await operator.volumes({ states: ['draining'] });
    expect(answer.ok && answer.value.volumes[0]?.holders.length).toBe(12_000);
    expect(heard).toEqual([['listVolumes', { states: ['draining'] }]]);
  });

  it('watches changes until the history that it wants is no longer kept', async () => {
    const trimmed = refuse('history_trimmed', { storeId: 's1', afterRevision: 1, oldestRevision: 5 });
    const positions = [{ storeId: 's1', revision: 7 }];
    watching = (stream) => {
      stream.send({ entries: [], positions });
    };
    const query = { agentId: 'a1', role: 'eng', persistenceId: 'v1', after: [{ storeId: 's1', revision: 1 }] };
    const stream = operator.watchVolumes(query);
    expect(await new Promise((resolve) => stream.onMessage(resolve))).toEqual({ entries: [], positions });
    stream.cancel();
    watching = (refusing) => refusing.refuse(trimmed);
    const ended = operator.watchVolumes(query);
    ended.onMessage(() => undefined);
    expect(await new Promise((resolve) => ended.onEnd(resolve))).toEqual(trimmed);
    expect(heard).toEqual([
      ['watchVolumes', query],
      ['watchVolumes', query],
    ]);
  });

  it('waits longer for a verification than for other answers', async () => {
    const looked = ok({ differences: [], stores: [{ storeId: 's1', revision: 7, volumeCount: 1, holderCount: 1 }] });
    const repaired = ok({ repairs: [], stores: [] });
    let isOver: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (isOver = resolve));
    answering = (method) => {
      if (method === 'verifyLedger') return over.then(() => looked);
      return method === 'repairLedger' ? over.then(() => repaired) : new Promise(() => undefined);
    };
    operator.close();
    connect(50);
    const verification = operator.verifyLedger();
    const repair = operator.repairLedger({ agentId: 'a1', apply: true, settleMs: 10 });
    await expect(operator.volume(NAME)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    isOver();
    expect(await verification).toEqual(looked);
    expect(await repair).toEqual(repaired);
    expect(heard).toEqual(
      expect.arrayContaining([
        ['verifyLedger', {}],
        ['repairLedger', { agentId: 'a1', apply: true, settleMs: 10 }],
      ]),
    );
  });

  it('gives a verification its settling time and half a minute, and a repair, which waits for reports between two looks, twice that', () => {
    expect(verificationTimeoutMs({}, 1, 10_000)).toBe(35_000);
    expect(verificationTimeoutMs({ settleMs: 60_000 }, 1, 10_000)).toBe(90_000);
    expect(verificationTimeoutMs({ settleMs: 60_000 }, 2, 10_000)).toBe(180_000);
    expect(verificationTimeoutMs({ settleMs: 0 }, 1, 100_000)).toBe(100_000);
  });
});
