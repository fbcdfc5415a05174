import { writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, refuse, refused } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { TaskState } from '@holdfast/core/tasks';
import type { TasksAnswer } from '@holdfast/contracts';
import { TestAgent } from '../../test-agent.fixture';
import { Lines, SOME_TIME_MS, TestMaster } from '../../test-master.fixture';

const DIRECTORY = '/frameworks/f-1/executors/t1/tasks/t1';
const STDOUT = `${DIRECTORY}/stdout`;

let master: TestMaster;
let agent: TestAgent;
let tasks: TasksAnswer['tasks'];
beforeEach(async () => {
  [master, agent] = [new TestMaster(), new TestAgent()];
  await Promise.all([master.start(), agent.start()]);
  master.agents = [agent.known()];
  tasks = [taskOf('t1')];
  master.answers.getTasks = () => ok({ tasks });
  master.answers.killTask = () => ok({});
});
afterEach(() => Promise.all([master.stop(), agent.stop()]));

const taskOf = (taskId: string, frameworkId = 'f-1', state: TaskState = 'TASK_RUNNING'): TasksAnswer['tasks'][number] => ({
  frameworkId,
  info: {
    taskId,
    name: taskId,
    agentId: 'agent-1',
    resources: Resources.empty,
    labels: [],
    unsupportedFields: [],
    wire: new Uint8Array(),
  },
  status: { taskId, state, source: 'SOURCE_EXECUTOR', timestampMs: SOME_TIME_MS },
});

describe('holdfast task logs', () => {
  it('prints what the task has written, or its last lines, or its standard error', async () => {
    agent.write(STDOUT, 'one\ntwo\nthree');
    agent.write(`${DIRECTORY}/stderr`, 'oops\n');
    expect(await master.run(['task', 'logs', 't1'])).toEqual({ code: 0, out: 'one\ntwo\nthree', err: '' });
    expect((await master.run(['task', 'logs', 't1', '--tail', '2'])).out).toBe('two\nthree');
    expect((await master.run(['task', 'logs', 't1', '--stderr'])).out).toBe('oops\n');
  });

  it('goes on with -f until the task is over, also across a rotation', async () => {
    agent.write(STDOUT, 'one\n');
    const lines = new Lines();
    const running = master.run(['task', 'logs', '-f', 't1'], { onLine: lines.onLine });
    await lines.until('one');
    agent.write(STDOUT, 'two\n');
    await lines.until('two');
    agent.write(STDOUT, 'three\n');
    agent.rotate(STDOUT);
    agent.write(STDOUT, 'four\n');
    await lines.until('four');
    agent.write(STDOUT, 'last words\n');
    tasks = [taskOf('t1', 'f-1', 'TASK_FINISHED')];
    expect(await running).toEqual({ code: 0, out: 'one\ntwo\nthree\nfour\nlast words\n', err: '' });
  }, 30_000);

  it('prints what a task writes right before its end, which the master hears of first', async () => {
    const lines = new Lines();
    agent.write(STDOUT, 'one\n');
    const running = master.run(['task', 'logs', '-f', 't1'], { onLine: lines.onLine });
    await lines.until('one');
    master.answers.getTasks = () => {
      agent.write(STDOUT, 'bye\n');
      return ok({ tasks: [] });
    };
    expect((await running).out).toBe('one\nbye\n');
  }, 30_000);

  it('waits with -f for a task that has written nothing yet, and ends with 0 on Ctrl-C', async () => {
    const stop = new AbortController();
    const running = master.run(['task', 'logs', '-f', 't1'], { signal: stop.signal });
    await agent.untilRead(2);
    stop.abort();
    expect(await running).toEqual({ code: 0, out: '', err: '' });
  }, 30_000);

  it('goes on after its agent was away for a while', async () => {
    agent.write(STDOUT, 'one\n');
    const lines = new Lines();
    const running = master.run(['task', 'logs', '-f', 't1'], { onLine: lines.onLine });
    await lines.until('one');
    await agent.stop();
    await lines.until('It is asked again');
    await agent.start();
    agent.write(STDOUT, 'two\n');
    await lines.until('two');
    tasks = [];
    const { code, out, err } = await running;
    expect({ code, out }).toEqual({ code: 0, out: 'one\ntwo\n' });
    expect(err).toContain('The agent answers again.');
  }, 30_000);

  it('finds the output of a task that the master has forgotten at the agent that keeps it', async () => {
    tasks = [];
    agent.write(STDOUT, 'kept\n');
    expect((await master.run(['task', 'logs', '-f', 't1', '--framework', 'f-1'])).out).toBe('kept\n');
    const { code, err } = await master.run(['task', 'logs', 't1', '--framework', 'f-2']);
    expect(code).toBe(1);
    expect(err).toContain('knows no task t1 of framework f-2');
    expect(err).toContain('Nor does an agent keep a sandbox');
  });

  it('asks which task is meant, and says where an agent was looked for that does not answer', async () => {
    tasks = [taskOf('t1'), taskOf('t1', 'f-2')];
    expect(await master.run(['task', 'logs', 't1'])).toMatchObject({ code: 2, err: expect.stringContaining('f-1, f-2') });
    tasks = [taskOf('t1')];
    const { hostname, httpPort } = agent.known().info;
    await agent.stop();
    const { code, err } = await master.run(['task', 'logs', 't1']);
    expect(code).toBe(3);
    expect(err).toContain(`agent-1 at http://${hostname}:${httpPort} (ECONNREFUSED)`);
    expect(err).toContain('HOLDFAST_AGENT_HOST');
    master.agents = [];
    expect(await master.run(['task', 'logs', 't1'])).toMatchObject({ code: 1, err: expect.stringContaining('not registered') });
    await agent.start();
  });

  it('says that there is no output yet', async () => {
    expect(await master.run(['task', 'logs', 't1'])).toMatchObject({ code: 1, err: expect.stringContaining('no stdout yet; -f waits') });
  });

  it('shows the agent who asks, and says what to do where that is not enough', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
    try {
      const secretFile = join(directory, 'secret');
      await writeFile(secretFile, 'right\n', { mode: 0o600 });
      agent.credentials = 'ops:right';
      agent.write(STDOUT, 'secret words\n');
      const env = { HOLDFAST_PRINCIPAL: 'ops', HOLDFAST_SECRET_FILE: secretFile };
      expect((await master.run(['task', 'logs', 't1'], { env })).out).toBe('secret words\n');
      expect(await master.run(['task', 'logs', 't1'])).toMatchObject({ code: 1, err: expect.stringContaining('--secret-file') });
      agent.credentials = 'ops:other';
      expect(await master.run(['task', 'logs', 't1'], { env })).toMatchObject({
        code: 1,
        err: expect.stringContaining('HOLDFAST_AGENT_CREDENTIALS'),
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('holdfast task kill', () => {
  it('asks the master, with the grace that is wanted', async () => {
    expect((await master.run(['task', 'kill', 't1', '--grace', '10s'])).out).toBe('Task t1 of f-1 is being killed.\n');
    expect(master.requests('killTask')).toEqual([{ frameworkId: 'f-1', taskId: 't1', graceMs: 10_000 }]);
    expect(JSON.parse((await master.run(['task', 'kill', 't1', '--json'])).out)).toEqual({ taskId: 't1', frameworkId: 'f-1' });
  });

  it('waits for the end with --wait', async () => {
    const running = master.run(['task', 'kill', 't1', '--wait']);
    await master.untilAsked('getTasks', 2);
    tasks = [taskOf('t1', 'f-1', 'TASK_KILLED')];
    expect(await running).toEqual({ code: 0, err: '', out: 'Task t1 is over: TASK_KILLED.\n' });
    tasks = [taskOf('t1')];
    const gone = master.run(['task', 'kill', 't1', '--wait']);
    await master.untilAsked('killTask', 2);
    tasks = [];
    expect((await gone).out).toContain('its framework has been told');
  }, 30_000);

  it('stops waiting at Ctrl-C, and says that the kill goes on', async () => {
    const stop = new AbortController();
    const running = master.run(['task', 'kill', 't1', '--wait'], { signal: stop.signal });
    await master.untilAsked('getTasks', 2);
    stop.abort();
    expect((await running).code).toBe(130);
  });

  it('says why not, and what to do', async () => {
    expect(await master.run(['task', 'kill', 't2'])).toMatchObject({ code: 1, err: expect.stringContaining('Did you mean t1?') });
    master.answers.killTask = () => refused(refuse('task_over', { taskId: 't1', state: 'TASK_FINISHED' }));
    expect(await master.run(['task', 'kill', 't1'])).toMatchObject({ code: 1, err: expect.stringContaining('nothing left to kill') });
    expect((await master.run(['task', 'kill', 't1', '--grace', 'soon'])).code).toBe(2);
  });
});
