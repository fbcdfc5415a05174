import { Resources, scalar } from '@holdfast/core/resources';
import type { ExecutorInfo } from '@holdfast/core/tasks';
import { ExecutorInfo as WireExecutorInfo } from '../gen/holdfast/v1/executor';
import { TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import { attempt } from './edge';
import { readExecutorInfo } from './executor';
import { taskInfoCodec, withExecutor } from './task';

/** Field 20000, which no release knows yet. */
const news = Buffer.from([0x82, 0xe2, 0x09, 0x03, 0x6e, 0x65, 0x77]);
const plain = { executor_id: { value: 'e1' }, type: 'DEFAULT' };

const encode = (json: object): Buffer => Buffer.from(WireExecutorInfo.encode(WireExecutorInfo.fromJSON({ ...plain, ...json })).finish());

function executor(bytes: Buffer): ExecutorInfo {
  const read = attempt(readExecutorInfo, bytes);
  if (!read.ok) throw new Error(read.refusal.message);
  return read.value;
}

function task(bytes: Uint8Array) {
  const read = taskInfoCodec.decode(Buffer.from(bytes));
  if (!read.ok) throw new Error(read.refusal.message);
  return read.value;
}

const encodeTask = (more: object = {}): Buffer =>
  Buffer.from(
    WireTaskInfo.encode(WireTaskInfo.fromJSON({ name: 't', task_id: { value: 't1' }, agent_id: { value: 'a1' }, ...more })).finish(),
  );

describe('an executor', () => {
  it('says what Holdfast carries out of it', () => {
    expect(
      executor(encode({ name: 'n', shutdown_grace_period: { nanoseconds: '1500000' }, labels: { labels: [{ key: 'k' }] } })),
    ).toMatchObject({ executorId: 'e1', type: 'DEFAULT', name: 'n', shutdownGraceMs: 2, labels: [{ key: 'k' }], unsupportedFields: [] });
  });

  it.each([
    ['container', { container: { type: 'MESOS' } }],
    ['command.environment.variables.secret', { command: { environment: { variables: [{ name: 'A', type: 'SECRET', secret: {} }] } } }],
  ])('names what is not carried out: %s', (field, more) => {
    expect(executor(encode(more)).unsupportedFields).toEqual([field]);
  });

  it('that is brought by the framework has a command, and data that nobody but itself reads', () => {
    const custom = executor(encode({ type: 'CUSTOM', command: { value: './run', uris: [{ value: '/opt/run' }] }, data: 'AQI=' }));
    expect(custom).toMatchObject({ type: 'CUSTOM', command: { value: './run', uris: [{ value: '/opt/run' }] }, unsupportedFields: [] });
    expect(custom.data).toEqual(Buffer.from([1, 2]));
  });

  it.each([[{ type: undefined }], [{ type: 'UNKNOWN' }]])('has no type if it says %j, which a group needs (D-037)', (more) => {
    expect(executor(encode(more)).type).toBeUndefined();
  });

  it('keeps its bytes as they came, since equality is judged by them (D-035)', () => {
    const bytes = Buffer.concat([encode({}), news]);
    expect(Buffer.from(executor(bytes).wire).equals(bytes)).toBe(true);
  });
});

describe('the executor that a task by itself names', () => {
  it('is brought by the framework unless it says otherwise, as in Mesos (D-033)', () => {
    const typeOf = (json: object) => task(encodeTask({ executor: { executor_id: { value: 'e1' }, ...json } })).executor?.type;
    expect([typeOf({}), typeOf({ type: 'CUSTOM' }), typeOf({ type: 'DEFAULT' })]).toEqual(['CUSTOM', 'CUSTOM', 'DEFAULT']);
  });
});

describe('a task under the executor of its group', () => {
  const group = executor(Buffer.concat([encode({ name: 'group' }), news]));

  it('carries it in its bytes, byte for byte, and keeps all that it said itself', () => {
    const info = withExecutor(task(Buffer.concat([encodeTask({ labels: { labels: [{ key: 'k' }] } }), news])), group);
    const read = task(info.wire);
    expect(read).toMatchObject({
      taskId: 't1',
      labels: [{ key: 'k' }],
      executor: { executorId: 'e1', name: 'group' },
      unsupportedFields: [],
    });
    expect(Buffer.from(read.executor!.wire).equals(Buffer.from(group.wire))).toBe(true);
    expect(Buffer.from(info.wire).includes(news)).toBe(true);
    expect(info.executor).toBe(group);
  });

  it('carries no other one, if it had one', () => {
    const info = withExecutor(task(encodeTask({ executor: { executor_id: { value: 'other' } } })), group);
    expect(Buffer.from(info.wire).includes('other')).toBe(false);
    expect(task(info.wire).executor?.executorId).toBe('e1');
  });

  it('carries it if it was made of its fields', () => {
    const made = {
      taskId: 't1',
      name: 't',
      agentId: 'a1',
      resources: Resources.of([scalar('cpus', 1)]),
      labels: [],
      unsupportedFields: [],
      wire: new Uint8Array(),
    };
    const own = {
      executorId: 'e2',
      resources: Resources.of([scalar('mem', 32)]),
      labels: [],
      unsupportedFields: [],
      wire: new Uint8Array(),
    };
    expect(task(withExecutor(made, own).wire)).toMatchObject({ taskId: 't1', executor: { executorId: 'e2' } });
  });
});
