import fc from 'fast-check';
import { Resources } from '@holdfast/core/resources';
import type { TaskInfo } from '@holdfast/core/tasks';
import { executorCall, executorEvent } from '../arbitraries/executor-api';
import { executorCallCodec, executorEventCodec, taskInfoCodec } from '../codec';
import { TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import type { ExecutorEvent } from '../messages';
import { body, canonicalJson } from './canonical-json.fixture';
import { executorJson, executorProtobuf } from '.';

const executor_id = { value: 'pod-1' };
const framework_id = { value: 'h1-0003' };
const UUID = 'AAECAwQFBgcICQoLDA0ODw==';
const uuid = Buffer.from(UUID, 'base64');
const status = { task_id: { value: 'a1' }, state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', uuid: UUID, timestamp: 1_800_000_001.5 };

const call = (type: string, part: object = {}) => executorJson.decodeCall(body({ executor_id, framework_id, type, ...part }));
const update = (more: object) => call('UPDATE', { update: { status: { ...status, ...more } } });
const refused = (field: string, problem = '') => ({
  ok: false,
  refusal: { code: 'invalid_argument', details: { field, problem: expect.stringContaining(problem) } },
});

describe('a call of an executor in JSON (wire 7.2)', () => {
  const head = { executorId: 'pod-1', frameworkId: 'h1-0003' };

  it('SUBSCRIBE says what it still knows of: tasks by their ids, and updates', () => {
    const unacknowledged_tasks = [{ name: 'a', task_id: { value: 'a1' }, agent_id: { value: 's1' } }];
    expect(call('SUBSCRIBE', { subscribe: { unacknowledged_tasks, unacknowledged_updates: [{ status }] } })).toEqual({
      ok: true,
      value: {
        ...head,
        type: 'SUBSCRIBE',
        unacknowledgedTasks: ['a1'],
        unacknowledgedUpdates: [{ taskId: 'a1', state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', uuid, timestampMs: 1_800_000_001_500 }],
      },
    });
    expect(call('SUBSCRIBE', { subscribe: {} })).toMatchObject({ ok: true, value: { unacknowledgedTasks: [] } });
    expect(call('SUBSCRIBE')).toMatchObject(refused('subscribe'));
  });

  it('UPDATE; its time may be left to the agent, and a reason that is news to us is left out', () => {
    expect(update({ message: 'up' })).toMatchObject({ ok: true, value: { ...head, type: 'UPDATE', status: { message: 'up' } } });
    const untimed = update({ timestamp: null, reason: 'REASON_FULL_MOON' });
    expect(untimed).toMatchObject({ ok: true });
    const { status: read } = (untimed as { value: { status: object } }).value;
    expect(Object.keys(read)).not.toContain('timestampMs');
    expect(Object.keys(read)).not.toContain('reason');
  });

  it.each<[string, object, string]>([
    ['without a uuid', { uuid: null }, 'update.status.uuid'],
    ['with a uuid of 15 bytes', { uuid: 'AAECAwQFBgcICQoLDA0O' }, 'update.status.uuid'],
    ['without a source', { source: null }, 'update.status.source'],
    ['of another source', { source: 'SOURCE_AGENT' }, 'update.status.source'],
    ['of TASK_STAGING', { state: 'TASK_STAGING' }, 'update.status.state'],
    ['in the name of another executor', { executor_id: { value: 'pod-2' } }, 'update.status.executor_id'],
    ['of a task that cannot be', { task_id: { value: '../x' } }, 'update.status.task_id.value'],
  ])('an UPDATE %s is refused', (_what, more, field) => expect(update(more)).toMatchObject(refused(field)));

  it('an UPDATE may name its own executor', () => expect(update({ executor_id })).toMatchObject({ ok: true }));

  it('MESSAGE and HEARTBEAT', () => {
    expect(call('MESSAGE', { message: { data: 'cG9uZw==' } })).toEqual({
      ok: true,
      value: { ...head, type: 'MESSAGE', data: Buffer.from('pong') },
    });
    expect(call('HEARTBEAT')).toEqual({ ok: true, value: { ...head, type: 'HEARTBEAT' } });
  });

  it('UNKNOWN is not supported (501), whereas a type that nobody knows is not set', () => {
    expect(call('UNKNOWN')).toMatchObject({ ok: false, refusal: { code: 'operation_unsupported' } });
    expect(call('SING')).toMatchObject(refused('type', 'is required'));
  });

  it('names all required fields that are missing', () => {
    expect(executorJson.decodeCall(body({ type: 'UPDATE', update: { status: {} } }))).toMatchObject(
      refused('message', 'executor_id, framework_id, update.status.task_id, update.status.state'.split(', ')[0]),
    );
    expect(executorProtobuf.decodeCall(Buffer.alloc(0))).toMatchObject(refused('message', 'executor_id, framework_id'));
    expect(executorJson.decodeCall(body({ executor_id, framework_id, type: 'MESSAGE', message: {} }))).toMatchObject(
      refused('message', 'message.data'),
    );
  });
});

describe('an event for an executor in JSON (wire 7.2)', () => {
  const text = (event: ExecutorEvent) => executorJson.encodeEvent(event)?.toString('latin1');

  it('SUBSCRIBED holds the ids as whole objects, which clients compare', () => {
    const json = JSON.parse(
      text({
        type: 'SUBSCRIBED',
        framework: {
          id: 'h1-0003',
          name: 'indexer',
          user: 'svc',
          roles: ['eng'],
          capabilities: new Set(),
          failoverTimeoutMs: 3_600_000,
          checkpoint: false,
          labels: [],
        },
        executor: {
          executorId: 'pod-1',
          type: 'CUSTOM',
          resources: Resources.empty,
          labels: [],
          unsupportedFields: [],
          wire: new Uint8Array(),
        },
        agent: { id: 'h1-S2', hostname: 'node2', httpPort: 5051, attributes: [] },
        containerId: 'c-1',
      })!,
    );
    expect(json).toMatchObject({
      type: 'SUBSCRIBED',
      subscribed: {
        executor_info: { type: 'CUSTOM', executor_id: { value: 'pod-1' }, framework_id: { value: 'h1-0003' } },
        framework_info: { user: 'svc', name: 'indexer', id: { value: 'h1-0003' }, failover_timeout: 3600, checkpoint: false },
        agent_info: { hostname: 'node2', port: 5051, id: { value: 'h1-S2' } },
        container_id: { value: 'c-1' },
      },
    });
    expect(json.subscribed.executor_info.executor_id).toEqual({ value: 'pod-1' });
  });

  it('LAUNCH and LAUNCH_GROUP hold all that the framework said of a task', () => {
    const wire = {
      name: 'a',
      task_id: { value: 'a1' },
      agent_id: { value: 's1' },
      data: 'aGk=',
      discovery: { visibility: 'CLUSTER', name: 'web' },
    };
    const bytes = Buffer.from(WireTaskInfo.encode(WireTaskInfo.fromJSON(wire)).finish());
    const read = taskInfoCodec.decode(bytes);
    const task = (read as { value: TaskInfo }).value;
    expect(JSON.parse(text({ type: 'LAUNCH', task })!)).toEqual({ type: 'LAUNCH', launch: { task: wire } });
    expect(JSON.parse(text({ type: 'LAUNCH_GROUP', tasks: [task, task] })!)).toEqual({
      type: 'LAUNCH_GROUP',
      launch_group: { task_group: { tasks: [wire, wire] } },
    });
  });

  it.each<[ExecutorEvent, string]>([
    [
      { type: 'KILL', taskId: 'a1', graceMs: 3000 },
      '{"type":"KILL","kill":{"task_id":{"value":"a1"},"kill_policy":{"grace_period":{"nanoseconds":3000000000}}}}',
    ],
    [{ type: 'KILL', taskId: 'a1' }, '{"type":"KILL","kill":{"task_id":{"value":"a1"}}}'],
    [{ type: 'ACKNOWLEDGED', taskId: 'a1', uuid }, `{"type":"ACKNOWLEDGED","acknowledged":{"task_id":{"value":"a1"},"uuid":"${UUID}"}}`],
    [{ type: 'MESSAGE', data: Buffer.from('ping') }, '{"type":"MESSAGE","message":{"data":"cGluZw=="}}'],
    [{ type: 'SHUTDOWN' }, '{"type":"SHUTDOWN"}'],
    [{ type: 'ERROR', message: 'n\u00f6' }, '{"type":"ERROR","error":{"message":"n\\u00f6"}}'],
    [{ type: 'HEARTBEAT' }, '{"type":"HEARTBEAT"}'],
  ])('%j', (event, json) => expect(text(event)).toBe(json));
});

describe('any call of an executor', () => {
  it('means the same in JSON and in protobuf', () => {
    fc.assert(
      fc.property(executorCall, (one) => {
        const bytes = executorCallCodec.encode(one);
        const inProtobuf = executorProtobuf.decodeCall(bytes);
        expect(inProtobuf).toEqual(executorCallCodec.decode(bytes));
        expect(inProtobuf.ok).toBe(true);
        expect(executorJson.decodeCall(body(canonicalJson('executor.v1.Call', bytes)))).toEqual(inProtobuf);
      }),
      { numRuns: 200 },
    );
  });
});

describe('any event for an executor', () => {
  it('is ASCII on one line in JSON, and in protobuf says what it means (wire document, section 3)', () => {
    fc.assert(
      fc.property(executorEvent, (one) => {
        expect(executorJson.encodeEvent(one)!.every((byte) => byte >= 0x20 && byte < 0x7f)).toBe(true);
        expect(executorProtobuf.encodeEvent(one)).toEqual(executorEventCodec.encode(one));
      }),
      { numRuns: 200 },
    );
  });
});
