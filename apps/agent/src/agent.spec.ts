import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import { eventually, hasLogged, type TestAgent, useAgents } from './agent.fixture';
import { reservedDisk, volumeResource } from './disks/volumes.fixture';
import { FakeMaster, FRAMEWORK, runTask } from './fake-master.fixture';
import { mountSmallDisk } from './files/temp-directory.fixture';
import { findProcesses } from './processes';

const agents = useAgents();
const { directory } = agents;
let master: FakeMaster;
beforeEach(async () => (master = await FakeMaster.start()));
afterEach(() => master.stop());

const V1 = volumeResource('v1', 100);
const volumePath = (agent: TestAgent, id = 'v1') => join(agent.workDir, 'volumes/roles/eng', id);
const sandboxOf = (agent: TestAgent, task: ReturnType<typeof runTask>) =>
  join(agent.workDir, 'sandboxes', task.framework.id ?? '', task.info.taskId, task.launchId);
const processesOf = (task: ReturnType<typeof runTask>) => findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${task.launchId}` });
/** Runs until a file `go` appears in its sandbox, then exits with the status. */
const waiting = (code = 0) => `while [ ! -e go ]; do sleep 0.01; done; exit ${code}`;

async function started(settings: Parameters<typeof agents.start>[1] = {}): Promise<TestAgent> {
  const agent = await agents.start(master.address, settings);
  await master.until(() => master.all('register').length > 0);
  return agent;
}

async function withVolume(settings: Parameters<typeof agents.start>[1] = {}): Promise<TestAgent> {
  const agent = await started(settings);
  expect(await master.apply('RESERVE', reservedDisk(100))).toBeUndefined();
  expect(await master.apply('CREATE', V1)).toBeUndefined();
  return agent;
}

describe('registering', () => {
  it('tells a master everything it knows, and takes the id that it is given', async () => {
    const agent = await started({ attributes: 'rack:r1', hostname: 'node1' });
    const register = await master.registration();
    expect(register).toMatchObject({
      agent: { hostname: 'node1', httpPort: expect.any(Number) },
      highestEpoch: 0,
      ledgerRevision: 0,
      tasks: [],
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(register.agent.id).toBeUndefined();
    expect(register.agent.attributes).toEqual([
      { name: 'rack', value: { kind: 'text', text: 'r1' } },
      { name: 'holdfast.isolation', value: { kind: 'text', text: 'namespaces' } },
    ]);
    expect(register.configured.scalarMilli('disk')).toBe(1_000_000);
    await master.apply('RESERVE', reservedDisk(1));
    expect(await agent.state()).toMatchObject({ id: 'agent-1', registered: true, highest_epoch: 1, store_id: register.storeId });
  });

  it('comes back after losing the stream, with the same id and what it has by then (A-181, D-077)', async () => {
    await withVolume();
    master.hangUp();
    const again = await master.registration(2);
    expect(again.agent.id).toBe('agent-1');
    expect(again.checkpointed.equals(Resources.of([V1]))).toBe(true);
    expect(again.highestEpoch).toBe(1);
  });

  it('finds a master that was restarted on the same port', async () => {
    await started();
    const { port } = master;
    await master.stop();
    master = await FakeMaster.start(port);
    await master.registration();
  });

  it('dials again when the master does not answer, or falls silent (D-072)', async () => {
    master.isSilent = true;
    await started({ registrationTimeoutMs: 50 });
    await master.registration(2);
    master.isSilent = false;
    master.pingTimeoutMs = 100;
    const { length } = master.all('register');
    await master.registration(length + 3);
  });

  it('answers pings, and stays while they come', async () => {
    master.pingTimeoutMs = 500;
    await started();
    for (let pongs = 1; pongs <= 10; pongs++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      master.send({ kind: 'ping' });
      await master.until(() => master.all('pong').length === pongs);
    }
    expect(master.all('register')).toHaveLength(1);
  });

  it('ends with the sentence of a master that does not want it, and tries again with one that does not yet', async () => {
    master.refusal = refuse('ledger_unavailable', { problem: 'Redis is away' });
    const agent = await started();
    await master.registration(3);
    expect(agent.ends).toEqual([]);
    master.refusal = refuse('agent_refused', { problem: 'You were declared gone.' });
    await eventually(() => agent.ends.length > 0);
    expect(agent.ends).toEqual(['The master does not want this agent: You were declared gone.']);
    const { length } = master.all('register');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(master.all('register')).toHaveLength(length);
  });
});

describe('fencing', () => {
  it('does nothing that a master of the past says, also after a restart (promise 5)', async () => {
    master.epoch = 7;
    const agent = await started();
    await eventually(() => hasLogged(agent, 'registered'));
    master.epoch = 6;
    const { length } = master.all('register');
    const stale = master.run({ id: 'stale' });
    await master.registration(length + 1);
    expect(existsSync(sandboxOf(agent, stale))).toBe(false);
    await agent.stop();
    master.epoch = 6;
    const again = await agents.start(master.address);
    await eventually(() => hasLogged(again, 'master of the past (epoch 6)'));
    expect((await again.state()).registered).toBe(false);
    master.epoch = 8;
    await eventually(() => hasLogged(again, 'registered'));
  });

  it('reports the highest epoch and ledger revision that it has been told', async () => {
    master.epoch = 3;
    const agent = await started();
    master.send(master.operation('RESERVE', [reservedDisk(1)], 41));
    const task = master.run({ ledgerRevision: 40 });
    await master.untilGone(task.info.taskId);
    await agent.stop();
    await agents.start(master.address);
    const again = await master.until(() => master.all('register').find(({ highestEpoch }) => highestEpoch === 3));
    expect(again.ledgerRevision).toBe(41);
  });
});

describe.each(['namespaces', 'plain'] as const)('a task (%s)', (isolation) => {
  it('goes through its states, each told once it is acknowledged, and is gone at the end (D-050, D-055, D-062)', async () => {
    const agent = await started({ isolation });
    const task = master.run({
      id: 't1',
      line: 'echo hello; pwd; echo "$MESOS_TASK_ID $MESOS_FRAMEWORK_ID $MESOS_AGENT_ID $MESOS_SANDBOX"',
    });
    await master.untilGone('t1');
    expect(master.statuses('t1').map(({ state, source }) => [state, source])).toEqual([
      ['TASK_STARTING', 'SOURCE_EXECUTOR'],
      ['TASK_RUNNING', 'SOURCE_EXECUTOR'],
      ['TASK_FINISHED', 'SOURCE_EXECUTOR'],
    ]);
    const sandbox = sandboxOf(agent, task);
    expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe(`hello\n${sandbox}\nt1 f1 agent-1 ${sandbox}\n`);
    await eventually(() => readdirSync(join(agent.workDir, 'meta/tasks')).length === 0);
    expect((await agent.state()).tasks).toEqual([]);
  });

  it('shares a volume with others, and what they write stays (A-055, A-061, A-151)', async () => {
    const agent = await started({ isolation });
    // One ACCEPT: RESERVE, CREATE, LAUNCH two, in one message.
    const [t1, t2] = ['t1', 't2'].map((id) => runTask({ id, line: `echo ${id} > data/${id}; ${waiting()}`, volumes: [V1] }));
    master.send(master.operation('RESERVE', [reservedDisk(100)]), master.operation('CREATE', [V1]), t1!, t2!);
    await Promise.all(['t1', 't2'].map((id) => master.untilState(id, 'TASK_RUNNING')));
    await eventually(() => existsSync(join(volumePath(agent), 't1')) && existsSync(join(volumePath(agent), 't2')));
    const [volume] = (await agent.state()).volumes;
    expect(volume).toMatchObject({ role: 'eng', persistence_id: 'v1', path: volumePath(agent), destroying: false });
    expect(volume?.mounts.map(({ task_id, mode }) => [task_id, mode])).toEqual([
      ['t1', 'RW'],
      ['t2', 'RW'],
    ]);
    expect(await master.apply('DESTROY', V1)).toMatchObject({
      code: 'volume_in_use',
      message: expect.stringContaining('task t1 of framework f1'),
    });
    for (const task of [t1!, t2!]) writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await Promise.all(['t1', 't2'].map((id) => master.untilGone(id)));
    expect(readdirSync(volumePath(agent)).sort()).toEqual(['t1', 't2']);
    expect(await master.apply('DESTROY', V1)).toBeUndefined();
    expect(existsSync(volumePath(agent))).toBe(false);
  });

  it('has its volume out of its sandbox before its end is told (A-144, A-154, architecture 11.2)', async () => {
    const agent = await withVolume({ isolation });
    const task = master.run({ id: 't1', line: 'touch data/x; test -L data && echo link || echo directory', volumes: [V1] });
    await master.untilState('t1', 'TASK_FINISHED');
    const sandbox = sandboxOf(agent, task);
    expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe(isolation === 'plain' ? 'link\n' : 'directory\n');
    expect(existsSync(join(sandbox, 'data', 'x'))).toBe(false);
    expect(existsSync(join(volumePath(agent), 'x'))).toBe(true);
    expect(processesOf(task)).toEqual([]);
  });

  it('tells the end in the order: statuses first, evidence after, so that holders are released before a framework hears (11.2)', async () => {
    await started({ isolation });
    master.run({ id: 't1' });
    await master.untilGone('t1');
    const kinds = master.heard.map((message) => (message.kind === 'task_update' ? message.status.state : message.kind));
    expect(kinds.indexOf('TASK_FINISHED')).toBeLessThan(kinds.indexOf('task_gone'));
  });

  it('tells that it is gone although earlier statuses still wait for their acknowledgement (A-042)', async () => {
    master.acknowledges = false;
    await started({ isolation });
    master.run({ id: 't1', line: 'exit 4' });
    expect(await master.untilGone('t1')).toMatchObject({ cause: 'TASK_FAILED' });
    expect(master.statuses('t1').map(({ state }) => state)).toEqual(['TASK_STARTING']);
    for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED'] as const)
      master.acknowledge('f1', await master.untilState('t1', state));
    const updates = master.all('task_update').map(({ latestState }) => latestState);
    expect(updates.slice(1)).toEqual(['TASK_FAILED', 'TASK_FAILED']);
  });

  it('is ended by SIGTERM, or by SIGKILL when it does not obey within its grace (D-057)', async () => {
    await started({ isolation });
    master.run({ id: 'obeys', line: "trap 'exit 0' TERM; while :; do sleep 0.01; done", killGraceMs: 60_000 });
    const deaf = master.run({ id: 'deaf', line: "trap '' TERM; sleep 600 & while :; do sleep 0.01; done" });
    for (const id of ['obeys', 'deaf']) await master.untilState(id, 'TASK_RUNNING');
    // Its trap takes a moment to stand; a signal before that would end the shell as well, and be TASK_KILLED too.
    master.send(
      { kind: 'kill_task', frameworkId: 'f1', taskId: 'obeys' },
      { kind: 'kill_task', frameworkId: 'f1', taskId: 'deaf', graceMs: 200 },
    );
    for (const id of ['obeys', 'deaf']) {
      expect(await master.untilState(id, 'TASK_KILLED')).toMatchObject({ source: 'SOURCE_EXECUTOR' });
      await master.untilGone(id);
    }
    expect(processesOf(deaf)).toEqual([]);
  });

  it('can be given less time by a second kill, counted from the first (D-057)', async () => {
    await started({ isolation });
    master.run({ id: 't1', line: "trap '' TERM; echo up > up; while :; do sleep 0.01; done" });
    await master.untilState('t1', 'TASK_RUNNING');
    master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 600_000 });
    master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 900_000 });
    master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 50 });
    await master.untilState('t1', 'TASK_KILLED');
  });

  it('says TASK_KILLING to a framework that wants to know', async () => {
    await started({ isolation });
    const framework = { ...FRAMEWORK, capabilities: new Set([...FRAMEWORK.capabilities, 'TASK_KILLING_STATE' as const]) };
    master.run({ id: 't1', line: 'sleep 600', framework });
    await master.untilState('t1', 'TASK_RUNNING');
    master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1' });
    await master.untilState('t1', 'TASK_KILLED');
    expect(master.statuses('t1').map(({ state }) => state)).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_KILLED']);
  });

  it('is killed before it starts when the kill comes right behind it (D-058)', async () => {
    const agent = await started({ isolation });
    const task = runTask({ id: 't1', line: 'sleep 600' });
    master.send(task, { kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 600_000 });
    const status = await master.untilState('t1', 'TASK_KILLED');
    expect(status).toMatchObject({ source: 'SOURCE_AGENT', reason: 'REASON_TASK_KILLED_DURING_LAUNCH' });
    await master.untilGone('t1');
    expect(processesOf(task)).toEqual([]);
    expect(existsSync(join(sandboxOf(agent, task), 'stdout'))).toBe(false);
  });

  it('is ended with its framework (D-062)', async () => {
    await started({ isolation });
    master.run({ id: 'mine', line: 'sleep 600' });
    master.run({ id: 'other', line: 'sleep 600', framework: { ...FRAMEWORK, id: 'f2' } });
    for (const id of ['mine', 'other']) await master.untilState(id, 'TASK_RUNNING');
    master.send({ kind: 'shutdown_framework', frameworkId: 'f1' });
    expect(await master.untilState('mine', 'TASK_KILLED')).toMatchObject({ reason: 'REASON_FRAMEWORK_REMOVED' });
    expect(master.statuses('other').map(({ state }) => state)).toEqual(['TASK_STARTING', 'TASK_RUNNING']);
  });

  it('whose volume directory is missing fails with a clear reason', async () => {
    const agent = await withVolume({ isolation });
    rmSync(volumePath(agent), { recursive: true });
    master.run({ id: 't1', volumes: [V1] });
    expect(await master.untilState('t1', 'TASK_FAILED')).toMatchObject({
      reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      message: `The task could not be started: the directory ${volumePath(agent)} of the volume is missing`,
    });
    await master.untilGone('t1');
  });

  it('runs once although its RunTask comes twice', async () => {
    const agent = await started({ isolation });
    const task = runTask({ id: 't1', line: 'echo ran' });
    master.send(task, task);
    await master.untilGone('t1');
    master.send(task);
    expect(await master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
    expect(readFileSync(join(sandboxOf(agent, task), 'stdout'), 'utf8')).toBe('ran\n');
    expect(master.statuses('t1').filter(({ state }) => state === 'TASK_RUNNING')).toHaveLength(1);
  });

  it('goes on while there is no master, and its end is told when there is one again', async () => {
    const agent = await started({ isolation });
    const task = master.run({ id: 't1', line: waiting(3) });
    await master.untilState('t1', 'TASK_RUNNING');
    const { port } = master;
    await master.stop();
    writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await eventually(async () => (await agent.state()).tasks[0]?.state === 'TASK_FAILED');
    master = await FakeMaster.start(port);
    const register = await master.registration();
    // Its end has not been acknowledged, so the report still has it: a master that does not find a task there calls it gone.
    expect(register.tasks.map(({ info, state }) => [info.taskId, state])).toEqual([['t1', 'TASK_FAILED']]);
    await master.untilState('t1', 'TASK_FAILED');
    await master.untilGone('t1');
  });
});

describe('an agent that is started again', () => {
  it.each(['namespaces', 'plain'] as const)('takes over live tasks and their volumes (%s, A-180, D-079)', async (isolation) => {
    const first = await withVolume({ isolation, stopTasks: false });
    const task = master.run({ id: 't1', line: `echo one >> data/file; ${waiting(9)}`, volumes: [V1] });
    await master.untilState('t1', 'TASK_RUNNING');
    const [{ pid } = { pid: null }] = (await first.state()).tasks;
    await first.stop();
    expect(processesOf(task)).not.toEqual([]);
    const { length } = master.all('register');
    const second = await agents.start(master.address, { isolation });
    const register = await master.registration(length + 1);
    expect(register.tasks).toMatchObject([{ launchId: task.launchId, state: 'TASK_RUNNING', info: { taskId: 't1' } }]);
    expect((await second.state()).tasks).toMatchObject([{ id: 't1', state: 'TASK_RUNNING', pid }]);
    expect(await master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
    writeFileSync(join(sandboxOf(second, task), 'go'), '');
    expect(await master.untilState('t1', 'TASK_FAILED')).toMatchObject({ message: 'Command exited with status 9' });
    await master.untilGone('t1');
    expect(readFileSync(join(volumePath(second), 'file'), 'utf8')).toBe('one\n');
    expect(master.statuses('t1').filter(({ state }) => state === 'TASK_RUNNING')).toHaveLength(1);
    expect(await master.apply('DESTROY', V1)).toBeUndefined();
  });

  it('tells how tasks ended while there was no agent', async () => {
    const first = await started({ stopTasks: false });
    const task = master.run({ id: 't1', line: waiting(0) });
    await master.untilState('t1', 'TASK_RUNNING');
    await first.stop();
    writeFileSync(join(sandboxOf(first, task), 'go'), '');
    await eventually(() => processesOf(task).length === 0);
    await agents.start(master.address);
    await master.untilState('t1', 'TASK_FINISHED');
  });

  it('goes on with a kill that the last one had begun (D-057)', async () => {
    const first = await started({ stopTasks: false });
    master.run({ id: 't1', line: "trap '' TERM; sleep 600 & while :; do sleep 0.01; done" });
    await master.untilState('t1', 'TASK_RUNNING');
    master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 300 });
    expect(await master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
    await first.stop();
    await agents.start(master.address);
    await master.untilState('t1', 'TASK_KILLED');
  });

  it('repeats what the last one could not get acknowledged, with the same uuids (D-050)', async () => {
    master.acknowledges = false;
    const first = await started({ stopTasks: false });
    master.run({ id: 't1' });
    await master.untilGone('t1');
    const before = master.statuses('t1')[0]!;
    await first.stop();
    const heard = master.heard.length;
    await agents.start(master.address);
    const again = await master.until(() =>
      master.heard.slice(heard).find((message) => message.kind === 'task_update' && message.status.taskId === 't1'),
    );
    expect(again).toMatchObject({ status: { state: 'TASK_STARTING', uuid: before.uuid }, latestState: 'TASK_FINISHED' });
    await master.until(() => master.heard.slice(heard).some((message) => message.kind === 'task_gone'));
  });

  it('has its volumes and reservations, and refuses resources that no longer cover them (A-181, A-183, A-184)', async () => {
    const first = await withVolume();
    writeFileSync(join(volumePath(first), 'file'), 'kept');
    await first.stop();
    await expect(agents.start(master.address, { resources: 'cpus:4;mem:1024;disk:50' })).rejects.toThrow(/no longer cover/);
    const second = await agents.start(master.address, { resources: 'cpus:12;mem:2048;disk:100' });
    const register = await master.registration(2);
    expect(register.checkpointed.equals(Resources.of([V1]))).toBe(true);
    expect(readFileSync(join(volumePath(second), 'file'), 'utf8')).toBe('kept');
  });

  it('keeps its store id, also when it becomes another agent because it has less to offer (A-185, D-078)', async () => {
    const first = await withVolume();
    const { storeId } = await master.registration(1);
    await first.stop();
    await agents.start(master.address, { resources: 'cpus:1;disk:100' });
    const register = await master.registration(2);
    expect([register.agent.id, register.storeId]).toEqual([undefined, storeId]);
  });

  it('does not let a second one on its work directory', async () => {
    await started();
    await expect(agents.start(master.address)).rejects.toThrow(`Another agent (process ${process.pid}) uses the work directory`);
  });
});

describe('operations', () => {
  it('and launches take effect in the order in which they come', async () => {
    const agent = await withVolume();
    const before = runTask({ id: 'before', volumes: [V1] });
    const after = runTask({ id: 'after', volumes: [V1] });
    master.send(before);
    await master.untilGone('before');
    master.send(master.operation('DESTROY', [V1]), after, master.operation('CREATE', [V1]), runTask({ id: 'again', volumes: [V1] }));
    expect(await master.untilState('after', 'TASK_DROPPED')).toMatchObject({ reason: 'REASON_RESOURCES_UNKNOWN' });
    await master.untilState('again', 'TASK_FINISHED');
    expect(existsSync(volumePath(agent))).toBe(true);
  });

  it('that fail for want of disk space are refused, and the agent lives; the launch behind fails with that sentence', async () => {
    mkdirSync(join(directory(), 'work'));
    const disk = mountSmallDisk(join(directory(), 'work'), 512);
    try {
      const agent = await started();
      await master.apply('RESERVE', reservedDisk(100));
      disk.fill();
      const create = master.operation('CREATE', [V1]);
      const task = runTask({ id: 't1', volumes: [V1] });
      master.send(create, task);
      expect(await master.outcome(create.operationUuid)).toMatchObject({
        code: 'agent_failed',
        message: expect.stringContaining('no space left on device (ENOSPC)'),
      });
      expect(await master.untilState('t1', 'TASK_FAILED')).toMatchObject({
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
        message: expect.stringContaining('volume eng/v1 could not be created: The agent could not do it'),
      });
      expect(existsSync(volumePath(agent))).toBe(false);
      disk.makeRoom();
      expect(await master.apply('CREATE', V1)).toBeUndefined();
      expect(existsSync(volumePath(agent))).toBe(true);
      expect(agent.ends).toEqual([]);
      await agent.stop();
    } finally {
      disk.unmount();
    }
  });

  it('a task of an offer from before its volume went is dropped (A-076)', async () => {
    await started();
    master.run({ id: 't1', volumes: [V1] });
    expect(await master.untilState('t1', 'TASK_DROPPED')).toMatchObject({ source: 'SOURCE_AGENT', reason: 'REASON_RESOURCES_UNKNOWN' });
    await master.untilGone('t1');
  });

  it('not begun when the stream is lost are not begun at all, since the report goes without them', async () => {
    await withVolume();
    const many = Array.from({ length: 50 }, () => master.operation('RESERVE', [reservedDisk(1)]));
    master.send(...many);
    master.hangUp();
    const register = await master.registration(2);
    const { checkpointed } = register;
    const { length } = master.all('operation_outcome');
    await master.apply('RESERVE', reservedDisk(2));
    master.hangUp();
    const next = await master.registration(3);
    expect(next.checkpointed.subtract(checkpointed).scalarMilli('disk')).toBe(2000);
    expect(master.all('operation_outcome').length).toBe(length + 1);
  });
});

describe('bad days', () => {
  it('200 tasks at once all run and all end', async () => {
    const agent = await withVolume();
    const ids = Array.from({ length: 200 }, (_, at) => `t${at}`);
    master.send(
      ...ids.map((id, at) =>
        runTask({ id, line: `echo ${id} > data/${id}`, volumes: at % 2 ? [V1] : [], ...(at % 2 ? {} : { line: 'true' }) }),
      ),
    );
    await Promise.all(ids.map((id) => master.untilGone(id)));
    await Promise.all(ids.map((id) => master.untilState(id, 'TASK_FINISHED')));
    expect(readdirSync(volumePath(agent))).toHaveLength(100);
  });

  it('a task that floods its output fills a file and nothing else', async () => {
    const agent = await started();
    const task = master.run({ id: 't1', line: 'head -c 50000000 /dev/zero' });
    await master.untilState('t1', 'TASK_FINISHED');
    expect(readFileSync(join(sandboxOf(agent, task), 'stdout')).length).toBe(50_000_000);
  });

  it('a disk that fills up while a task runs costs it no status', async () => {
    mkdirSync(join(directory(), 'work'));
    const disk = mountSmallDisk(join(directory(), 'work'), 1024);
    try {
      const agent = await started();
      const task = master.run({ id: 't1', line: waiting(5) });
      await master.untilState('t1', 'TASK_RUNNING');
      mkdirSync(join(sandboxOf(agent, task), 'dir'));
      disk.fill();
      // A directory needs no page of this file system; what the shell waits for is its name.
      mkdirSync(join(sandboxOf(agent, task), 'go'));
      expect(await master.untilState('t1', 'TASK_FAILED')).toMatchObject({ message: 'Command exited with status 5' });
      await master.untilGone('t1');
      await agent.stop();
    } finally {
      disk.unmount();
    }
  });

  it('a work directory that is read-only keeps the agent from starting, with a sentence', async () => {
    mkdirSync(join(directory(), 'work'));
    const disk = mountSmallDisk(join(directory(), 'work'), 512);
    try {
      disk.makeReadOnly();
      await expect(agents.start(master.address)).rejects.toThrow(/The work directory .* cannot be used: read-only file system \(EROFS\)/);
    } finally {
      disk.unmount();
    }
  });

  it('a read-only volume is refused where it could not be enforced (A-153)', async () => {
    await withVolume({ isolation: 'plain' });
    master.run({ id: 't1', volumes: [volumeResource('v1', 100, { mode: 'RO' })] });
    expect(await master.untilState('t1', 'TASK_FAILED')).toMatchObject({
      message: expect.stringContaining('read-only, which this agent cannot enforce'),
    });
  });

  it('a read-only volume cannot be written to, and the failed write fails the task (A-153)', async () => {
    const agent = await withVolume();
    writeFileSync(join(volumePath(agent), 'file'), 'old');
    master.run({ id: 't1', line: 'cat data/file && echo new > data/file', volumes: [volumeResource('v1', 100, { mode: 'RO' })] });
    await master.untilState('t1', 'TASK_FAILED');
    expect(readFileSync(join(volumePath(agent), 'file'), 'utf8')).toBe('old');
  });
});

describe('being stopped', () => {
  it('ends the tasks when it is to, and tells their ends (HOLDFAST_AGENT_STOP_TASKS)', async () => {
    const agent = await started({ stopTasks: true });
    const task = master.run({ id: 't1', line: 'sleep 600' });
    await master.untilState('t1', 'TASK_RUNNING');
    await agent.stop();
    expect(processesOf(task)).toEqual([]);
    await master.untilState('t1', 'TASK_KILLED');
  });

  it('leaves them running otherwise', async () => {
    const agent = await started({ stopTasks: false });
    const task = master.run({ id: 't1', line: 'sleep 600' });
    await master.untilState('t1', 'TASK_RUNNING');
    await agent.stop();
    expect(processesOf(task)).not.toEqual([]);
    await (await agents.start(master.address, { stopTasks: true })).stop();
    expect(processesOf(task)).toEqual([]);
  });
});

it('is ready once it is registered, and serves metrics', async () => {
  master.isSilent = true;
  const agent = await started({ registrationTimeoutMs: 100 });
  const get = (path: string) => fetch(`${agent.service.endpoints['http']}${path}`);
  const notReady = await get('/readyz');
  expect([notReady.status, await notReady.json()]).toMatchObject([
    503,
    { reasons: [`not registered with the master at ${master.address}`] },
  ]);
  master.isSilent = false;
  await eventually(() => hasLogged(agent, 'registered'));
  expect((await get('/readyz')).status).toBe(200);
  master.run({ id: 't1' });
  await master.untilGone('t1');
  await master.apply('RESERVE', reservedDisk(1));
  const metrics = await (await get('/metrics')).text();
  for (const name of [
    'holdfast_agent_task_starts_total',
    'holdfast_agent_task_start_ms_bucket',
    'holdfast_agent_tasks_running',
    'holdfast_agent_checkpoint_ms_count',
  ]) {
    expect(metrics).toContain(name);
  }
});
