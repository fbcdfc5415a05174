import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realWorld } from '@holdfast/platform/world';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { eventually, hasLogged, type TestAgent, V1, volumePath } from '../agent.fixture';
import { EXECUTOR, FRAMEWORK } from '../fake-master.fixture';
import { endLaunch } from '../processes/end-launch.fixture';
import { custom, hasMounted, pidsOf, runOf, sandboxOf, useExecutors, uuid, worksIn } from './executor-bed.fixture';
import type { ExecutorDeps } from './executor-deps';
import { ExecutorKeeper } from './executor-keeper';
import { encodeExecutor } from './executor-record';

jest.setTimeout(60_000);
const { bed, launch, subscribed } = useExecutors();

/** One task of it runs. */
async function withTask(agent: TestAgent, more: Parameters<typeof launch>[1] = {}) {
  launch('t1', more);
  const { client } = await subscribed(agent);
  await client.update('t1', 'TASK_RUNNING', uuid());
  await bed.master.untilState('t1', 'TASK_RUNNING');
  return client;
}

it('an executor without a task keeps its sandbox and its control group, which are nobody else’s (A-143, A-180)', async () => {
  let clean: () => void = () => undefined;
  const real = realWorld();
  const world = {
    ...real,
    every: (intervalMs: number, call: () => void) => {
      if (intervalMs !== 60_000) return real.every(intervalMs, call);
      clean = call;
      return () => undefined;
    },
  };
  const settings = { stopTasks: false, sandboxKeepMs: 0, executorReregistrationTimeoutMs: 60_000 };
  const first = await bed.started(settings);
  const client = await withTask(first);
  await client.update('t1', 'TASK_FINISHED', uuid());
  await bed.master.untilGone('t1');
  await eventually(() => readdirSync(join(first.workDir, 'meta/tasks')).length === 0);
  await first.stop();
  const agent = await bed.start({ ...settings, stopTasks: true }, world);
  await bed.master.registration(2);
  const run = runOf(agent);
  // A round that began after the first is over removes the second.
  for (const name of ['one', 'two']) {
    const old = join(agent.workDir, 'sandboxes/f1/old', name);
    mkdirSync(old, { recursive: true });
    await eventually(() => {
      clean();
      return !existsSync(old);
    });
  }
  expect(readdirSync(join(agent.workDir, 'sandboxes/f1/e1'))).toEqual([run]);
  expect(pidsOf(run).length).toBeGreaterThan(0);
  expect(hasLogged(agent, 'a control group of no known task')).toBe(false);
  await subscribed(agent);
});

it('a container of an executor is no stray to an inspection, even before it has a process 1; without a task that has the volume it is (A-043)', async () => {
  const first = await bed.withVolume({ isolation: 'namespaces', stopTasks: false });
  await withTask(first, { volumes: [V1] });
  await first.stop();
  const agent = await bed.start({ isolation: 'namespaces', executorReregistrationTimeoutMs: 60_000 });
  await bed.master.registration(2);
  const inspect = async (requestId: string) => {
    bed.master.send({ kind: 'inspect', requestId });
    return (await bed.master.until(() => bed.master.all('inspection').find((answer) => answer.requestId === requestId))).inspection;
  };
  const place = join(bed.directory(), 'elsewhere');
  mkdirSync(place);
  // It stays the process that it is: while one becomes another, its environment cannot be seen.
  const line = `mount --bind '${volumePath(agent)}' '${place}' && echo done && read -r never`;
  const settingUp = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', line], {
    env: { PATH: process.env['PATH'], HOLDFAST_LAUNCH_ID: runOf(agent) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await once(settingUp.stdout, 'data');
    const { strayMounts, launches } = await inspect('i1');
    expect(strayMounts).toEqual([]);
    expect(launches).toMatchObject([{ taskId: 't1', volumes: [{ volume: 'eng/v1', isMounted: true }] }]);
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
    const { client } = await subscribed(agent);
    await client.update('t1', 'TASK_FINISHED', uuid());
    await bed.master.untilGone('t1');
    expect((await inspect('i2')).strayMounts).toEqual([{ volume: 'eng/v1', pid: settingUp.pid }]);
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ message: expect.stringContaining(`process ${settingUp.pid}`) });
    expect(existsSync(volumePath(agent))).toBe(true);
  } finally {
    const ended = once(settingUp, 'exit');
    settingUp.kill('SIGKILL');
    await ended;
  }
});

it('a volume that could not be taken out is so with the next task that ends (A-154, architecture 11.1)', async () => {
  const agent = await bed.withVolume({ isolation: 'namespaces' });
  const executor = custom('(cd data; touch begun; while [ ! -e ../free ]; do sleep 0.02; done) & while [ ! -e go ]; do sleep 0.02; done');
  launch('t2', { executor });
  const client = await withTask(agent, { executor, volumes: [V1] });
  await eventually(() => existsSync(join(volumePath(agent), 'begun')));
  await client.update('t1', 'TASK_FINISHED', uuid());
  await bed.master.untilState('t1', 'TASK_FINISHED');
  writeFileSync(join(sandboxOf(agent), 'free'), '');
  await eventually(() => !pidsOf(runOf(agent)).some((pid) => worksIn(pid, 'data')));
  expect(bed.master.all('task_gone')).toEqual([]);
  await client.update('t2', 'TASK_FINISHED', uuid());
  await Promise.all(['t1', 't2'].map((id) => bed.master.untilGone(id)));
  expect(hasMounted(agent)).toBe(false);
  expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  expect(bed.master.all('executor_gone')).toEqual([]);
});

it('an executor is over with its tasks when the machine has been restarted, and both are told (A-180, D-062)', async () => {
  const first = await bed.withVolume({ isolation: 'namespaces', stopTasks: false });
  await withTask(first, { volumes: [V1] });
  const [run, directory] = [runOf(first), join(first.workDir, 'meta/executors')];
  await first.stop();
  await endLaunch(run);
  const path = join(directory, `${run}.executor`);
  const kept = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...kept, record: { ...kept.record, bootId: 'another' } }));
  await bed.start();
  const end = await bed.master.untilState('t1', 'TASK_FAILED');
  expect(end).toMatchObject({ reason: 'REASON_EXECUTOR_TERMINATED', message: expect.stringContaining('the machine was restarted') });
  await bed.master.untilGone('t1');
  expect(await bed.master.until(() => bed.master.all('executor_gone')[0])).not.toHaveProperty('exitStatus');
  expect((await bed.master.registration(2)).executors).toEqual([]);
  expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  await eventually(() => readdirSync(directory).length === 0);
});

it('executors have their 2 s from when they are answered again, however long the others before and after them took (D-059)', async () => {
  const world = manualWorld();
  const directory = join(bed.directory(), 'executors');
  mkdirSync(directory);
  for (const runId of ['r1', 'r2', 'r3']) {
    const info = { ...EXECUTOR, executorId: runId, type: 'CUSTOM' as const };
    const sandbox = join(bed.directory(), runId);
    const record = { runId, framework: FRAMEWORK, info, isolation: 'plain' as const, sandbox, bootId: 'b', startedMs: 0 };
    writeFileSync(join(directory, `${runId}.executor`), encodeExecutor({ record, history: { hasSubscribed: true, mounted: [] } }));
  }
  const killed: string[] = [];
  const runtime = {
    adopt: (runId: string) => {
      world.advance(1_500);
      const whenGone = new Promise(() => undefined);
      return Promise.resolve({ whenGone, whenRunning: Promise.resolve(), hasRun: true, kill: () => killed.push(runId) });
    },
  };
  const keeper = await ExecutorKeeper.open({
    world,
    runtime,
    directory,
    monotonicMs: () => world.nowMs(),
    log: recordedLog(),
    send: () => undefined,
    settings: { bootId: 'b', updateRetry: { firstMs: 1, maxMs: 1 } },
    times: { registrationTimeoutMs: 60_000, reregistrationTimeoutMs: 2_000, heartbeatIntervalMs: 60_000 },
  } as unknown as ExecutorDeps);
  const settled = () => Promise.all([...keeper.all()].map((executor) => executor.close()));
  await keeper.recovered();
  world.advance(60_000);
  await settled();
  expect(killed).toEqual([]);
  keeper.doorOpened();
  world.advance(1_999);
  expect(killed).toEqual([]);
  world.advance(1);
  await settled();
  expect(killed.sort()).toEqual(['r1', 'r2', 'r3']);
});
