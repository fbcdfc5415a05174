import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resources } from '@holdfast/core/resources';
import { eventually } from '@holdfast/testing/eventually';
import { startTraceCollector } from '@holdfast/testing/telemetry';
import { useAgentProcesses } from './agent-process.fixture';
import { reservedDisk, volumeResource } from './disks/volumes.fixture';
import { type FakeMaster, memberOf, runGroup, runTask } from './fake-master.fixture';
import { findProcesses, sendSignal } from './processes';

// An agent is started up to nine times in one test.
jest.setTimeout(180_000);
const agents = useAgentProcesses();
const { directory, start } = agents;
let master: FakeMaster;
beforeEach(() => void (master = agents.master));

const sandboxOf = (task: ReturnType<typeof runTask>) => join(directory(), 'work/sandboxes/f1', task.info.taskId, task.launchId);

it('survives kill -9: tasks go on, are taken over once, and their volumes stay held meanwhile (A-180)', async () => {
  const V1 = volumeResource('v1', 100);
  const first = start();
  await master.registration(1);
  await master.apply('RESERVE', reservedDisk(100));
  await master.apply('CREATE', V1);
  const live = master.run({ id: 'live', line: 'echo started >> data/live; while [ ! -e go ]; do sleep 0.01; done; exit 3', volumes: [V1] });
  const ended = master.run({ id: 'ended', line: 'while [ ! -e go ]; do sleep 0.01; done; exit 4' });
  for (const id of ['live', 'ended']) await master.untilState(id, 'TASK_RUNNING');

  await first.end('SIGKILL');
  writeFileSync(join(sandboxOf(ended), 'go'), '');
  await eventually(() => findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${ended.launchId}` }).length === 0);
  start();
  const register = await master.registration(2);
  expect(register.tasks.map(({ info, launchId }) => [info.taskId, launchId]).sort()).toEqual([
    ['ended', ended.launchId],
    ['live', live.launchId],
  ]);
  expect(await master.untilState('ended', 'TASK_FAILED')).toMatchObject({ message: 'Command exited with status 4' });
  expect(await master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
  writeFileSync(join(sandboxOf(live), 'go'), '');
  expect(await master.untilState('live', 'TASK_FAILED')).toMatchObject({ message: 'Command exited with status 3' });
  await master.untilGone('live');
  expect(readFileSync(join(directory(), 'work/volumes/roles/eng/v1/live'), 'utf8')).toBe('started\n');
  expect(await master.apply('DESTROY', V1)).toBeUndefined();
});

it('runs no task twice and loses none, wherever in its launch kill -9 comes', async () => {
  let agent = start();
  await master.registration(1);
  const tasks = Array.from({ length: 40 }, (_, at) => runTask({ id: `t${at}`, line: 'echo ran' }));
  for (const [at, task] of tasks.entries()) {
    master.send(task);
    if (at % 10 !== 9) continue;
    // At different points of the last few launches.
    await master.until(() => master.statuses(`t${at - (at % 5)}`).length > 0);
    const registrations = master.all('register').length;
    await agent.end('SIGKILL');
    agent = start();
    await master.registration(registrations + 1);
  }
  await master.apply('RESERVE', reservedDisk(1));
  const reported = master
    .all('register')
    .at(-1)!
    .tasks.map(({ info }) => info.taskId);
  for (const { info, launchId } of tasks) {
    const { taskId } = info;
    // What the agent had not yet written down when it was killed it has never heard of; then it has not run either.
    const isKnown = reported.includes(taskId) || master.statuses(taskId).length > 0;
    const text = readOutput(taskId, launchId);
    if (!isKnown) expect(text).toBeUndefined();
    else await master.untilGone(taskId);
    expect([undefined, '', 'ran\n']).toContain(readOutput(taskId, launchId));
    const last = await master.until(
      () => !isKnown || master.statuses(taskId).find(({ state }) => ['TASK_FINISHED', 'TASK_DROPPED', 'TASK_FAILED'].includes(state)),
    );
    if (last !== true && last.state === 'TASK_FINISHED') expect(readOutput(taskId, launchId)).toBe('ran\n');
  }
});

function readOutput(taskId: string, launchId: string): string | undefined {
  try {
    return readFileSync(join(directory(), 'work/sandboxes/f1', taskId, launchId, 'stdout'), 'utf8');
  } catch {
    return undefined;
  }
}

it('lets no half of a task group run, wherever in its start kill -9 comes (B-074, D-058)', async () => {
  const size = 4;
  let agent = start();
  await master.registration(1);
  for (let round = 0; round < 8; round++) {
    const ids = Array.from({ length: size }, (_, at) => `g${round}-t${at}`);
    const group = runGroup(ids.map((id) => ({ id, line: 'echo ran; sleep 600' })));
    const members = ids.map((_, at) => memberOf(group, at));
    const heardBefore = master.all('task_update').length;
    master.send(group);
    // From the first that one of them is about to start, to all but the last of what they say when they run.
    await master.until(() => master.all('task_update').length > heardBefore + round);
    const registrations = master.all('register').length;
    await agent.end('SIGKILL');
    agent = start();
    const { tasks } = await master.registration(registrations + 1);
    const known = ids.filter((id) => tasks.some(({ info }) => info.taskId === id));
    await Promise.all(
      known.map((id) => master.until(() => master.statuses(id).some(({ state }) => state === 'TASK_RUNNING' || isEnd(state)))),
    );
    const running = members.filter(({ launchId }) => findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${launchId}` }).length > 0);
    const ran = members.filter(({ info, launchId }) => readOutput(info.taskId, launchId) === 'ran\n');
    expect([0, size]).toContain(running.length);
    expect(ran.length).toBeLessThanOrEqual(running.length);
    if (running.length === 0) continue;
    expect(known).toEqual(ids);
    master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: ids[1]!, graceMs: 0 });
    await Promise.all(ids.map((id) => Promise.all([master.untilGone(id), master.untilState(id, 'TASK_KILLED')])));
  }
});

const isEnd = (state: string): boolean => ['TASK_DROPPED', 'TASK_KILLED', 'TASK_FAILED'].includes(state);

it('parts no operation from what is told of it, wherever in its course kill -9 comes (D-094)', async () => {
  master.acknowledges = false;
  let agent = start();
  await master.registration(1);
  let count = 0;
  for (let round = 0; round < 6; round++) {
    const sent = Array.from({ length: 20 }, () => master.tracked(`o${++count}`, 'RESERVE', reservedDisk(1)));
    const heardBefore = master.all('operation_outcome').length;
    master.send(...sent);
    await master.until(() => master.all('operation_outcome').length > heardBefore + round);
    const registrations = master.all('register').length;
    await agent.end('SIGKILL');
    agent = start();
    const { checkpointed, operations } = await master.registration(registrations + 1);
    expect(operations.every(({ status }) => status.state === 'OPERATION_FINISHED')).toBe(true);
    expect(operations.length * 1000).toBe(checkpointed.scalarMilli('disk'));
    // What was told before is what is told now, under the same uuid.
    const uuids = new Map(operations.map(({ status }) => [status.operationId, Buffer.from(status.uuid!).toString('hex')]));
    for (const { status } of master.all('operation_update')) {
      expect(uuids.get(status.operationId)).toBe(Buffer.from(status.uuid!).toString('hex'));
    }
  }
});

it('tells of a DESTROY that kill -9 has cut off, once its data is gone (D-094)', async () => {
  const V1 = volumeResource('v1', 100);
  const path = join(directory(), 'work/volumes/roles/eng/v1');
  const agent = start();
  await master.registration(1);
  await master.apply('RESERVE', reservedDisk(100));
  await master.apply('CREATE', V1);
  const count = 5000;
  execFileSync('sh', ['-c', `touch $(seq 1 ${count})`], { cwd: path });
  const destroy = master.tracked('o1', 'DESTROY', V1);
  master.send(destroy);
  await eventually(() => filesIn(path) < count);
  await agent.end('SIGKILL');
  start();
  const { operations, checkpointed } = await master.registration(2);
  expect(existsSync(path)).toBe(false);
  expect(checkpointed.equals(Resources.of([reservedDisk(100)]))).toBe(true);
  // Unless it had got so far as to have it acknowledged.
  if (master.operationStatuses('o1').length === 0) expect(operations.map(({ status }) => status.operationId)).toEqual(['o1']);
  expect(await master.untilOperation('o1')).toMatchObject({ state: 'OPERATION_FINISHED' });
});

function filesIn(path: string): number {
  try {
    return readdirSync(path).length;
  } catch {
    return 0;
  }
}

it('goes on when its spawner is killed: tasks live, new ones start', async () => {
  const agent = start();
  await master.registration(1);
  const before = master.run({ id: 'before', line: 'while [ ! -e go ]; do sleep 0.01; done' });
  await master.untilState('before', 'TASK_RUNNING');
  const { pid } = JSON.parse(readFileSync(join(directory(), 'work/meta/spawner'), 'utf8')) as { pid: number };
  sendSignal(pid, 'SIGKILL');
  master.run({ id: 'after' });
  await master.untilState('after', 'TASK_FINISHED');
  writeFileSync(join(sandboxOf(before), 'go'), '');
  await master.untilState('before', 'TASK_FINISHED');
  await eventually(() => agent.output().includes('the spawner died and is started again'));
  expect(agent.child.exitCode).toBeNull();
});

it('keeps a second agent off its work directory and says which process has it', async () => {
  const first = start();
  await master.registration(1);
  const second = start();
  expect(await second.exit).toBe(1);
  expect(await second.wholeOutput).toContain(`Another agent (process ${first.child.pid}) uses the work directory ${directory()}/work.`);
  await first.end('SIGKILL');
  start();
  await master.registration(2);
});

it('ends its tasks on SIGTERM when it is told to, and otherwise leaves them', async () => {
  const first = start({ HOLDFAST_AGENT_STOP_TASKS: 'true' });
  await master.registration(1);
  const one = master.run({ id: 'one', line: 'sleep 600' });
  await master.untilState('one', 'TASK_RUNNING');
  expect(await first.end('SIGTERM')).toBe(0);
  expect(findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${one.launchId}` })).toEqual([]);
  await master.untilState('one', 'TASK_KILLED');

  const second = start();
  await master.registration(2);
  const two = master.run({ id: 'two', line: 'sleep 600' });
  await master.untilState('two', 'TASK_RUNNING');
  expect(await second.end('SIGTERM')).toBe(0);
  expect(findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${two.launchId}` })).not.toEqual([]);
});

it('says what is wrong with its settings, all at once', async () => {
  const agent = start({ HOLDFAST_AGENT_MASTER: 'nowhere', HOLDFAST_AGENT_ISOLATION: 'jail', HOLDFAST_AGENT_UPDATE_RETRY_MS: 'soon' });
  expect(await agent.exit).toBe(1);
  for (const name of ['HOLDFAST_AGENT_ISOLATION', 'HOLDFAST_AGENT_UPDATE_RETRY_MS']) expect(await agent.wholeOutput).toContain(name);
  const nowhere = start({ HOLDFAST_AGENT_MASTER: 'nowhere', HOLDFAST_AGENT_DOMAIN: 'eu-west' });
  expect(await nowhere.exit).toBe(1);
  expect(await nowhere.wholeOutput).toContain('HOLDFAST_AGENT_MASTER must be host:port');
  expect(await nowhere.wholeOutput).toContain('HOLDFAST_AGENT_DOMAIN must be region/zone, such as eu-west/a');
  const wrong = start({ HOLDFAST_AGENT_RESOURCES: 'cpus=4' });
  expect(await wrong.exit).toBe(1);
  expect(await wrong.wholeOutput).toContain('HOLDFAST_AGENT_RESOURCES cannot be read');
  expect(readdirSync(join(directory(), 'work/meta/tasks'))).toEqual([]);
});

it('has its part in the trace of what the master sends: operation, launch, mount and statuses', async () => {
  const collector = await startTraceCollector();
  try {
    start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_BSP_SCHEDULE_DELAY: '50' });
    await master.registration(1);
    await master.apply('RESERVE', reservedDisk(100));
    const traceId = 'ab'.repeat(16);
    const parent = 'cd'.repeat(8);
    const traceParent = `00-${traceId}-${parent}-01`;
    const V1 = volumeResource('v1', 100);
    const task = runTask({ id: 't1', volumes: [V1] });
    master.send({ ...master.operation('CREATE', [V1]), traceParent }, { ...task, traceParent });
    const ended = await collector.waitForSpan(({ attributes }) => attributes['holdfast.task.state'] === 'TASK_FINISHED');
    expect([ended.name, ended.traceId]).toEqual(['report task status', traceId]);
    const spanOf = (name: string) => collector.waitForSpan((span) => span.traceId === traceId && span.name === name);
    expect(await spanOf('apply operation')).toMatchObject({ parentSpanId: parent, attributes: { 'holdfast.operation.kind': 'CREATE' } });
    const run = await spanOf('run task');
    expect(run).toMatchObject({ parentSpanId: parent, attributes: { 'holdfast.task.id': 't1', 'holdfast.launch.id': task.launchId } });
    expect(await spanOf('mount volumes')).toMatchObject({ parentSpanId: run.spanId, attributes: { 'holdfast.volume.id': ['eng/v1'] } });
    expect(ended.parentSpanId).toBe(run.spanId);
  } finally {
    collector.stop();
  }
});
