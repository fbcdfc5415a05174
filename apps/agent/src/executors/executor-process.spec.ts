import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@holdfast/testing/eventually';
import { useAgentProcesses } from '../agent-process.fixture';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { EXECUTOR, type FakeMaster, runTask } from '../fake-master.fixture';
import { pidsOf, worksIn } from './executor-bed.fixture';
import { EXECUTOR_PROGRAM } from './real-executor.fixture';

const agents = useAgentProcesses();
const { directory } = agents;
let master: FakeMaster;
beforeEach(() => void (master = agents.master));

const sandboxes = () => join(directory(), 'work/sandboxes/f1/e1');
const runs = (): readonly string[] => readdirSync(sandboxes());

/** The longest time that the setting allows. */
const start = (env: Readonly<Record<string, string>> = {}) =>
  agents.start({ HOLDFAST_AGENT_EXECUTOR_REREGISTRATION_TIMEOUT_MS: '15000', ...env });

/** The port of the next agent over the same work directory, which its executors know. */
async function samePort(): Promise<Readonly<Record<string, string>>> {
  return { HOLDFAST_AGENT_HTTP_PORT: String((await master.registration(1)).agent.httpPort) };
}

/** `before`: of its shell, before it becomes the executor. */
function launch(id: string, volumes: Parameters<typeof runTask>[0]['volumes'] = [], before = ''): void {
  const { info, ...rest } = runTask({ id, volumes });
  const { command: _, ...task } = info;
  const command = {
    shell: true,
    value: `${before}exec ${process.execPath} -e "$PROGRAM"`,
    args: [],
    environment: [{ name: 'PROGRAM', value: EXECUTOR_PROGRAM }],
  };
  const resources = EXECUTOR.resources.add(EXECUTOR.resources).add(EXECUTOR.resources);
  master.send({ ...rest, info: { ...task, executor: { ...EXECUTOR, type: 'CUSTOM', command, resources } } });
}

const say = (id: string) => master.send({ kind: 'executor_message', frameworkId: 'f1', executorId: 'e1', data: Buffer.from(id) });

it('survives kill -9 of its agent: a real executor subscribes again, its tasks go on, nothing is launched twice (A-180, D-059, wire 7.2)', async () => {
  const V1 = volumeResource('v1', 100);
  const first = start();
  await master.registration(1);
  await master.apply('RESERVE', reservedDisk(100));
  await master.apply('CREATE', V1);
  launch('t1', [V1]);
  launch('t2', [V1]);
  for (const id of ['t1', 't2']) await master.untilState(id, 'TASK_RUNNING');
  await first.end('SIGKILL');

  start(await samePort());
  const register = await master.registration(2);
  expect(register.executors).toMatchObject([{ info: { executorId: 'e1' } }]);
  expect(register.tasks.map(({ info, state }) => [info.taskId, state]).sort()).toEqual([
    ['t1', 'TASK_RUNNING'],
    ['t2', 'TASK_RUNNING'],
  ]);
  expect(await master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
  // Messages are not kept for those who are not there.
  const isAnswered = (id: string) => master.all('executor_message').some(({ data }) => Buffer.from(data).toString() === id);
  await eventually(async () => {
    if (!isAnswered('t1')) say('t1');
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isAnswered('t1');
  });
  await master.untilGone('t1');
  launch('t3');
  await master.untilState('t3', 'TASK_RUNNING');
  for (const id of ['t2', 't3']) say(id);
  for (const id of ['t2', 't3']) expect(await master.untilGone(id)).toMatchObject({ cause: 'TASK_FINISHED' });
  expect(await master.apply('DESTROY', V1)).toBeUndefined();
  expect(runs()).toHaveLength(1);
  const launched = readFileSync(join(sandboxes(), runs()[0]!, 'launched'), 'utf8')
    .trim()
    .split('\n');
  // The first two came side by side.
  expect([launched.slice(0, 2).sort(), launched.slice(2)]).toEqual([['t1', 't2'], ['t3']]);
  // Perhaps said again, since its acknowledgement may have come too late for the first agent; but one status.
  const running = master.statuses('t1').filter(({ state }) => state === 'TASK_RUNNING');
  expect(new Set(running.map(({ uuid }) => Buffer.from(uuid ?? []).toString('hex'))).size).toBe(1);

  master.send({ kind: 'shutdown_executor', frameworkId: 'f1', executorId: 'e1' });
  expect(await master.until(() => master.all('executor_gone')[0])).toMatchObject({ exitStatus: 0 });
  expect(pidsOf(runs()[0]!)).toEqual([]);
});

it('after kill -9 of its agent a volume that was busy when its task ended is taken out of it, and it goes on (A-154, A-180)', async () => {
  const V1 = volumeResource('v1', 100);
  const first = start();
  await master.registration(1);
  await master.apply('RESERVE', reservedDisk(100));
  await master.apply('CREATE', V1);
  launch('t1', [V1], '(cd data; while [ ! -e ../free ]; do sleep 0.02; done) & ');
  await master.untilState('t1', 'TASK_RUNNING');
  const run = runs()[0]!;
  const executor = pidsOf(run);
  await eventually(() => pidsOf(run).some((pid) => worksIn(pid, 'data')));
  say('t1');
  await master.untilState('t1', 'TASK_FINISHED');
  expect(await master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
  await first.end('SIGKILL');
  expect(master.all('task_gone')).toEqual([]);
  writeFileSync(join(sandboxes(), run, 'free'), '');
  await eventually(() => !pidsOf(run).some((pid) => worksIn(pid, 'data')));

  start(await samePort());
  expect((await master.registration(2)).executors).toMatchObject([{ info: { executorId: 'e1' } }]);
  expect(await master.untilGone('t1')).toMatchObject({ cause: 'TASK_FINISHED' });
  expect(await master.apply('DESTROY', V1)).toBeUndefined();
  launch('t2');
  await master.untilState('t2', 'TASK_RUNNING');
  expect(pidsOf(run).some((pid) => executor.includes(pid))).toBe(true);
  expect(runs()).toEqual([run]);
  expect(master.all('executor_gone')).toEqual([]);
});
