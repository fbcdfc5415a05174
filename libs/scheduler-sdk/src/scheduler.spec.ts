import { ok, refuse, refused } from '@holdfast/core/base';
import {
  allApplied,
  AwaitTimeoutError,
  connectScheduler,
  disk,
  launch,
  RefusedError,
  reserve,
  reserved,
  task,
  type Scheduler,
} from './index';
import type { AcceptRequest } from '@holdfast/contracts';
import type { TaskStatus } from '@holdfast/core/tasks';
import { FAST, FRAMEWORK, MASTER_INFO, offerOf, offersEvent, ScriptedMaster, update } from './scripted-master.fixture';

describe.each(['unary', 'connect'] as const)('connectScheduler over %s', (transport) => {
  let master: ScriptedMaster;
  let scheduler: Scheduler | undefined;

  beforeEach(async () => {
    master = new ScriptedMaster();
    await master.start();
  });

  afterEach(async () => {
    jest.useRealTimers();
    scheduler?.close();
    scheduler = undefined;
    await master.stop();
  });

  const connect = async (more: Partial<Parameters<typeof connectScheduler>[0]> = {}) =>
    (scheduler = await connectScheduler({ address: master.address, framework: FRAMEWORK, transport, backoff: FAST, ...more }));

  it('subscribes with what the framework is, and shows the stream id with every call', async () => {
    const connected = await connect();
    await connected.revive();

    const framework = master.subscriptions[0]?.request.framework;
    expect(framework).toMatchObject({ name: 'test', roles: ['eng'] });
    expect([...(framework?.capabilities ?? [])].sort()).toEqual(['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES']);
    expect(connected.frameworkId).toBe('f-1');
    expect(master.calls).toEqual([{ type: 'REVIVE', request: { frameworkId: 'f-1', roles: [] }, streamId: 's-1' }]);
  });

  it('rejects when the master refuses the framework, with the reason', async () => {
    master.onSubscribe = (_, stream) => {
      stream.send({ type: 'ERROR', message: 'Framework has been removed' });
      stream.end();
    };
    await expect(connect()).rejects.toThrow('Framework has been removed');
    expect(master.subscriptions).toHaveLength(1);
  });

  it('rejects when the subscription itself is refused', async () => {
    master.onSubscribe = (_, stream) => stream.refuse(refuse('framework_invalid', { problem: 'It has no name.' }));
    await expect(connect()).rejects.toThrow('It has no name.');
    expect(master.subscriptions).toHaveLength(1);
  });

  it('says what kept it from subscribing when no master is there', async () => {
    const { port } = master;
    await master.stop();
    await expect(connect({ address: `127.0.0.1:${port}`, subscribeTimeoutMs: 2000 })).rejects.toThrow(
      /subscribing test at 127\.0\.0\.1:\d+: not within 2000 ms \(.*UNAVAILABLE/,
    );
  });

  it('keeps offers until they are answered or rescinded', async () => {
    const connected = await connect();
    const arrived = connected.nextOffers(() => true);
    master.send(offersEvent(offerOf('o-1'), offerOf('o-2'), offerOf('o-3')));
    const [first, second] = await arrived;

    const rescinded = connected.nextRescind('o-3');
    master.send({ type: 'RESCIND', offerId: 'o-3' });
    await rescinded;
    expect(connected.offers.map(({ id }) => id)).toEqual(['o-1', 'o-2']);

    await connected.decline(second ?? [], { refuseMs: 5000 });
    expect(connected.offers).toEqual([first]);
    await expect(connected.findOffer(({ id }) => id === 'o-1')).resolves.toBe(first);
  });

  it('nextOffer passes over offers that are outstanding already', async () => {
    const connected = await connect();
    const arrived = connected.nextOffer(() => true);
    master.send(offersEvent(offerOf('o-1')));
    await arrived;

    const next = connected.nextOffer(() => true);
    master.send(offersEvent(offerOf('o-2')));
    expect((await next).id).toBe('o-2');
  });

  it('gives up waiting for an offer after the time, saying what it waited for', async () => {
    const connected = await connect();
    const waiting = connected.nextOffer(() => true, { timeoutMs: 20, what: 'a big offer' });
    await expect(waiting).rejects.toThrow(AwaitTimeoutError);
    await expect(waiting).rejects.toThrow('a big offer: not within 20 ms');
    expect(connected.listenerCount('offers')).toBe(0);
  });

  it('hands back one result per operation and per task, in order', async () => {
    const connected = await connect();
    const inUse = refuse('operation_invalid', { problem: 'no' });
    master.answerAccept = () =>
      ok({
        results: [
          { type: 'RESERVE', tasks: [] },
          { type: 'LAUNCH', tasks: [{ taskId: 't-1', refusal: inUse }] },
        ],
      });

    const answer = await connected.accept(offerOf('o-1'), [
      reserve(reserved(disk(64), { role: 'eng' })),
      launch(task({ id: 't-1', agentId: 'agent-1', cpus: 0.1, memMb: 32, command: 'true' })),
    ]);

    expect(answer).toEqual(
      ok([
        { type: 'RESERVE', tasks: [] },
        { type: 'LAUNCH', tasks: [{ taskId: 't-1', refusal: inUse }] },
      ]),
    );
    expect(() => allApplied(answer)).toThrow(RefusedError);
    const sent = master.calls[0]?.request as AcceptRequest;
    expect(sent.offerIds).toEqual(['o-1']);
    expect(sent.operations.map(({ type }) => type)).toEqual(['RESERVE', 'LAUNCH']);
  });

  it('passes a refused call on as a value', async () => {
    const connected = await connect();
    const refusal = refuse('offer_gone', { offerId: 'o-1' });
    master.answerAccept = () => refused(refusal);
    expect(await connected.accept(offerOf('o-1'), [])).toMatchObject({
      ok: false,
      refusal: { code: 'offer_gone', message: refusal.message },
    });
  });

  it('acknowledges each status that has a uuid, and no other (D-051)', async () => {
    const connected = await connect();
    const failures: unknown[] = [];
    connected.on('unacknowledged', (failure) => failures.push(failure));
    const acknowledged = master.heard('ACKNOWLEDGE');
    master.send(update('TASK_STAGING'));
    master.send(update('TASK_RUNNING', new Uint8Array(16).fill(7)));
    await connected.untilTask('t-1', ['TASK_RUNNING']);
    await acknowledged;

    const requests = master.calls.filter(({ type }) => type === 'ACKNOWLEDGE').map(({ request }) => request);
    expect(requests).toHaveLength(1);
    expect(failures).toEqual([]);
    expect(requests[0]).toMatchObject({ frameworkId: 'f-1', agentId: 'agent-1', taskId: 't-1' });
  });

  it('leaves acknowledging to the caller who wants that', async () => {
    const connected = await connect({ acknowledge: 'manual' });
    const heard = connected.untilTask('t-1', ['TASK_RUNNING']);
    master.send(update('TASK_RUNNING', new Uint8Array(16)));
    const status = await heard;
    await connected.revive();
    expect(master.calls.map(({ type }) => type)).toEqual(['REVIVE']);
    await connected.acknowledge(status);
    expect(master.calls.map(({ type }) => type)).toEqual(['REVIVE', 'ACKNOWLEDGE']);
  });

  it('does not wait for a state that a task can no longer reach', async () => {
    const connected = await connect();
    const waiting = connected.untilTask('t-1', ['TASK_RUNNING']);
    master.send(update('TASK_FAILED'));
    await expect(waiting).rejects.toThrow('task t-1 was to be TASK_RUNNING, but is TASK_FAILED');
  });

  it('still says how a task ended when the master, asked to kill it, no longer knows it (D-056)', async () => {
    const connected = await connect();
    master.send(update('TASK_FINISHED'));
    await connected.untilTask('t-1', ['TASK_FINISHED']);
    const answered = new Promise<TaskStatus>((resolve) => connected.once('updated', resolve));
    master.send({ type: 'UPDATE', status: { taskId: 't-1', state: 'TASK_UNKNOWN', source: 'SOURCE_MASTER', timestampMs: 2 } });
    expect((await answered).state).toBe('TASK_UNKNOWN');
    expect(connected.status('t-1')?.state).toBe('TASK_FINISHED');
  });

  it('tells of a task that is launched again under its id what became of that launch', async () => {
    const connected = await connect();
    master.send(update('TASK_FINISHED'));
    await connected.untilTask('t-1', ['TASK_FINISHED']);
    const again = task({ id: 't-1', agentId: 'agent-1', cpus: 0.1, memMb: 32, command: 'true' });
    await connected.accept(offerOf('o-1'), [launch(again)]);
    const heard = new Promise<TaskStatus>((resolve) => connected.once('updated', resolve));
    master.send({ type: 'UPDATE', status: { taskId: 't-1', state: 'TASK_DROPPED', source: 'SOURCE_MASTER', timestampMs: 2 } });
    await heard;
    expect(connected.status('t-1')?.state).toBe('TASK_DROPPED');
  });

  it('subscribes again with its id after a lost connection, and drops the offers of the lost one (D-010)', async () => {
    const connected = await connect({ suppressedRoles: ['eng'] });
    await connected.revive();
    const arrived = connected.nextOffer(() => true);
    master.send(offersEvent(offerOf('o-1')));
    await arrived;

    const lost = new Promise<{ reason: string }>((resolve) => connected.once('disconnected', resolve));
    const again = new Promise<{ again: boolean }>((resolve) => connected.once('subscribed', resolve));
    master.subscriptions[0]?.stream.end();

    expect((await lost).reason).toContain('ended the stream');
    expect(connected.offers).toEqual([]);
    expect(await again).toEqual({ frameworkId: 'f-1', again: true });
    expect(master.subscriptions[1]?.request.framework.id).toBe('f-1');
    // Revived meanwhile: it must not be silenced by coming back.
    expect(master.subscriptions[1]?.request.suppressedRoles).toEqual([]);
    await connected.suppress();
    expect(master.calls.at(-1)?.streamId).toBe('s-2');
  });

  it('keeps trying while the master is away', async () => {
    const connected = await connect();
    const { port } = master;
    const again = new Promise<unknown>((resolve) => connected.once('subscribed', resolve));
    const lost = new Promise<unknown>((resolve) => connected.once('disconnected', resolve));
    await master.stop();
    await lost;
    expect(await connected.revive()).toMatchObject({ ok: false, refusal: { code: 'framework_disconnected' } });
    await master.start(port);
    await again;
    expect((await connected.revive()).ok).toBe(true);
  });

  it('takes a silent stream for lost', async () => {
    master.onSubscribe = (_, stream) =>
      stream.send({ type: 'SUBSCRIBED', frameworkId: 'f-1', heartbeatIntervalMs: 5, master: MASTER_INFO });
    const connected = await connect();
    const { reason } = await new Promise<{ reason: string }>((resolve) => connected.once('disconnected', resolve));
    expect(reason).toContain('nothing was heard from the master for 20 ms');
  });

  it('takes every heartbeat for a sign of life', async () => {
    // Its time is the test's, that of all else is not.
    const others = 'Date hrtime nextTick performance queueMicrotask setImmediate clearImmediate setInterval clearInterval';
    jest.useFakeTimers({ doNotFake: others.split(' ') as FakeableAPI[] });
    master.onSubscribe = (_, stream) =>
      stream.send({ type: 'SUBSCRIBED', frameworkId: 'f-1', heartbeatIntervalMs: 100, master: MASTER_INFO });
    const connected = await connect();
    let losses = 0;
    connected.on('disconnected', () => (losses += 1));
    // Longer in all than the silence that counts as a loss.
    for (let beat = 0; beat < 6; beat++) {
      const heard = new Promise<void>((resolve) => connected.once('heartbeat', resolve));
      jest.advanceTimersByTime(80);
      master.send({ type: 'HEARTBEAT' });
      await heard;
    }
    expect(losses).toBe(0);
  });

  it('does not come back after another connection took the framework over (D-004)', async () => {
    const connected = await connect();
    const ended = new Promise<string>((resolve) => connected.once('ended', resolve));
    const waiting = connected.nextOffer(() => true);
    master.send({ type: 'ERROR', message: 'Framework failed over' });
    expect(await ended).toBe('Framework failed over');
    await expect(waiting).rejects.toThrow('Framework failed over');
    expect(connected.isSubscribed).toBe(false);
    expect(master.subscriptions).toHaveLength(1);
  });

  it('is over after a teardown', async () => {
    const connected = await connect();
    const ended = new Promise<string>((resolve) => connected.once('ended', resolve));
    let losses = 0;
    connected.on('disconnected', () => (losses += 1));
    expect((await connected.teardown()).ok).toBe(true);
    expect(await ended).toBe('torn down');
    expect(losses).toBe(0);
    expect(await connected.revive()).toMatchObject({ ok: false, refusal: { code: 'framework_disconnected' } });
  });
});
