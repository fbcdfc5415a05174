import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basicAuthorization, hashSecret } from '@holdfast/platform/credentials';
import {
  allApplied,
  connectOperator,
  connectScheduler,
  createVolume,
  disk,
  findVolume,
  launch,
  orThrow,
  persistentVolume,
  reserve,
  reserved,
  task,
} from '@holdfast/scheduler-sdk';
import { startCluster, type ReadyInfo, type TestCluster } from '@holdfast/testing/cluster';
import { eventually } from '@holdfast/testing/eventually';
import { runHoldfast } from '../command-line.fixture';

// Each test starts a cluster or two, which may take 45 s on a machine that is busy.
jest.setTimeout(180_000);

/** `holdfast dev` as a process, with real services from dist/. */
describe('holdfast dev', () => {
  let cluster: TestCluster | undefined;
  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
  });

  const addresses = ({ master, allocator, volumeRegistry, redis, agents }: ReadyInfo) => ({
    master,
    allocator,
    volumeRegistry,
    redis,
    agents,
  });
  const allPids = ({ pids: { agents, ...others } }: ReadyInfo) => [...Object.values(others), ...agents];

  it('serves what the ready file says, and starts each service again on the same port when it is killed', async () => {
    cluster = await startCluster({ agents: 1 });
    const first = cluster.ready;
    expect(first.agents).toHaveLength(1);
    expect(new Set(allPids(first)).size).toBe(5);

    for (const service of ['volumeRegistry', 'allocator', 'redis', 'master'] as const) {
      const before = cluster.readNow();
      process.kill(before.pids[service] ?? 0, 'SIGKILL');
      const after = await cluster.untilReady(({ pids }) => pids[service] !== before.pids[service]);
      expect(addresses(after)).toEqual(addresses(first));
      expect({ ...after.pids, [service]: 0 }).toEqual({ ...before.pids, [service]: 0 });
    }
    const [agentPid] = cluster.readNow().pids.agents;
    process.kill(agentPid ?? 0, 'SIGKILL');
    const after = await cluster.untilReady(({ pids }) => pids.agents[0] !== agentPid);
    expect(after.agents).toEqual(first.agents);

    const operator = connectOperator({ address: after.master.grpc });
    expect(orThrow(await operator.agents()).agents).toMatchObject([{ info: { id: first.agents[0]?.id }, active: true }]);
    operator.close();
    expect(cluster.output()).toContain('volume-registry  ended (SIGKILL); starting it again in 0.2 s');
    expect(await cluster.stop()).toBe(0);
  });

  it('asks operators who they are when it is given credentials, and needs none itself, not even to start a master again', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-access-'));
    const credentialsFile = join(home, 'credentials.json');
    const aclsFile = join(home, 'acls.json');
    const entry = { principal: 'operator', secret_hash: await hashSecret('open sesame') };
    await writeFile(credentialsFile, JSON.stringify({ credentials: [entry] }), { mode: 0o600 });
    await writeFile(aclsFile, JSON.stringify({ permissive: false }), { mode: 0o600 });
    cluster = await startCluster({ agents: 1, credentialsFile, aclsFile });
    const pid = cluster.ready.pids.master;
    process.kill(pid, 'SIGKILL');
    const { master, agents } = await cluster.untilReady(({ pids }) => pids.master !== pid);
    const known = connectOperator({ address: master.grpc, credentials: { principal: 'operator', secret: 'open sesame' } });
    expect(orThrow(await known.agents()).agents).toMatchObject([{ info: { id: agents[0]?.id }, active: true }]);
    known.close();
    const unknown = connectOperator({ address: master.grpc });
    expect(await unknown.agents()).toMatchObject({ ok: false, refusal: { code: 'unauthenticated' } });
    unknown.close();
    expect(await cluster.stop()).toBe(0);
    expect(cluster.output()).toContain(credentialsFile);
    await rm(home, { recursive: true });
  });

  it('asks whoever comes to an agent, too, secrets hashed or not; the commands that go there show who they are (architecture 11.9)', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-doors-'));
    const [credentialsFile, secretFile] = [join(home, 'credentials.json'), join(home, 'secret')];
    const credentials = [
      { principal: 'operator', secret_hash: await hashSecret('open sesame') },
      { principal: 'eng', secret: 'plain' },
    ];
    await writeFile(credentialsFile, JSON.stringify({ credentials }), { mode: 0o600 });
    await writeFile(secretFile, 'open sesame\n', { mode: 0o600 });
    cluster = await startCluster({ agents: 1, credentialsFile });
    const { master, agents } = cluster.ready;
    const [agent] = agents;

    const status = async (path: string, who?: readonly [string, string]) => {
      const headers = who && { Authorization: basicAuthorization({ principal: who[0], secret: who[1] }) };
      return (await fetch(`${agent?.http}${path}`, { headers: { ...headers } })).status;
    };
    for (const path of ['/state', '/files/debug', '/api/v1']) expect([path, await status(path)]).toEqual([path, 401]);
    for (const path of ['/health', '/healthz', '/readyz', '/version', '/metrics']) expect([path, await status(path)]).toEqual([path, 200]);
    expect(await status('/state', ['operator', 'wrong'])).toBe(401);
    expect(await status('/state', ['operator', 'open sesame'])).toBe(200);
    expect(await status('/state', ['eng', 'plain'])).toBe(200);

    const scheduler = await connectScheduler({
      address: master.grpc,
      framework: { ...FRAMEWORK, principal: 'eng' },
      credentials: { principal: 'eng', secret: 'plain' },
    });
    const offer = await scheduler.findOffer(() => true);
    const speaking = task({ id: 'speaker', agentId: offer.agentId, cpus: 0.1, memMb: 32, command: 'echo hello' });
    allApplied(await scheduler.accept(offer, [launch(speaking)]));
    await scheduler.untilTask('speaker', ['TASK_FINISHED']);
    const env = { HOLDFAST_MASTER: master.grpc };
    const asOperator = ['--principal', 'operator', '--secret-file', secretFile];
    const logs = ['task', 'logs', 'speaker', '--framework', scheduler.frameworkId];
    expect(await runHoldfast([...logs, ...asOperator], { env })).toEqual({ code: 0, out: 'hello\n', err: '' });
    const shown = await runHoldfast(['agent', 'show', agent?.id ?? '', ...asOperator], { env });
    expect({ code: shown.code, out: shown.out }).toEqual({ code: 0, out: expect.stringContaining(String(agent?.id)) });
    expect((await runHoldfast(logs, { env })).code).not.toBe(0);
    scheduler.close();
    expect(await cluster.stop()).toBe(0);
    await rm(home, { recursive: true });
  });

  it('ends tasks with Ctrl-C, and a later start over the same directory brings volumes and reservations back (architecture 11.8)', async () => {
    const workDir = await mkdtemp(join(tmpdir(), 'holdfast-again-'));
    cluster = await startCluster({ agents: 1, workDir });
    const agentDir = await runTaskOnVolume(cluster);
    const pids = allPids(cluster.ready);
    expect(await cluster.stop()).toBe(0);
    expect(pids.filter(lives)).toEqual([]);
    expect(await processesUnder(agentDir)).toEqual([]);

    cluster = await startCluster({ agents: 1, workDir });
    expect(await readFile(join(agentDir, 'volumes/roles/eng/kept/file'), 'utf8')).toBe('data\n');
    const scheduler = await connectScheduler({ address: cluster.ready.master.grpc, framework: FRAMEWORK });
    const offer = await scheduler.findOffer((candidate) => findVolume(candidate, 'kept') !== undefined);
    expect(findVolume(offer, 'kept')).toMatchObject({ shared: true, reservations: [{ role: 'eng', type: 'dynamic' }] });
    scheduler.close();
    await cluster.stop();
    await rm(workDir, { recursive: true });
  });

  it('leaves no process behind when it is killed itself, and the next start over the directory waits for that', async () => {
    const workDir = await mkdtemp(join(tmpdir(), 'holdfast-killed-'));
    cluster = await startCluster({ agents: 1, workDir });
    const killed = cluster;
    const agentDir = await runTaskOnVolume(killed);
    const pids = allPids(killed.ready);
    expect(await processesUnder(agentDir)).not.toEqual([]);
    process.kill(killed.pid, 'SIGKILL');

    cluster = await startCluster({ agents: 1, workDir });
    expect(pids.filter(lives)).toEqual([]);
    const operator = connectOperator({ address: cluster.ready.master.grpc });
    expect(orThrow(await operator.volumes()).volumes).toMatchObject([{ volume: 'eng/kept', state: 'ready', holders: [] }]);
    operator.close();
    expect(await cluster.stop()).toBe(0);
    expect(await processesUnder(agentDir)).toEqual([]);
    await killed.stop();
    await rm(workDir, { recursive: true });
  });
});

const FRAMEWORK = { name: 'test', roles: ['eng'], capabilities: ['SHARED_RESOURCES'] } as const;

/** Creates a shared volume and a task on it that has written to it; resolves with the agent's directory. */
async function runTaskOnVolume({ ready }: TestCluster): Promise<string> {
  const scheduler = await connectScheduler({ address: ready.master.grpc, framework: FRAMEWORK });
  const reservedDisk = reserved(disk(64), { role: 'eng' });
  const volume = persistentVolume(reservedDisk, { id: 'kept', shared: true });
  const offer = await scheduler.findOffer(() => true);
  const writing = 'echo data > kept/file; exec sleep 1000';
  const writer = task({ id: 't', agentId: offer.agentId, cpus: 0.1, memMb: 32, command: writing, volumes: [{ volume, mode: 'RW' }] });
  const agentDir = ready.agents[0]?.workDir ?? '';
  const path = join(agentDir, 'volumes/roles/eng/kept/file');
  allApplied(await scheduler.accept(offer, [reserve(reservedDisk), createVolume(volume), launch(writer)]));
  await scheduler.untilTask('t', ['TASK_RUNNING']);
  await eventually(() => existsSync(path));
  scheduler.close();
  return agentDir;
}

/** Not gone, and not merely unburied. */
const lives = (pid: number): boolean => /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout);

/** Processes that work in this directory: tasks, in their sandboxes. */
async function processesUnder(dir: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => places[index]?.startsWith(dir));
}
