import { ok, refuse, refused } from '@holdfast/core/base';
import type { OperationStatus } from '@holdfast/core/offers';
import { allocated } from '@holdfast/core/resources';
import type { AcceptRequest } from '@holdfast/contracts';
import { basicAuthorization } from '@holdfast/platform/credentials';
import { RpcFault } from '@holdfast/platform/rpc';
import {
  connectScheduler,
  defaultExecutor,
  destroyWhenUnused,
  disk,
  growVolume,
  launchGroup,
  persistentVolume,
  reserved,
  shrinkVolume,
  task,
  withId,
  type Scheduler,
} from './index';
import { FAST, FRAMEWORK, offerOf, offersEvent, operationUpdate, ScriptedMaster, update } from './scripted-master.fixture';

const UUID = new Uint8Array(16).fill(7);
const volume = persistentVolume(reserved(disk(64), { role: 'eng' }), { id: 'v1', shared: true });

describe.each(['unary', 'connect'] as const)('a scheduler over %s', (transport) => {
  let master: ScriptedMaster;
  let scheduler: Scheduler | undefined;

  beforeEach(async () => {
    master = new ScriptedMaster();
    await master.start();
  });

  afterEach(async () => {
    scheduler?.close();
    scheduler = undefined;
    await master.stop();
  });

  const connect = async (more: Partial<Parameters<typeof connectScheduler>[0]> = {}) =>
    (scheduler = await connectScheduler({ address: master.address, framework: FRAMEWORK, transport, backoff: FAST, ...more }));

  /** With one offer, `o-1`, outstanding. */
  const offered = async (more: Partial<Parameters<typeof connectScheduler>[0]> = {}) => {
    const connected = await connect(more);
    const arrived = connected.nextOffer(() => true);
    master.send(offersEvent(offerOf('o-1')));
    return { connected, offer: await arrived };
  };

  it('grows and shrinks volumes and launches groups, under ids of its own (B-059, B-074)', async () => {
    const connected = await connect();
    const group = launchGroup(
      defaultExecutor({ id: 'e-1', memMb: 64 }),
      task({ id: 't-1', agentId: 'agent-1', cpus: 0.1, memMb: 32, command: 'true' }),
    );
    const answer = await connected.accept(offerOf('o-1'), [
      withId('op-1', growVolume(volume, reserved(disk(16), { role: 'eng' }))),
      withId('op-2', shrinkVolume(volume, 8)),
      group,
    ]);

    expect(answer).toEqual({ ok: true, value: [] });
    const { operations } = master.calls[0]?.request as AcceptRequest;
    expect(operations).toMatchObject([
      { type: 'GROW_VOLUME', id: 'op-1', volume: { shared: true }, change: { value: { milli: 16_000 }, reservations: [{ role: 'eng' }] } },
      { type: 'SHRINK_VOLUME', id: 'op-2', change: { shared: false, value: { milli: 8000 }, reservations: [{ role: 'eng' }] } },
      { type: 'LAUNCH_GROUP', executor: { executorId: 'e-1', type: 'DEFAULT' }, tasks: [{ taskId: 't-1', task: { ok: true } }] },
    ]);
  });

  it('destroys volumes when they are unused, and is told whom that waits for', async () => {
    const connected = await connect();
    const holder = {
      frameworkId: 'f-2',
      taskId: 't-9',
      launchId: 'l-9',
      agentId: 'agent-1',
      mode: 'RW',
      state: 'running',
      sinceMs: 1000,
    } as const;
    const results = [{ type: 'DESTROY', waitsFor: [holder], tasks: [] }];
    master.answerAccept = () => ok({ results });
    const whenUnused = { admitsReaders: true, deadlineMs: 60_000, onDeadline: 'kill' } as const;
    const answer = await connected.accept(offerOf('o-1'), [withId('op-1', destroyWhenUnused(whenUnused, allocated(volume, 'eng')))]);

    expect(answer).toEqual({ ok: true, value: results });
    const { operations } = master.calls[0]?.request as AcceptRequest;
    expect(operations).toMatchObject([{ type: 'DESTROY', id: 'op-1', whenUnused, resources: [{ shared: true }] }]);
    expect(operations[0]).toMatchObject({ resources: [{ allocationRole: undefined }] });
  });

  it('hears what became of an operation, and acknowledges it (D-094, D-095)', async () => {
    const connected = await connect();
    const heard: OperationStatus[] = [];
    connected.on('operationUpdated', (status) => heard.push(status));
    const acknowledged = master.heard('ACKNOWLEDGE_OPERATION_STATUS');
    master.send(operationUpdate({ operationId: 'op-0', state: 'OPERATION_ERROR', message: 'no' }));
    master.send(operationUpdate({ operationId: 'op-1', state: 'OPERATION_FINISHED', agentId: 'agent-1', uuid: UUID }));

    expect((await acknowledged).request).toMatchObject({ frameworkId: 'f-1', agentId: 'agent-1', operationId: 'op-1' });
    expect(heard.map(({ operationId, state }) => [operationId, state])).toEqual([
      ['op-0', 'OPERATION_ERROR'],
      ['op-1', 'OPERATION_FINISHED'],
    ]);
    expect(master.calls).toHaveLength(1);
  });

  it('says so when an acknowledgement came to nothing', async () => {
    const refusal = refuse('operation_unknown', { operationId: 'op-1' });
    master.answer = () => refused(refusal);
    const connected = await connect();
    const failed = new Promise((resolve) => connected.once('operationUnacknowledged', resolve));
    const status = { operationId: 'op-1', state: 'OPERATION_FINISHED', agentId: 'agent-1', uuid: UUID } as const;
    master.send(operationUpdate(status));
    expect(await failed).toMatchObject({ status: { operationId: 'op-1' }, reason: refusal.message });
  });

  it('leaves acknowledging operations to the caller who wants that', async () => {
    const connected = await connect({ acknowledge: 'manual' });
    const heard = new Promise<OperationStatus>((resolve) => connected.once('operationUpdated', resolve));
    master.send(operationUpdate({ operationId: 'op-1', state: 'OPERATION_FINISHED', agentId: 'agent-1', uuid: UUID }));
    const status = await heard;
    await connected.reconcileOperations([{ operationId: 'op-1' }]);
    await connected.acknowledgeOperation(status);
    expect(master.calls.map(({ type }) => type)).toEqual(['RECONCILE_OPERATIONS', 'ACKNOWLEDGE_OPERATION_STATUS']);
  });

  it('shuts executors down, sends them data and hears theirs', async () => {
    const connected = await connect();
    const message = new Promise((resolve) => connected.once('message', resolve));
    const failure = new Promise((resolve) => connected.once('failed', resolve));
    expect((await connected.sendMessage('agent-1', 'e-1', Buffer.from('ping'))).ok).toBe(true);
    expect((await connected.shutdownExecutor('agent-1', 'e-1')).ok).toBe(true);
    master.send({ type: 'MESSAGE', agentId: 'agent-1', executorId: 'e-1', data: Buffer.from('pong') });
    master.send({ type: 'FAILURE', agentId: 'agent-1', executorId: 'e-1', status: 9 });

    expect(await message).toEqual({ agentId: 'agent-1', executorId: 'e-1', data: Buffer.from('pong') });
    expect(await failure).toEqual({ agentId: 'agent-1', executorId: 'e-1', status: 9 });
    expect(master.calls).toMatchObject([
      { type: 'MESSAGE', request: { agentId: 'agent-1', executorId: 'e-1', data: Buffer.from('ping') } },
      { type: 'SHUTDOWN', request: { agentId: 'agent-1', executorId: 'e-1' } },
    ]);
  });

  it('says which offers it wants, and who it is', async () => {
    const offerConstraints = { eng: [[{ selector: { kind: 'zone' }, predicate: { kind: 'exists' } }]] } as const;
    const credentials = { principal: 'indexer', secret: 'hush' };
    const minAllocatable = { eng: [{ cpus: 0.5 }] };
    await connect({ offerConstraints, credentials, framework: { ...FRAMEWORK, minAllocatable } });
    await scheduler?.revive();
    expect(master.subscriptions[0]).toMatchObject({
      authorization: basicAuthorization(credentials),
      request: { offerConstraints, framework: { minAllocatable } },
    });
  });

  it('does not come back with credentials that are wrong', async () => {
    master.onSubscribe = (_, stream) => stream.refuse(refuse('unauthenticated', { problem: 'The secret is wrong.' }));
    await expect(connect()).rejects.toThrow('The secret is wrong.');
    expect(master.subscriptions).toHaveLength(1);
  });

  it('describes itself anew, and does so again when it comes back (D-015, C-056)', async () => {
    const connected = await connect({ suppressedRoles: ['eng'] });
    const change = { framework: { roles: ['eng', 'ops'] }, suppressedRoles: ['ops'], offerConstraints: {} };
    expect((await connected.updateFramework(change)).ok).toBe(true);
    expect(master.calls[0]).toMatchObject({
      type: 'UPDATE_FRAMEWORK',
      request: { frameworkId: 'f-1', framework: { id: 'f-1', name: 'test', roles: ['eng', 'ops'] }, suppressedRoles: ['ops'] },
    });

    const again = new Promise((resolve) => connected.once('subscribed', resolve));
    master.subscriptions[0]?.stream.end();
    await again;
    expect(master.subscriptions[1]?.request).toMatchObject({ framework: { roles: ['eng', 'ops'] }, suppressedRoles: ['ops'] });
  });

  it('stays as it was described when the master refuses (D-015)', async () => {
    master.answer = () => refused(refuse('framework_invalid', { problem: 'no' }));
    const connected = await connect();
    expect(await connected.updateFramework({ framework: { roles: ['ops'] } })).toMatchObject({ refusal: { code: 'framework_invalid' } });
    const again = new Promise((resolve) => connected.once('subscribed', resolve));
    master.subscriptions[0]?.stream.end();
    await again;
    expect(master.subscriptions[1]?.request.framework.roles).toEqual(['eng']);
  });

  it('keeps an offer whose ACCEPT could not even be encoded', async () => {
    const { connected, offer } = await offered();
    const broken = { type: 'CREATE', resources: [undefined] } as never;
    await expect(connected.accept(offer, [broken])).rejects.toThrow(TypeError);
    expect(connected.offers).toEqual([offer]);
    expect(master.calls).toEqual([]);
    expect((await connected.accept(offer, [])).ok).toBe(true);
    expect(connected.offers).toEqual([]);
  });

  it('keeps an offer whose ACCEPT was malformed as a whole, unless it was rescinded meanwhile', async () => {
    const { connected, offer } = await offered();
    const malformed = refused(refuse('invalid_argument', { field: 'accept', problem: 'no' }));
    master.answerAccept = () => malformed;
    expect(await connected.accept(offer, [])).toMatchObject({ ok: false });
    expect(connected.offers).toEqual([offer]);

    master.answerAccept = () => {
      master.send({ type: 'RESCIND', offerId: 'o-1' });
      return malformed;
    };
    const rescinded = connected.nextRescind('o-1');
    expect(await connected.accept(offer, [])).toMatchObject({ ok: false });
    await rescinded;
    expect(connected.offers).toEqual([]);
  });

  it('uses an offer up when its ACCEPT is refused for what it asks', async () => {
    const { connected, offer } = await offered();
    master.answerAccept = () => refused(refuse('offer_gone', { offerId: 'o-1' }));
    await connected.accept(offer, []);
    expect(connected.offers).toEqual([]);
  });

  it('refuses a malformed call as a value, and stays subscribed', async () => {
    const connected = await connect();
    let losses = 0;
    connected.on('disconnected', () => (losses += 1));
    expect(await connected.kill('../t-1')).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
    expect((await connected.kill('t-1')).ok).toBe(true);
    expect(losses).toBe(0);
  });

  it('gives up a call that is not answered in time', async () => {
    master.answer = () => undefined;
    const connected = await connect({ callTimeoutMs: 30 });
    const fault: unknown = await connected.kill('t-1').catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(RpcFault);
    expect(fault).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('remembers the tasks that live, and of those that ended only the last (endedTasksKept)', async () => {
    const connected = await connect({ endedTasksKept: 2 });
    for (const id of ['t-1', 't-2', 't-3']) master.send(update('TASK_FINISHED', undefined, id));
    master.send(update('TASK_RUNNING', undefined, 'lives'));
    await connected.untilTask('lives', ['TASK_RUNNING']);
    expect(['t-1', 't-2', 't-3', 'lives'].map((id) => connected.status(id)?.state)).toEqual([
      undefined,
      'TASK_FINISHED',
      'TASK_FINISHED',
      'TASK_RUNNING',
    ]);
  });
});

describe('a scheduler over connect', () => {
  let master: ScriptedMaster;
  let scheduler: Scheduler | undefined;

  beforeEach(async () => {
    master = new ScriptedMaster();
  });

  afterEach(async () => {
    scheduler?.close();
    await master.stop();
  });

  const connect = async (maxMessageBytes?: number) => {
    await master.start(0, maxMessageBytes);
    return (scheduler = await connectScheduler({
      address: master.address,
      framework: FRAMEWORK,
      transport: 'connect',
      backoff: FAST,
    }));
  };

  it('ends the calls that wait for an answer when the stream is lost, and comes back', async () => {
    const connected = await connect();
    master.answer = () => undefined;
    const heard = master.heard('KILL');
    const call = connected.kill('t-1').catch((error: unknown) => error);
    await heard;
    const again = new Promise((resolve) => connected.once('subscribed', resolve));
    master.subscriptions[0]?.stream.end();
    expect(await call).toBeInstanceOf(RpcFault);
    await again;
    master.answer = () => ({ ok: true, value: {} });
    expect((await connected.kill('t-1')).ok).toBe(true);
  });

  it('ends the calls that wait for an answer when it is closed', async () => {
    const connected = await connect();
    master.answer = () => undefined;
    const heard = master.heard('KILL');
    const call = connected.kill('t-1').catch((error: unknown) => error);
    await heard;
    connected.close();
    expect(await call).toMatchObject({ code: 'CANCELLED' });
  });

  it('gives each call its own answer, in whatever order they come', async () => {
    const connected = await connect();
    const answers: (() => void)[] = [];
    const { stream } = master.subscriptions[0]!;
    master.answer = () => {
      const callNumber = answers.length + 1;
      const refusal = refuse('operation_invalid', { problem: `${callNumber}` });
      answers.push(() => stream.send({ type: 'ANSWER', callNumber, refusal }));
      // What nobody waits for is passed over.
      if (answers.length === 3) for (const answer of [...answers].reverse()) answer();
      if (answers.length === 3) stream.send({ type: 'ANSWER', callNumber: 99 });
      return undefined;
    };
    const refusals = await Promise.all(['t-1', 't-2', 't-3'].map((taskId) => connected.kill(taskId)));
    expect(refusals).toMatchObject([1, 2, 3].map((number) => ({ refusal: { details: { problem: `${number}` } } })));
  });

  it('comes back after a call that was too large for the master', async () => {
    const connected = await connect(10_000);
    const again = new Promise((resolve) => connected.once('subscribed', resolve));
    const call = connected.sendMessage('agent-1', 'e-1', Buffer.alloc(20_000)).catch((error: unknown) => error);
    expect(await call).toBeInstanceOf(RpcFault);
    await again;
    expect((await connected.kill('t-1')).ok).toBe(true);
  });
});
