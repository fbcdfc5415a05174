import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { taskStatusCodec } from '@holdfast/contracts';
import { Resources, scalar } from '@holdfast/core/resources';
import type { Check, Command, HealthCheck, TaskInfo, TaskState } from '@holdfast/core/tasks';
import { eventually, processesOf, sandboxOf, useAgents, waiting } from '../agent.fixture';
import { FRAMEWORK, memberOf, runGroup, runTask, type TaskWish } from '../fake-master.fixture';

const bed = useAgents();
const { started } = bed;

const TOLD_OF_KILLS = { ...FRAMEWORK, capabilities: new Set([...FRAMEWORK.capabilities, 'TASK_KILLING_STATE' as const]) };
const TIMES = { delayMs: 0, intervalMs: 20, timeoutMs: 60_000 };
const command = (value: string, more: Partial<Command> = {}): Command => ({ shell: true, value, args: [], environment: [], ...more });
const asking = (value: string, more: Partial<Command> = {}): Check => ({
  ...TIMES,
  probe: { kind: 'command', command: command(value, more) },
});
const health = (check: Check, more: Partial<HealthCheck> = {}): HealthCheck => ({
  ...check,
  consecutiveFailures: 2,
  gracePeriodMs: 0,
  ...more,
});

function launch(wish: TaskWish, info: Partial<TaskInfo>): ReturnType<typeof runTask> {
  const task = runTask(wish);
  const message = { ...task, info: { ...task.info, ...info } };
  bed.master.send(message);
  return message;
}
const last = (id: string) => bed.master.statuses(id).at(-1);
const states = (id: string): readonly TaskState[] => bed.master.statuses(id).map(({ state }) => state);
const untilHealthy = (id: string, healthy: boolean) =>
  bed.master.until(() => bed.master.statuses(id).find((status) => status.healthy === healthy));
const ended = async (id: string, state: TaskState) => {
  await bed.master.untilState(id, state);
  await bed.master.untilGone(id);
};

describe.each(['namespaces', 'plain'] as const)('a task with checks (%s)', (isolation) => {
  it('is told to be healthy, then not, and is killed when it fails too often, with its check and the last failure (D-062)', async () => {
    const agent = await started({ isolation });
    const healthCheck = health(asking('test -e up || exit 7'), { gracePeriodMs: 600_000 });
    const task = launch({ id: 't1', line: 'sleep 600' }, { healthCheck });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    // The failures of its grace period are not told, however many there are.
    writeFileSync(join(sandboxOf(agent, task), 'up'), '');
    await untilHealthy('t1', true);
    rmSync(join(sandboxOf(agent, task), 'up'));
    await ended('t1', 'TASK_KILLED');
    expect(bed.master.statuses('t1').map(({ state, healthy, reason }) => [state, healthy, reason])).toEqual([
      ['TASK_STARTING', undefined, undefined],
      ['TASK_RUNNING', undefined, undefined],
      ['TASK_RUNNING', true, 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED'],
      ['TASK_RUNNING', false, 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED'],
      ['TASK_KILLED', false, undefined],
    ]);
    expect(last('t1')?.message).toBe(
      'Killed, because its health check (command test -e up || exit 7) failed 2 times in a row, the last time because its command exited with status 7',
    );
    expect(processesOf(task)).toEqual([]);
  });

  it('has what its check finds in its statuses, from the first one on that says that it runs', async () => {
    const agent = await started({ isolation });
    const task = launch({ id: 't1', line: waiting() }, { check: asking('test ! -e two || exit 2') });
    const found = (exitCode: number) =>
      bed.master.until(() =>
        bed.master.statuses('t1').some(({ checkResult }) => checkResult?.kind === 'command' && checkResult.exitCode === exitCode),
      );
    await found(0);
    writeFileSync(join(sandboxOf(agent, task), 'two'), '');
    await found(2);
    writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await ended('t1', 'TASK_FINISHED');
    const running = bed.master.statuses('t1').filter(({ state }) => state === 'TASK_RUNNING');
    // A check that its task takes along may be told as well, where that takes long.
    expect(running.slice(0, 3).map(({ checkResult, reason }) => [checkResult, reason])).toEqual([
      [{ kind: 'command' }, undefined],
      [{ kind: 'command', exitCode: 0 }, 'REASON_TASK_CHECK_STATUS_UPDATED'],
      [{ kind: 'command', exitCode: 2 }, 'REASON_TASK_CHECK_STATUS_UPDATED'],
    ]);
  });

  it('has the commands of its checks run beside its own: as its user, in its sandbox, with its environment', async () => {
    const agent = await started({ isolation });
    const environment = [{ name: 'OF_TASK', value: 'task' }];
    const own = command('sleep 600', { environment, user: 'nobody' });
    const probe = asking('echo "$(id -un) $PWD $MESOS_TASK_ID $OF_TASK $OF_CHECK" > seen.part && mv seen.part seen', {
      environment: [{ name: 'OF_CHECK', value: 'check' }],
    });
    const task = launch({ id: 't1', command: own }, { check: probe });
    await bed.master.until(() => bed.master.statuses('t1').some(({ reason }) => reason === 'REASON_TASK_CHECK_STATUS_UPDATED'));
    const sandbox = sandboxOf(agent, task);
    expect(readFileSync(join(sandbox, 'seen'), 'utf8')).toBe(`nobody ${sandbox} t1 task check\n`);
  });

  it('goes on being checked under the next agent, which repeats nothing that was told', async () => {
    const first = await started({ isolation, stopTasks: false });
    const task = launch(
      { id: 't1', line: 'touch up; sleep 600' },
      { healthCheck: health(asking('test -e up'), { gracePeriodMs: 600_000 }) },
    );
    await untilHealthy('t1', true);
    await first.stop();
    rmSync(join(sandboxOf(first, task), 'up'));
    await bed.start({ isolation });
    await ended('t1', 'TASK_KILLED');
    // What was not acknowledged yet when the first agent ended comes again, as the same status.
    const told = new Map(bed.master.statuses('t1').map(({ uuid, healthy }) => [Buffer.from(uuid!).toString('hex'), healthy]));
    expect([...told.values()]).toEqual([undefined, undefined, true, false, false]);
  });

  it('that runs for longer than it may has failed (D-040)', async () => {
    await started({ isolation });
    const task = launch({ id: 't1', line: "trap '' TERM; while :; do sleep 0.01; done", killGraceMs: 600_000 }, { maxCompletionMs: 300 });
    launch({ id: 't2', line: 'true' }, { maxCompletionMs: 600_000 });
    await ended('t1', 'TASK_FAILED');
    expect(last('t1')).toMatchObject({
      reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
      message: 'Killed, because it ran for longer than its max_completion_time of 300 ms',
    });
    expect(processesOf(task)).toEqual([]);
    await ended('t2', 'TASK_FINISHED');
  });
});

it('a task is checked over HTTP and TCP at the loopback address', async () => {
  let status = 200;
  const server = createServer((_request, answer) => answer.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await started();
    const http: Check = { ...TIMES, probe: { kind: 'http', scheme: 'http', port, path: '/', statuses: [] } };
    const tcp: Check = { ...TIMES, probe: { kind: 'tcp', port } };
    launch({ id: 'http', line: 'sleep 600' }, { healthCheck: health(http), check: tcp });
    launch({ id: 'tcp', line: 'sleep 600' }, { healthCheck: health(tcp), check: http });
    for (const id of ['http', 'tcp']) await untilHealthy(id, true);
    await bed.master.until(() =>
      bed.master.statuses('tcp').some(({ checkResult }) => checkResult?.kind === 'http' && checkResult.statusCode === 200),
    );
    await bed.master.until(() =>
      bed.master.statuses('http').some(({ checkResult }) => checkResult?.kind === 'tcp' && checkResult.succeeded === true),
    );
    status = 503;
    await ended('http', 'TASK_KILLED');
    expect(last('http')).toMatchObject({ healthy: false, message: expect.stringContaining('it answered with status 503') });
    await bed.master.until(() =>
      bed.master.statuses('tcp').some(({ checkResult }) => checkResult?.kind === 'http' && checkResult.statusCode === 503),
    );
    // Who is checked otherwise is not affected.
    expect(states('tcp')).not.toContain('TASK_KILLED');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it('a task that is killed is not checked any more', async () => {
  const agent = await started();
  const task = launch(
    { id: 't1', line: "trap 'rm up; sleep 0.3; exit 0' TERM; touch up; while :; do sleep 0.01; done", killGraceMs: 60_000 },
    { healthCheck: health(asking('test -e up'), { gracePeriodMs: 600_000 }), check: asking('test -e up') },
  );
  await untilHealthy('t1', true);
  bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1' });
  await ended('t1', 'TASK_KILLED');
  expect(bed.master.statuses('t1').map(({ healthy }) => healthy)).not.toContain(false);
  expect(last('t1')?.message).toBe('Killed: Command exited with status 0');
  await eventually(async () => (await agent.state()).tasks.length === 0);
  expect(processesOf(task)).toEqual([]);
});

it('a task that is not healthy takes its group with it (D-058)', async () => {
  await started();
  const group = runGroup([
    { id: 't1', line: 'sleep 600' },
    { id: 't2', line: 'sleep 600' },
  ]);
  const [first, second] = group.tasks;
  const healthCheck = health(asking('exit 1'), { consecutiveFailures: 1 });
  bed.master.send({ ...group, tasks: [{ ...first!, info: { ...first!.info, healthCheck } }, second!] });
  for (const id of ['t1', 't2']) await ended(id, 'TASK_KILLED');
  expect(last('t1')).toMatchObject({ healthy: false });
  expect(last('t2')?.message).toContain('because task t1 of its group was ended (Killed, because its health check (command exit 1) failed');
  expect(processesOf(memberOf(group, 1))).toEqual([]);
});

it('TASK_KILLING still says how the task does', async () => {
  const agent = await started();
  launch({ id: 't1', line: 'sleep 600', framework: TOLD_OF_KILLS }, { healthCheck: health(asking('true')), check: asking('exit 3') });
  await untilHealthy('t1', true);
  await bed.master.until(() => bed.master.statuses('t1').some(({ reason }) => reason === 'REASON_TASK_CHECK_STATUS_UPDATED'));
  bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1' });
  await ended('t1', 'TASK_KILLED');
  expect(bed.master.statuses('t1').find(({ state }) => state === 'TASK_KILLING')).toMatchObject({
    healthy: true,
    checkResult: { kind: 'command', exitCode: 3 },
  });
  expect(agent.ends).toEqual([]);
});

describe('a task that an agent has left', () => {
  async function left(info: Partial<TaskInfo>) {
    const first = await started({ stopTasks: false });
    const task = launch({ id: 't1', line: 'sleep 600', killGraceMs: 600_000 }, info);
    await bed.master.untilState('t1', 'TASK_RUNNING');
    await first.stop();
    return { task, journal: join(first.workDir, 'meta/tasks', `${task.launchId}.journal`) };
  }

  it('has no more time than is left of its max_completion_time, however the clock was set meanwhile', async () => {
    const { task, journal } = await left({ maxCompletionMs: 3_600_000 });
    const text = readFileSync(journal, 'utf8');
    const [, since] = /"kind":"running","sinceMs":(\d+)/.exec(text) ?? [];
    // By the clock that nobody sets it was started just now; by the one that stamps its statuses nothing can be told.
    expect(Number(since)).toBeLessThanOrEqual(Number(process.hrtime.bigint() / 1_000_000n));
    writeFileSync(journal, text.replace(`"sinceMs":${since}`, `"sinceMs":${Number(since) - 3_600_000}`));
    await bed.start();
    await ended('t1', 'TASK_FAILED');
    expect(last('t1')).toMatchObject({ reason: 'REASON_MAX_COMPLETION_TIME_REACHED' });
    expect(processesOf(task)).toEqual([]);
  });

  it('because it was being ended for using too much is told so by the next one', async () => {
    const { task, journal } = await left({});
    const limitation = Resources.of([scalar('disk', 70)]);
    const end = taskStatusCodec.encode({
      taskId: 't1',
      state: 'TASK_FAILED',
      source: 'SOURCE_AGENT',
      reason: 'REASON_CONTAINER_LIMITATION_DISK',
      message: '70 MB used, 64 MB allowed',
      limitation,
      timestampMs: 0,
    });
    const kill = { kind: 'kill', startMs: 0, graceMs: 0, isFrameworkRemoved: false, end: end.toString('base64') };
    appendFileSync(journal, `\n${JSON.stringify(kill)}\n`);
    await bed.start();
    await ended('t1', 'TASK_FAILED');
    expect(last('t1')).toMatchObject({ reason: 'REASON_CONTAINER_LIMITATION_DISK', message: '70 MB used, 64 MB allowed' });
    expect(last('t1')?.limitation?.equals(limitation)).toBe(true);
    expect(processesOf(task)).toEqual([]);
  });
});

it('a task that uses more disk than it may has failed; one that is being killed by then is killed, without waiting for its grace (D-057, D-062)', async () => {
  const agent = await started({ diskCheckIntervalMs: 100 });
  const resources = Resources.of([scalar('cpus', 0.1), scalar('disk', 1)]).allocate('eng');
  const fill = 'head -c 4000000 /dev/zero > much; while :; do sleep 0.01; done';
  launch({ id: 'fails', line: fill }, { resources });
  const line = `trap '' TERM; touch up; while [ ! -e go ]; do sleep 0.01; done; ${fill}`;
  const task = launch({ id: 'killed', line, killGraceMs: 600_000, framework: TOLD_OF_KILLS }, { resources });
  await bed.master.untilState('killed', 'TASK_RUNNING');
  await eventually(() => existsSync(join(sandboxOf(agent, task), 'up')));
  bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 'killed' });
  await bed.master.untilState('killed', 'TASK_KILLING');
  writeFileSync(join(sandboxOf(agent, task), 'go'), '');
  await ended('fails', 'TASK_FAILED');
  await ended('killed', 'TASK_KILLED');
  expect(last('fails')).toMatchObject({ reason: 'REASON_CONTAINER_LIMITATION_DISK', source: 'SOURCE_AGENT' });
  expect([...(last('fails')?.limitation?.scalars().keys() ?? [])]).toEqual(['disk']);
  expect(last('killed')).not.toHaveProperty('limitation');
});

it('a task that uses more memory than it may has failed, and says how much (D-062)', async () => {
  await started();
  const resources = Resources.of([scalar('cpus', 0.1), scalar('mem', 48)]).allocate('eng');
  launch({ id: 't1', line: 'head -c 200000000 /dev/zero | tail -c 150000000 > /dev/null' }, { resources });
  await ended('t1', 'TASK_FAILED');
  expect(last('t1')).toMatchObject({
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    message: expect.stringMatching(/: [\d.]+ MB used, 48 MB allowed$/),
  });
  expect([...(last('t1')?.limitation?.scalars() ?? [])]).toEqual([['mem', expect.any(Number)]]);
});
