import { TestAgent } from '../../test-agent.fixture';
import { agentCalled, TestMaster } from '../../test-master.fixture';

let master: TestMaster;
let agent: TestAgent;
beforeEach(async () => {
  [master, agent] = [new TestMaster(), new TestAgent()];
  await Promise.all([master.start(), agent.start()]);
  master.agents = [agent.known('abc-1'), agentCalled('abd-2')];
  agent.state = {
    isolation: 'namespaces',
    attributes: { rack: 'r1', 'holdfast.isolation': 'namespaces', 'holdfast.cgroups': 'v1', 'holdfast.not_enforced': '{cpus,disk}' },
    tasks: [
      {
        id: 'writer',
        framework_id: 'f-1',
        launch_id: 'l-1',
        executor_id: '',
        state: 'TASK_RUNNING',
        pid: 4711,
        directory: '/srv/agent/sandboxes/f-1/writer/l-1',
        disk_used_bytes: 12,
      },
    ],
    volumes: [
      {
        role: 'eng',
        persistence_id: 'db',
        size_mb: 100,
        used_bytes: 2048,
        shared: true,
        path: '/srv/agent/volumes/roles/eng/db',
        mounts: [{ framework_id: 'f-1', task_id: 'writer', launch_id: 'l-1', container_path: 'data', mode: 'RW', state: 'TASK_RUNNING' }],
      },
    ],
  };
});
afterEach(() => Promise.all([master.stop(), agent.stop()]));

describe('holdfast agent show', () => {
  it('shows what the agent enforces and has, its volumes and its tasks', async () => {
    const { code, out, err } = await master.run(['agent', 'show', 'abc-1']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const line of [
      /^agent\s+abc-1$/m,
      /^isolation\s+namespaces$/m,
      /^cgroups\s+v1$/m,
      /^not enforced\s+cpus, disk$/m,
      /^attributes\s+rack:r1$/m,
      /^cpus\s+4\s+0\.5\s+0$/m,
      /^eng\/db\s+100\s+2048\s+yes\s+writer \(RW, data\)$/m,
      /^writer\s+f-1\s+TASK_RUNNING\s+4711\s+12$/m,
    ])
      expect(out).toMatch(line);
  });

  it('prints the same as JSON', async () => {
    expect(JSON.parse((await master.run(['agent', 'show', 'abc-1', '--json'])).out)).toMatchObject({
      id: 'abc-1',
      isolation: 'namespaces',
      cgroups: 'v1',
      notEnforced: ['cpus', 'disk'],
      total: { cpus: 4 },
      volumes: [{ role: 'eng', id: 'db', usedBytes: 2048, mounts: [{ taskId: 'writer', containerPath: 'data' }] }],
      tasks: [{ id: 'writer', frameworkId: 'f-1', pid: 4711, usedBytes: 12 }],
    });
  });

  it('finds the agent by how its id begins and by its hostname, and asks where that is not enough', async () => {
    for (const wanted of ['abc', '127.0.0.1']) expect((await master.run(['agent', 'show', wanted])).out).toMatch(/^agent\s+abc-1$/m);
    expect(await master.run(['agent', 'show', 'ab'])).toMatchObject({ code: 2, err: expect.stringContaining('abc-1 (127.0.0.1') });
    expect(await master.run(['agent', 'show', 'abc-2'])).toMatchObject({ code: 1, err: expect.stringContaining('Did you mean') });
    expect(await master.run(['agent', 'show', 'zzz'])).toMatchObject({ code: 1, err: expect.stringContaining('holdfast agent list') });
  });

  it('says where an agent was looked for that does not answer', async () => {
    await agent.stop();
    const { code, err } = await master.run(['agent', 'show', 'abc-1']);
    expect(code).toBe(3);
    expect(err).toMatch(/abc-1 at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
    await agent.start();
  });
});
