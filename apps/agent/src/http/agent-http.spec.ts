import { execFileSync } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basicAuthorization } from '@holdfast/platform/credentials';
import { scalar } from '@holdfast/core/resources';
import { eventually, sandboxOf, type TestAgent, useAgents, V1, volumePath, waiting } from '../agent.fixture';
import { runGroup } from '../fake-master.fixture';
import { volumeResource } from '../disks/volumes.fixture';

const bed = useAgents();
const SETTINGS = { isolation: 'plain' } as const;
const VIRTUAL = '/frameworks/f1/executors/t1/runs/latest';

const addressOf = (agent: TestAgent) => String(agent.service.endpoints['http']);
const get = (agent: TestAgent, target: string, init?: RequestInit) => fetch(`${addressOf(agent)}${target}`, init);
const json = async (agent: TestAgent, target: string) => (await get(agent, target)).json() as Promise<Record<string, never>>;
const file = (route: string, path: string, more = '') => `/files/${route}?path=${encodeURIComponent(path)}${more}`;

/** A target as it stands, which fetch would clean up. */
const raw = (agent: TestAgent, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(addressOf(agent));
    httpRequest({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

interface Wish {
  readonly volumes?: readonly ReturnType<typeof volumeResource>[];
  readonly isolation?: 'plain' | 'namespaces';
}

async function withTask(line: string, { isolation = 'plain', ...more }: Wish = {}) {
  const agent = await bed.withVolume({ isolation });
  const task = bed.master.run({ id: 't1', line, ...more });
  await bed.master.untilState('t1', 'TASK_RUNNING');
  return { agent, task, sandbox: sandboxOf(agent, task) };
}

describe('the endpoints of an agent', () => {
  it('are served with and without /slave(1), percent-encoded or not, with a slash and more behind (wire 1, 11)', async () => {
    const agent = await bed.started(SETTINGS);
    for (const prefix of ['', '/slave(1)', '/slave%281%29']) {
      for (const path of [
        '/health',
        '/version',
        '/flags',
        '/state',
        '/state/',
        '/state/x',
        '/containers',
        '/metrics/snapshot',
        '/files/debug',
      ]) {
        expect([prefix + path, await raw(agent, prefix + path)]).toEqual([prefix + path, 200]);
      }
    }
    for (const path of ['/state/../state', '/slave(2)/state', '/state.json', '/nothing', '/slave(1)', '/'])
      expect([path, await raw(agent, path)]).toEqual([path, 404]);
  });

  it('answer whatever the method is, and with a call of the function that is asked for (wire 10)', async () => {
    const agent = await bed.started(SETTINGS);
    const posted = await get(agent, '/version', { method: 'POST', body: '{not json', headers: { 'Content-Type': 'application/json' } });
    expect(posted.status).toBe(200);
    const called = await get(agent, '/version?jsonp=show');
    expect(called.headers.get('content-type')).toBe('text/javascript');
    expect(await called.text()).toMatch(/^show\(\{.*\}\);$/);
    expect((await get(agent, '/version?jsonp=alert(1)//')).headers.get('content-type')).toContain('application/json');
  });

  it('tell version, flags and health (wire 10.2, 11)', async () => {
    const agent = await bed.started(SETTINGS);
    const health = await get(agent, '/health');
    expect([health.status, await health.text()]).toEqual([200, '']);
    expect((await json(agent, '/version'))['version']).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await json(agent, '/flags')).toMatchObject({ flags: { work_dir: agent.workDir, resources: 'cpus:4;mem:1024;disk:1000' } });
  });

  it('tell flat metrics under the names of Mesos and our own (wire 10.3)', async () => {
    const { agent } = await withTask(waiting());
    const metrics = await json(agent, '/metrics/snapshot');
    expect(metrics).toMatchObject({
      'slave/registered': 1,
      'slave/cpus_total': 4,
      'slave/cpus_used': 0.1,
      'slave/cpus_percent': 0.025,
      'slave/tasks_running': 1,
      'slave/frameworks_active': 1,
      holdfast_agent_tasks_running: expect.any(Number),
    });
    expect(Object.values(metrics).every((value) => typeof value === 'number')).toBe(true);
    expect((await get(agent, '/metrics/snapshot?timeout=5secs')).status).toBe(200);
    expect((await get(agent, '/metrics/snapshot?timeout=soon')).status).toBe(400);
  });
});

describe('the state of an agent', () => {
  it('has the shapes of Mesos (wire 11)', async () => {
    const { agent, task, sandbox } = await withTask(waiting(), { volumes: [V1] });
    const state = await json(agent, '/state');
    expect(state).toMatchObject({
      id: 'agent-1',
      pid: expect.stringMatching(/^slave\(1\)@127\.0\.0\.1:\d+$/),
      start_time: expect.any(Number),
      capabilities: expect.arrayContaining(['MULTI_ROLE', 'RESIZE_VOLUME']),
      resources: { cpus: 4, gpus: 0, mem: 1024, disk: 1000 },
      reserved_resources: { eng: { cpus: 0, disk: 100 } },
      unreserved_resources: { cpus: 4, disk: 900 },
      reserved_resources_allocated: { eng: { disk: 100 } },
      unreserved_resources_allocated: { cpus: 0.1, disk: 0 },
      resource_providers: [],
      completed_frameworks: [],
    });
    expect(state['reserved_resources_full']).toEqual({
      eng: [
        {
          name: 'disk',
          type: 'SCALAR',
          scalar: { value: 100 },
          role: 'eng',
          reservation: {},
          reservations: [{ type: 'DYNAMIC', role: 'eng' }],
          disk: { persistence: { id: 'v1', principal: 'ops' }, volume: { mode: 'RW', container_path: 'data' } },
          shared: {},
        },
      ],
    });
    expect(state['unreserved_resources_full']).toContainEqual({ name: 'cpus', type: 'SCALAR', scalar: { value: 4 }, role: '*' });
    expect(state['frameworks']).toMatchObject([
      {
        id: 'f1',
        name: 'test',
        user: 'root',
        checkpoint: true,
        failover_timeout: 0,
        executors: [
          {
            id: 't1',
            container: task.launchId,
            directory: sandbox,
            resources: { cpus: 0.1, disk: 100 },
            role: 'eng',
            queued_tasks: [],
            completed_tasks: [],
            tasks: [{ id: 't1', framework_id: 'f1', executor_id: '', slave_id: 'agent-1', state: 'TASK_RUNNING', role: 'eng' }],
          },
        ],
        completed_executors: [],
      },
    ]);
    const [shown] = (state as never as { frameworks: { executors: { tasks: { statuses: { state: string; timestamp: number }[] }[] }[] }[] })
      .frameworks[0]!.executors[0]!.tasks;
    expect(shown!.statuses.map((status) => status.state)).toEqual(['TASK_STARTING', 'TASK_RUNNING']);
    expect(shown!.statuses.at(-1)).toMatchObject({
      timestamp: expect.any(Number),
      container_status: { container_id: { value: task.launchId } },
    });
  });

  it('counts a shared volume once, however many use it, and shows a group below its executor (wire 10.2)', async () => {
    const agent = await bed.withVolume(SETTINGS);
    const group = runGroup([
      { id: 'a', line: waiting(), volumes: [V1] },
      { id: 'b', line: waiting(), volumes: [V1] },
    ]);
    bed.master.send(group);
    await bed.master.untilState('a', 'TASK_RUNNING');
    await bed.master.untilState('b', 'TASK_RUNNING');
    expect(await json(agent, '/state')).toMatchObject({
      reserved_resources_allocated: { eng: { disk: 100 } },
      unreserved_resources_allocated: { cpus: 0.3, mem: 32 },
      frameworks: [
        {
          executors: [
            {
              id: 'e1',
              type: 'DEFAULT',
              tasks: [
                { id: 'a', executor_id: 'e1' },
                { id: 'b', executor_id: 'e1' },
              ],
            },
          ],
        },
      ],
    });
    expect((await get(agent, file('read', '/frameworks/f1/executors/e1/tasks/b/stdout', '&offset=0'))).status).toBe(200);
  });

  it('shows a task whose end nobody has confirmed as completed', async () => {
    const agent = await bed.started(SETTINGS);
    bed.master.acknowledges = false;
    bed.master.run({ id: 't1', line: 'true' });
    await bed.master.untilGone('t1');
    expect(await json(agent, '/state')).toMatchObject({
      frameworks: [],
      completed_frameworks: [{ completed_executors: [{ id: 't1', tasks: [], completed_tasks: [{ id: 't1', state: 'TASK_FINISHED' }] }] }],
      unreserved_resources_allocated: { cpus: 0 },
    });
  });
});

describe('the containers of an agent', () => {
  it('are listed one by one, by framework and by executor; other questions are refused (wire 11)', async () => {
    const { agent, task } = await withTask(waiting());
    const ids = async (query: string) =>
      ((await json(agent, `/containers${query}`)) as never as { container_id: string }[]).map((each) => each.container_id);
    for (const query of ['', `?container_id=${task.launchId}`, '?framework_id=f1', '?framework_id=f1&executor_id=t1'])
      expect([query, await ids(query)]).toEqual([query, [task.launchId]]);
    for (const query of ['?container_id=x', '?framework_id=f2', '?framework_id=f1&executor_id=t2'])
      expect([query, await ids(query)]).toEqual([query, []]);
    for (const query of ['?executor_id=t1', '?container_id=x&framework_id=f1', '?container_id=x&executor_id=t1'])
      expect([query, (await get(agent, `/containers${query}`)).status]).toEqual([query, 400]);
    expect(await json(agent, '/containers')).toMatchObject([
      {
        framework_id: 'f1',
        executor_id: 't1',
        source: 't1',
        status: { container_id: { value: task.launchId }, executor_pid: expect.any(Number) },
      },
    ]);
  });

  it('have statistics, with a line for each volume (wire 11)', async () => {
    const { agent } = await withTask(waiting(), { volumes: [V1, scalar('mem', 64)] });
    const [statistics] = (await json(agent, '/monitor/statistics')) as never as [object];
    expect(statistics).toMatchObject({
      framework_id: 'f1',
      executor_id: 't1',
      source: 't1',
      statistics: {
        timestamp: expect.any(Number),
        cpus_limit: 0.1,
        mem_limit_bytes: 64 * 1024 * 1024,
        disk_statistics: [{ persistence: { id: 'v1', principal: 'ops' }, limit_bytes: 100 * 1024 * 1024 }],
      },
    });
    expect(statistics).not.toHaveProperty('container_id');
  });
});

describe('the files of tasks over HTTP', () => {
  it('are browsed, read in parts and downloaded (wire 11)', async () => {
    const { agent, sandbox } = await withTask(`printf 'one\\ntwo\\n'; mkdir -m 750 sub; printf x > 'sub/a b.json'; ${waiting()}`);
    await eventually(async () => (await get(agent, file('browse', join(sandbox, 'sub')))).status === 200);
    const entries = (await json(agent, file('browse', VIRTUAL))) as never as { path: string }[];
    expect(entries.map(({ path }) => path)).toEqual(['stderr', 'stdout', 'sub'].map((name) => `${VIRTUAL}/${name}`));
    expect(entries[2]).toEqual({
      path: `${VIRTUAL}/sub`,
      nlink: 2,
      size: expect.any(Number),
      mtime: expect.any(Number),
      mode: 'drwxr-x---',
      uid: 'root',
      gid: 'root',
    });
    const read = (more: string) => json(agent, file('read', `${sandbox}/stdout`, more));
    expect(await read('&offset=4&length=2')).toEqual({ data: 'tw', offset: 4 });
    expect(await read('&offset=4&length=-1')).toEqual({ data: 'two\n', offset: 4 });
    expect(await read('&offset=-1')).toEqual({ data: '', offset: 8 });
    expect(await read('')).toEqual({ data: '', offset: 8 });
    for (const more of ['&offset=-2', '&offset=0&length=-2', '&offset=x', '&offset=1.5', '&offset=1e3'])
      expect([more, (await get(agent, file('read', `${sandbox}/stdout`, more))).status]).toEqual([more, 400]);
    writeFileSync(join(sandbox, 'text'), 'hé!');
    expect(await json(agent, file('read', `${sandbox}/text`, '&offset=0&length=2'))).toEqual({ data: 'h', offset: 0 });
    expect(await json(agent, file('read', `${sandbox}/text`, '&offset=1&length=2'))).toEqual({ data: 'é', offset: 1 });
    await eventually(async () => (await (await get(agent, file('download', `${sandbox}/sub/a b.json`))).text()) === 'x');
    const download = await get(agent, file('download', `${sandbox}/sub/a b.json`));
    expect(Object.fromEntries(download.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="a_b.json"; filename*=UTF-8''a%20b.json`,
    });
    expect(await download.text()).toBe('x');
    const plain = await get(agent, file('download', `${sandbox}/stdout`));
    expect(plain.headers.get('content-type')).toBe('application/octet-stream');
    expect(await plain.text()).toBe('one\ntwo\n');
    expect(await json(agent, '/files/debug')).toMatchObject({ [sandbox]: sandbox });
  });

  it('are refused without a path, where there is none, and where it leads out, in whatever spelling (wire 11)', async () => {
    const { agent, sandbox } = await withTask(waiting());
    symlinkSync('/etc', join(sandbox, 'etc'));
    execFileSync('mkfifo', [join(sandbox, 'pipe')]);
    for (const route of ['browse', 'read', 'download']) {
      expect([route, (await get(agent, `/files/${route}`)).status]).toEqual([route, 400]);
      for (const path of [`${sandbox}/none`, `${sandbox}/etc/passwd`, '/etc/passwd', `${sandbox}/../../../../../../../../../etc/passwd`])
        expect([route, path, (await get(agent, file(route, path))).status]).toEqual([route, path, 404]);
      expect(await raw(agent, `/files/${route}?path=${sandbox}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/meta`)).toBe(404);
      expect(await raw(agent, `/files/${route}?path=${sandbox}/%65tc/passwd`)).toBe(404);
      expect(await raw(agent, `/files/${route}?path=${sandbox}%00`)).toBe(400);
      expect([route, (await get(agent, file(route, `${sandbox}/pipe`))).status]).toEqual([route, 400]);
    }
    for (const route of ['read', 'download']) expect((await get(agent, file(route, sandbox))).status).toBe(400);
    expect(await raw(agent, '/files/download/../../etc/passwd')).toBe(404);
  });

  it.each(['plain', 'namespaces'] as const)('of a volume are those that the task sees at its container path (%s)', async (isolation) => {
    const { agent, sandbox } = await withTask(waiting(), { isolation, volumes: [volumeResource('v1', 100, { path: 'deep/data' })] });
    mkdirSync(join(volumePath(agent), 'sub'));
    writeFileSync(join(volumePath(agent), 'sub/file'), 'content');
    symlinkSync('/etc/passwd', join(volumePath(agent), 'passwd'));
    expect(await json(agent, file('read', `${sandbox}/deep/data/sub/file`, '&offset=0'))).toEqual({ data: 'content', offset: 0 });
    expect(await json(agent, file('browse', `${sandbox}/deep`))).toMatchObject([{ path: `${sandbox}/deep/data`, mode: 'drwxr-xr-x' }]);
    const inside = (await json(agent, file('browse', `${VIRTUAL}/deep/data`))) as never as { path: string }[];
    expect(inside.map(({ path }) => path)).toEqual(['passwd', 'sub'].map((name) => `${VIRTUAL}/deep/data/${name}`));
    expect((await get(agent, file('read', `${sandbox}/deep/data/passwd`, '&offset=0'))).status).toBe(404);
  });

  it('of a task that is over and forgotten are there as long as its sandbox is kept', async () => {
    const agent = await bed.started(SETTINGS);
    bed.master.run({ id: 't1', line: 'echo bye' });
    await bed.master.untilGone('t1');
    await eventually(async () => (await agent.state()).tasks.length === 0);
    expect(await json(agent, file('read', `${VIRTUAL}/stdout`, '&offset=0'))).toEqual({ data: 'bye\n', offset: 0 });
  });
});

describe('an agent with credentials', () => {
  const started = async () => {
    const path = join(bed.directory(), 'credentials.json');
    writeFileSync(path, JSON.stringify({ credentials: [{ principal: 'ops', secret: 'right' }] }), { mode: 0o600 });
    return bed.started({ ...SETTINGS, credentialsFile: path });
  };
  const as = (secret: string) => ({ headers: { Authorization: basicAuthorization({ principal: 'ops', secret }) } });

  it('asks for them, but for health, version and metrics (wire 12)', async () => {
    const agent = await started();
    for (const path of [
      '/state',
      '/flags',
      '/containers',
      '/monitor/statistics',
      '/files/debug',
      '/files/read?path=x',
      '/slave(1)/state',
    ]) {
      const refused = await get(agent, path);
      expect([path, refused.status, refused.headers.get('www-authenticate')]).toEqual([path, 401, 'Basic realm="mesos-agent-readonly"']);
      expect([path, (await get(agent, path, as('wrong'))).status]).toEqual([path, 401]);
      expect([path, (await get(agent, path, as('right'))).status]).not.toEqual([path, 401]);
    }
    for (const path of ['/health', '/healthz', '/readyz', '/metrics', '/metrics/snapshot', '/version'])
      expect([path, (await get(agent, path)).status]).toEqual([path, 200]);
    expect((await get(agent, '/monitor/statistics', { method: 'POST', ...as('right') })).status).toBe(405);
  });

  it('is not asked for where none are set, whatever is sent; beyond loopback the log says so', async () => {
    const agent = await bed.started({ ...SETTINGS, host: '0.0.0.0' });
    expect(agent.log.lines.map(({ message }) => message)).toContainEqual(expect.stringContaining('HOLDFAST_AGENT_CREDENTIALS'));
    const address = addressOf(agent).replace('0.0.0.0', '127.0.0.1');
    expect((await fetch(`${address}/state`, as('anything'))).status).toBe(200);
    const local = await bed.start({ ...SETTINGS, workDir: join(bed.directory(), 'other') });
    expect(local.log.lines.map(({ message }) => message)).not.toContainEqual(expect.stringContaining('HOLDFAST_AGENT_CREDENTIALS'));
  });
});
