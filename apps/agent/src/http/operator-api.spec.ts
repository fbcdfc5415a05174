import { eventually, sandboxOf, type TestAgent, useAgents, V1, waiting } from '../agent.fixture';
import { loggingLevel } from './logging-level';

const bed = useAgents();
const SETTINGS = { isolation: 'plain' } as const;

const post = (agent: TestAgent, body: unknown, headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
  fetch(`${agent.service.endpoints['http']}/slave(1)/api/v1`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const call = async (agent: TestAgent, body: object) => {
  const answer = await post(agent, body);
  const text = await answer.text();
  return { status: answer.status, body: answer.status === 200 && text !== '' ? (JSON.parse(text) as Record<string, never>) : undefined };
};
const status = async (agent: TestAgent, body: unknown, headers?: Record<string, string>) => (await post(agent, body, headers)).status;

describe('the operator API of an agent', () => {
  it('checks a request in the order of the protocol (wire 2, 7.3)', async () => {
    const agent = await bed.started(SETTINGS);
    const target = `${agent.service.endpoints['http']}/api/v1`;
    const got = await fetch(target);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    const health = { type: 'GET_HEALTH' };
    const json = 'application/json';
    expect((await fetch(target, { method: 'POST', body: Buffer.from('{}') })).status).toBe(400);
    expect(await status(agent, health, { 'Content-Type': 'application/json; charset=utf-8' })).toBe(415);
    expect(await status(agent, 'x', { 'Content-Type': 'application/x-protobuf' })).toBe(415);
    expect(await status(agent, 'not json')).toBe(400);
    expect(await status(agent, '[]')).toBe(400);
    expect(await status(agent, {})).toBe(400);
    expect(await status(agent, { type: null })).toBe(400);
    expect(await status(agent, { type: 'constructor' })).toBe(400);
    expect(await status(agent, { type: 'LAUNCH_CONTAINER' })).toBe(501);
    expect(await status(agent, { type: 'UNKNOWN' })).toBe(501);
    expect(await status(agent, health, { 'Content-Type': json, Accept: 'application/x-protobuf' })).toBe(406);
    expect(await status(agent, health, { 'Content-Type': json, Accept: 'application/x-protobuf, application/json' })).toBe(200);
  });

  it('answers what it is asked, below the name of the question (wire 7.3)', async () => {
    const agent = await bed.withVolume(SETTINGS);
    const task = bed.master.run({ id: 't1', line: waiting(), volumes: [V1] });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    const answer = async (type: string, body?: object) =>
      (await call(agent, { type, ...(body && { [type.toLowerCase()]: body }) })).body?.[type.toLowerCase()];
    expect((await call(agent, { type: 'GET_HEALTH' })).body).toEqual({ type: 'GET_HEALTH', get_health: { healthy: true } });
    expect(await answer('GET_FLAGS')).toMatchObject({ flags: expect.arrayContaining([{ name: 'work_dir', value: agent.workDir }]) });
    expect(await answer('GET_VERSION')).toMatchObject({ version_info: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/) } });
    expect(await answer('GET_METRICS', { timeout: { nanoseconds: 5 } })).toMatchObject({
      metrics: expect.arrayContaining([{ name: 'slave/tasks_running', value: 1 }]),
    });
    expect((await call(agent, { type: 'GET_METRICS' })).status).toBe(400);
    const shown = {
      task_id: { value: 't1' },
      framework_id: { value: 'f1' },
      agent_id: { value: 'agent-1' },
      state: 'TASK_RUNNING',
      resources: expect.arrayContaining([expect.objectContaining({ name: 'disk', shared: {} })]),
    };
    const tasks = { pending_tasks: [], queued_tasks: [], launched_tasks: [shown], terminated_tasks: [], completed_tasks: [] };
    const frameworks = {
      frameworks: [{ framework_info: { id: { value: 'f1' }, name: 'test', roles: ['eng'] } }],
      completed_frameworks: [],
    };
    const executors = { executors: [{ executor_info: { executor_id: { value: 't1' } } }], completed_executors: [] };
    expect(await answer('GET_TASKS')).toMatchObject(tasks);
    expect(await answer('GET_EXECUTORS')).toMatchObject(executors);
    expect(await answer('GET_FRAMEWORKS')).toMatchObject({ ...frameworks, frameworks: [{ framework_info: { name: 'test' } }] });
    expect(await answer('GET_STATE')).toMatchObject({
      get_tasks: tasks,
      get_executors: executors,
      get_frameworks: { completed_frameworks: [] },
    });
    expect(await answer('GET_CONTAINERS')).toMatchObject({
      containers: [{ container_id: { value: task.launchId }, framework_id: { value: 'f1' }, resource_statistics: { cpus_limit: 0.1 } }],
    });
    expect(await answer('GET_AGENT')).toMatchObject({
      agent_info: {
        id: { value: 'agent-1' },
        port: Number(new URL(String(agent.service.endpoints['http'])).port),
        attributes: expect.arrayContaining([{ name: 'holdfast.isolation', type: 'TEXT', text: { value: 'plain' } }]),
      },
    });
    expect(await answer('GET_OPERATIONS')).toEqual({ operations: [] });
    expect(await answer('GET_RESOURCE_PROVIDERS')).toEqual({ resource_providers: [] });
  });

  it('lists and reads files in bytes, 64 KiB at a time (wire 7.3)', async () => {
    const agent = await bed.started(SETTINGS);
    const task = bed.master.run({ id: 't1', line: `printf '\\377\\303'; head -c 100000 /dev/zero >&2; ${waiting()}` });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    const path = `${sandboxOf(agent, task)}/stdout`;
    const read = async (body: object) => (await call(agent, { type: 'READ_FILE', read_file: body })).body?.['read_file'];
    const stderr = path.replace('stdout', 'stderr');
    await eventually(async () => ((await read({ path: stderr, offset: 0, length: 0 })) as { size: number } | undefined)?.size === 100_000);
    expect(await read({ path: stderr, offset: 0, length: 90_000 })).toEqual({
      size: 100_000,
      data: Buffer.alloc(65_536).toString('base64'),
    });
    expect(await read({ path, offset: '1', length: null })).toEqual({ size: 2, data: Buffer.from([0xc3]).toString('base64') });
    const { body } = await call(agent, { type: 'LIST_FILES', list_files: { path: '/frameworks/f1/executors/t1/runs/latest' } });
    expect(body?.['list_files']).toMatchObject({
      file_infos: [
        { path: expect.stringMatching(/stderr$/), mtime: { nanoseconds: expect.any(Number) } },
        { size: 2, uid: 'root' },
      ],
    });
    const refused = async (type: string, request: object) => (await call(agent, { type, [type.toLowerCase()]: request })).status;
    expect(await refused('READ_FILE', { path: '/etc/passwd', offset: 0 })).toBe(404);
    expect(await refused('READ_FILE', { path })).toBe(400);
    expect(await refused('READ_FILE', { path, offset: -1 })).toBe(400);
    expect(await refused('LIST_FILES', { path })).toBe(400);
    expect(await refused('LIST_FILES', {})).toBe(400);
  });
});

describe('the level of the log', () => {
  it('is raised for a while, and is then what it was', () => {
    const log = { level: 'info' };
    const due: (() => void)[] = [];
    const after = (_ms: number, then: () => void) => {
      due.push(then);
      return () => void due.splice(due.indexOf(then), 1);
    };
    const level = loggingLevel(log, { after });
    level?.set(2, 1000);
    expect([level?.get(), log.level, due.length]).toEqual([2, 'debug', 1]);
    level?.set(1, 5000);
    expect(due).toHaveLength(1);
    due[0]!();
    expect([level?.get(), log.level]).toEqual([0, 'info']);
    expect(loggingLevel({}, { after })).toBeUndefined();
  });
});
