import { TaskInfo as WireTaskInfo, TaskStatus as WireTaskStatus } from '../gen/holdfast/v1/task';
import { taskInfoCodec } from './task';
import { taskStatusCodec } from './task-status';
import { bytesOf } from './wire-form.fixture';

const plain = { name: 't', task_id: { value: 't1' }, agent_id: { value: 'a1' } };

function read(more: object) {
  const task = taskInfoCodec.decode(bytesOf(WireTaskInfo, { ...plain, ...more }));
  if (!task.ok) throw new Error(task.refusal.message);
  return task.value;
}

describe('a check', () => {
  it('has the times of Mesos where it says none', () => {
    const times = { delayMs: 15_000, intervalMs: 10_000, timeoutMs: 20_000 };
    expect(read({ check: { type: 'TCP', tcp: { port: 80 } } }).check).toEqual({ probe: { kind: 'tcp', port: 80 }, ...times });
    expect(read({ health_check: { type: 'TCP', tcp: { port: 80 } } }).healthCheck).toEqual({
      probe: { kind: 'tcp', port: 80 },
      ...times,
      consecutiveFailures: 3,
      gracePeriodMs: 10_000,
    });
  });

  it('has the times that it says, in seconds; zero is one of them, and a little does not become none', () => {
    const said = { delay_seconds: 0, interval_seconds: 0.0001, timeout_seconds: 1.5 };
    expect(read({ check: { type: 'TCP', tcp: { port: 80 }, ...said } }).check).toMatchObject({
      delayMs: 0,
      intervalMs: 1,
      timeoutMs: 1500,
    });
    const health = { type: 'TCP', tcp: { port: 80 }, ...said, consecutive_failures: 0, grace_period_seconds: 0 };
    expect(read({ health_check: health }).healthCheck).toMatchObject({ intervalMs: 1, consecutiveFailures: 0, gracePeriodMs: 0 });
  });

  it('asks over HTTP for / and takes 200 to 399 unless it says otherwise', () => {
    expect(read({ health_check: { type: 'HTTP', http: { port: 80 } } }).healthCheck?.probe).toEqual({
      kind: 'http',
      scheme: 'http',
      port: 80,
      path: '/',
      statuses: [],
    });
    const http = { scheme: 'https', port: 1, path: '/ready', statuses: [204], protocol: 'IPv4' };
    expect(read({ health_check: { type: 'HTTP', http } })).toMatchObject({
      healthCheck: { probe: { kind: 'http', scheme: 'https', port: 1, path: '/ready', statuses: [204] } },
      unsupportedFields: [],
    });
  });

  it.each([
    ['health_check.type', { health_check: { command: { value: 'true' } } }],
    ['health_check.type', { health_check: { type: 'UNKNOWN' } }],
    ['check.type', { check: { type: 'UNKNOWN', tcp: { port: 80 } } }],
    ['health_check.command', { health_check: { type: 'COMMAND' } }],
    ['check.http', { check: { type: 'HTTP' } }],
    ['health_check.http', { health_check: { type: 'TCP', tcp: { port: 1 }, http: { port: 1 } } }],
    ['check.command.command', { check: { type: 'COMMAND', command: {} } }],
    ['health_check.tcp.port', { health_check: { type: 'TCP', tcp: {} } }],
    ['health_check.http.scheme', { health_check: { type: 'HTTP', http: { port: 1, scheme: 'ftp' } } }],
    ['check.delay_seconds', { check: { type: 'TCP', tcp: { port: 1 }, delay_seconds: -1 } }],
    ['check.timeout_seconds', { check: { type: 'TCP', tcp: { port: 1 }, timeout_seconds: NaN } }],
    ['health_check.grace_period_seconds', { health_check: { type: 'TCP', tcp: { port: 1 }, grace_period_seconds: -0.5 } }],
  ])('has exactly the member of its type, and no negative times; else it is refused, naming %s', (field, more) => {
    const task = taskInfoCodec.decode(bytesOf(WireTaskInfo, { ...plain, ...more }));
    expect(!task.ok && task.refusal).toMatchObject({ code: 'invalid_argument', details: { field } });
  });
});

describe('what a status says of a check', () => {
  const status = { task_id: { value: 't1' }, state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', timestamp: 1 };
  const resultOf = (check_status: object) => {
    const read = taskStatusCodec.decode(bytesOf(WireTaskStatus, { ...status, check_status }));
    return read.ok ? read.value.checkResult : read.refusal.message;
  };

  it('is its kind and what came of it, be it zero, or nothing yet', () => {
    expect(resultOf({ type: 'COMMAND', command: { exit_code: 0 } })).toEqual({ kind: 'command', exitCode: 0 });
    expect(resultOf({ type: 'TCP', tcp: { succeeded: false } })).toEqual({ kind: 'tcp', succeeded: false });
    expect(resultOf({ type: 'HTTP', http: {} })).toEqual({ kind: 'http' });
    expect(resultOf({ type: 'HTTP' })).toEqual({ kind: 'http' });
    expect(resultOf({ type: 'UNKNOWN' })).toContain('check_status.type');
  });

  it('has its member also where nothing came of it, as Mesos has it', () => {
    const read = taskStatusCodec.decode(bytesOf(WireTaskStatus, { ...status, check_status: { type: 'HTTP' } }));
    if (!read.ok) throw new Error(read.refusal.message);
    expect(WireTaskStatus.decode(taskStatusCodec.encode(read.value)).checkStatus).toMatchObject({ type: 'HTTP', http: {} });
  });
});
