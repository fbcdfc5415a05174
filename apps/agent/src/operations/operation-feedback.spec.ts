import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok, refuse, refused } from '@holdfast/core/base';
import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import type { AgentMessage } from '@holdfast/contracts';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { eventually, useAgents, V1, volumePath } from '../agent.fixture';
import { Checkpoint, checkpointFiles, type TrackedOperation } from '../checkpoint';
import { VolumeDirectories } from '../disks';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { mountSmallDisk, useTempDirectory } from '../files/temp-directory.fixture';
import { OperationFeedback, ResourceOperations } from './index';

describe('what became of operations', () => {
  const directory = useTempDirectory();
  const meta = () => join(directory(), 'meta');
  const O1: TrackedOperation = { operationUuid: 'u1', frameworkId: 'f1', operationId: 'o1' };
  let world: ReturnType<typeof manualWorld>;
  let sent: AgentMessage[];

  async function open() {
    const directories = new VolumeDirectories(directory());
    const configured = Resources.of([scalar('cpus', 4), scalar('disk', 1000)]);
    const files = checkpointFiles(meta());
    const checkpoint = await Checkpoint.open({ files, directories, configured });
    const feedback = new OperationFeedback({
      checkpoint,
      world,
      log: recordedLog(),
      times: { firstMs: 10_000, maxMs: 600_000 },
      agentId: () => 'a1',
      send: (message) => void sent.push(message),
    });
    const operations = new ResourceOperations({ checkpoint, directories, feedback, holdersOf: () => [] });
    const apply = async (type: 'RESERVE' | 'CREATE' | 'DESTROY', resource: Resource, tracked: TrackedOperation = O1) => {
      const outcome = await (await operations.begin({ type, resources: [resource] }, tracked)).outcome;
      await feedback.conclude(tracked, outcome);
      return outcome;
    };
    return { checkpoint, feedback, operations, apply, directories };
  }
  let agent: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    world = manualWorld();
    sent = [];
    mkdirSync(meta());
    agent = await open();
  });
  const states = () => sent.map((message) => message.kind === 'operation_update' && message.status.state);

  it('is told after 10 s again, doubling to 10 min, until it is acknowledged with its uuid (D-094)', async () => {
    await agent.apply('RESERVE', reservedDisk(100));
    expect(states()).toEqual(['OPERATION_FINISHED']);
    world.advance(9_999);
    expect(sent).toHaveLength(1);
    world.advance(1 + 20_000);
    expect(sent).toHaveLength(3);
    world.advance(3_600_000);
    const { length } = sent;
    world.advance(600_000);
    expect(sent).toHaveLength(length + 1);
    expect(new Set(sent.map((message) => JSON.stringify(message))).size).toBe(1);
    const [{ status } = { status: undefined }] = agent.feedback.reports();
    await agent.feedback.acknowledge('f1', 'o1', Buffer.alloc(16));
    await agent.feedback.acknowledge('f2', 'o1', status!.uuid!);
    await agent.feedback.acknowledge('f1', 'o2', status!.uuid!);
    expect(agent.feedback.reports()).toHaveLength(1);
    await agent.feedback.acknowledge('f1', 'o1', status!.uuid!);
    world.advance(3_600_000);
    expect(sent).toHaveLength(length + 1);
    expect(agent.feedback.reports()).toEqual([]);
    expect((await open()).feedback.reports()).toEqual([]);
  });

  it('is on the disk with the effect, in one step, hence told by the next agent after whatever crash (D-094)', async () => {
    await agent.operations.begin({ type: 'RESERVE', resources: [reservedDisk(100)] }, O1);
    // Neither told nor answered: as if the agent had been killed right behind the change.
    expect(sent).toEqual([]);
    const next = await open();
    expect(next.checkpoint.resources.equals(Resources.of([reservedDisk(100)]))).toBe(true);
    const [update] = next.feedback.reports();
    expect(update).toMatchObject({ frameworkId: 'f1', status: { operationId: 'o1', state: 'OPERATION_FINISHED', agentId: 'a1' } });
    expect(update?.status.uuid).toHaveLength(16);
    expect(update?.status.converted?.equals(Resources.of([reservedDisk(100)]))).toBe(true);
    next.feedback.resend();
    expect(states()).toEqual(['OPERATION_FINISHED']);
  });

  it('of an operation that comes twice is told with one uuid', async () => {
    await agent.apply('RESERVE', reservedDisk(100));
    await agent.apply('CREATE', V1, { ...O1, operationUuid: 'u2', operationId: 'o2' });
    await agent.apply('CREATE', V1, { ...O1, operationUuid: 'u3', operationId: 'o2' });
    const uuids = sent.map((message) => message.kind === 'operation_update' && Buffer.from(message.status.uuid!).toString('hex'));
    expect([sent.length, new Set(uuids).size]).toEqual([3, 2]);
    expect(agent.checkpoint.outcomes).toHaveLength(2);
  });

  it('of a DESTROY is told when the data is gone, by the next agent if a crash cut it off (A-187)', async () => {
    await agent.apply('RESERVE', reservedDisk(100));
    await agent.operations.begin({ type: 'CREATE', resources: [V1] });
    await agent.feedback.forgetFramework('f1');
    writeFileSync(join(directory(), 'volumes/roles/eng/v1/file'), 'data');
    agent.directories.erase = () => new Promise(() => undefined);
    await agent.operations.begin({ type: 'DESTROY', resources: [V1] }, O1);
    expect(agent.feedback.reports()).toEqual([]);
    const next = await open();
    expect(next.feedback.reports()).toEqual([]);
    expect(await next.operations.finishDeletions()).toEqual([]);
    const [update] = next.feedback.reports();
    expect(update).toMatchObject({ status: { operationId: 'o1', state: 'OPERATION_FINISHED' } });
    expect(update?.status.converted?.equals(Resources.of([reservedDisk(100)]))).toBe(true);
    expect(existsSync(join(directory(), 'volumes/roles/eng/v1'))).toBe(false);
    expect(next.checkpoint.unfinished).toBeUndefined();
    expect((await open()).feedback.reports()).toHaveLength(1);
  });

  it('of a DESTROY is not lost when an operation behind it fails meanwhile', async () => {
    await agent.apply('RESERVE', reservedDisk(100));
    await agent.operations.begin({ type: 'CREATE', resources: [V1] });
    agent.directories.erase = () => new Promise(() => undefined);
    await agent.operations.begin({ type: 'DESTROY', resources: [V1] }, { ...O1, operationUuid: 'u2', operationId: 'o2' });
    const late: TrackedOperation = { ...O1, operationUuid: 'u3', operationId: 'o3' };
    await agent.feedback.conclude(late, refused(refuse('agent_failed', { problem: 'no' })));
    expect((await open()).checkpoint.unfinished).toMatchObject({ operationId: 'o2' });
  });

  it('of an operation that failed, and succeeds when it is sent again, is that it succeeded', async () => {
    await agent.apply('RESERVE', reservedDisk(2000));
    await agent.apply('RESERVE', reservedDisk(100), { ...O1, operationUuid: 'u2' });
    expect(states()).toEqual(['OPERATION_FAILED', 'OPERATION_FINISHED']);
    world.advance(10_000);
    expect(states().slice(2)).toEqual(['OPERATION_FINISHED']);
    for (const { feedback } of [agent, await open()]) {
      expect(feedback.reports().map(({ status }) => status.state)).toEqual(['OPERATION_FINISHED']);
    }
  });

  it('says OPERATION_FAILED of what could not be done, and OPERATION_ERROR of what made no sense, and why (D-093)', async () => {
    await agent.apply('CREATE', V1);
    await agent.operations.begin({ type: 'RESERVE', resources: [reservedDisk(300)] });
    await agent.operations.begin({ type: 'CREATE', resources: [V1] });
    await agent.apply('CREATE', volumeResource('v1', 50), { ...O1, operationUuid: 'u2', operationId: 'o2' });
    expect(agent.feedback.reports().map(({ status }) => [status.operationId, status.state, status.message])).toEqual([
      ['o1', 'OPERATION_FAILED', expect.stringContaining('The agent could not do it')],
      ['o2', 'OPERATION_ERROR', expect.stringContaining('v1')],
    ]);
    expect((await open()).feedback.reports()).toHaveLength(2);
  });

  it('is told also when the disk is too full to remember it', async () => {
    const disk = mountSmallDisk(meta(), 64);
    try {
      agent = await open();
      disk.fill();
      expect(await agent.apply('RESERVE', reservedDisk(100))).toMatchObject({ ok: false });
      expect(states()).toEqual(['OPERATION_FAILED']);
      const [{ status } = { status: undefined }] = agent.feedback.reports();
      await agent.feedback.acknowledge('f1', 'o1', status!.uuid!);
      expect(agent.feedback.reports()).toEqual([]);
    } finally {
      disk.unmount();
    }
  });

  it('is forgotten with the framework, which alone could acknowledge it', async () => {
    await agent.apply('RESERVE', reservedDisk(100));
    await agent.apply('RESERVE', reservedDisk(100), { operationUuid: 'u2', frameworkId: 'f2', operationId: 'o1' });
    await agent.feedback.forgetFramework('f1');
    expect((await open()).feedback.reports().map(({ frameworkId }) => frameworkId)).toEqual(['f2']);
  });

  it('is no part of what an agent of the first format would not understand, once it is acknowledged', async () => {
    const format = () => /"format":(\d)/.exec(readFileSync(join(meta(), 'resources.info'), 'utf8'))?.[1];
    await agent.apply('RESERVE', reservedDisk(100));
    expect(format()).toBe('2');
    await agent.feedback.forgetFramework('f1');
    expect(format()).toBe('1');
  });

  it('is not remembered of operations that nobody tracks', async () => {
    expect(await (await agent.operations.begin({ type: 'RESERVE', resources: [reservedDisk(1)] })).outcome).toEqual(ok(undefined));
    expect(agent.checkpoint.outcomes).toEqual([]);
  });
});

describe('an agent', () => {
  const bed = useAgents();

  it('answers the master first and tells the framework next, until that has acknowledged it (D-094)', async () => {
    const agent = await bed.started();
    const reserve = bed.master.tracked('o1', 'RESERVE', reservedDisk(100));
    bed.master.send(reserve);
    const status = await bed.master.untilOperation('o1');
    expect(status).toMatchObject({ state: 'OPERATION_FINISHED', agentId: 'agent-1' });
    expect(status.converted?.equals(Resources.of([reservedDisk(100)]))).toBe(true);
    const kinds = bed.master.heard.map(({ kind }) => kind);
    expect(kinds.indexOf('operation_outcome')).toBeLessThan(kinds.indexOf('operation_update'));
    await eventually(async () => (await agent.state()).unacknowledged_operations.length === 0);
    await agent.stop();
    await bed.start();
    expect((await bed.master.registration(2)).operations).toEqual([]);
  });

  it('lists what is not acknowledged when it registers, and tells it again', async () => {
    bed.master.acknowledges = false;
    const agent = await bed.started();
    bed.master.send(bed.master.tracked('o1', 'RESERVE', reservedDisk(100)), bed.master.tracked('o2', 'CREATE', V1));
    bed.master.send(bed.master.tracked('o3', 'CREATE', volumeResource('v1', 7)), bed.master.tracked('o4', 'DESTROY', V1));
    const statuses = await Promise.all(['o1', 'o2', 'o3', 'o4'].map((id) => bed.master.untilOperation(id)));
    expect(statuses.map(({ state }) => state)).toEqual([
      'OPERATION_FINISHED',
      'OPERATION_FINISHED',
      'OPERATION_ERROR',
      'OPERATION_FINISHED',
    ]);
    expect(existsSync(volumePath(agent))).toBe(false);
    expect((await agent.state()).unacknowledged_operations.map(({ id }) => id)).toEqual(['o1', 'o2', 'o3', 'o4']);
    const heard = bed.master.heard.length;
    bed.master.hangUp();
    const register = await bed.master.registration(2);
    const uuids = (all: readonly { readonly uuid?: Uint8Array }[]) => all.map(({ uuid }) => Buffer.from(uuid!).toString('hex'));
    expect(uuids(register.operations.map(({ status }) => status))).toEqual(uuids(statuses));
    await bed.master.until(() => bed.master.heard.slice(heard).filter(({ kind }) => kind === 'operation_update').length === 4);
    bed.master.acknowledgeOperation('f1', statuses[2]!);
    await eventually(async () => (await agent.state()).unacknowledged_operations.length === 3);
    bed.master.send({ kind: 'shutdown_framework', frameworkId: 'f1' });
    await eventually(async () => (await agent.state()).unacknowledged_operations.length === 0);
  });

  it('tells nothing of operations without an id, or without a framework', async () => {
    await bed.started();
    const { frameworkId: _none, ...operator } = bed.master.tracked('o1', 'RESERVE', reservedDisk(1));
    bed.master.send(operator, { ...bed.master.operation('RESERVE', [reservedDisk(1)]), frameworkId: 'f1' });
    await bed.master.outcome(operator.operationUuid);
    bed.master.send(bed.master.tracked('o2', 'RESERVE', reservedDisk(1)));
    await bed.master.untilOperation('o2');
    expect(bed.master.all('operation_update').map(({ status }) => status.operationId)).toEqual(['o2']);
  });
});
