import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTerminal, type TaskState } from '@holdfast/core/tasks';
import { eventually, processesOf, sandboxOf, type TestAgent, useAgents, V1, volumePath, waiting } from '../agent.fixture';
import { reservedDisk, volumeResource } from '../disks/volumes.fixture';
import { FRAMEWORK, memberOf, runGroup, type TaskWish } from '../fake-master.fixture';
import { endLaunch } from '../processes/end-launch.fixture';

const bed = useAgents();
const { started, withVolume } = bed;

function launch(...wishes: readonly TaskWish[]): ReturnType<typeof runGroup> {
  const group = runGroup(wishes);
  bed.master.send(group);
  return group;
}
const running = (...ids: readonly string[]) => Promise.all(ids.map((id) => bed.master.untilState(id, 'TASK_RUNNING')));
/** Their processes, and all that there was to say of them has been said. */
const gone = (...ids: readonly string[]) =>
  Promise.all(
    ids.map((id) =>
      Promise.all([bed.master.untilGone(id), bed.master.until(() => bed.master.statuses(id).find(({ state }) => isTerminal(state)))]),
    ),
  );
const states = (id: string): readonly TaskState[] => bed.master.statuses(id).map(({ state }) => state);
const last = (id: string) => bed.master.statuses(id).at(-1);
/** What an agent remembers of tasks that the master has not confirmed. */
const leftovers = (agent: TestAgent) => ['meta/tasks', 'meta/gates'].flatMap((path) => readdirSync(join(agent.workDir, path)));
const kill = (taskId: string, graceMs?: number) =>
  bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId, ...(graceMs !== undefined && { graceMs }) });

describe.each(['namespaces', 'plain'] as const)('a task group (%s)', (isolation) => {
  it('runs all of its tasks, which share a volume of which one copy was offered, and says whose they are (A-070, A-071)', async () => {
    const agent = await withVolume({ isolation });
    const line = 'echo "$MESOS_TASK_ID $MESOS_EXECUTOR_ID" > data/$MESOS_TASK_ID';
    launch({ id: 't1', line, volumes: [V1] }, { id: 't2', line, volumes: [V1] });
    await gone('t1', 't2');
    for (const id of ['t1', 't2']) {
      expect(states(id)).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);
      expect(bed.master.statuses(id).map(({ executorId }) => executorId)).toEqual(['e1', 'e1', 'e1']);
      expect(readFileSync(join(volumePath(agent), id), 'utf8')).toBe(`${id} e1\n`);
    }
    await eventually(() => leftovers(agent).length === 0);
  });

  it('gives a fresh volume to the user of its first task, though all of them are about to have it (A-158)', async () => {
    const agent = await withVolume({ isolation });
    const command = { shell: true, value: 'touch data/$MESOS_TASK_ID', args: [], environment: [], user: 'nobody' };
    launch({ id: 't1', command, volumes: [V1] }, { id: 't2', command, volumes: [V1] });
    await gone('t1', 't2');
    expect([last('t1')?.state, last('t2')?.state]).toEqual(['TASK_FINISHED', 'TASK_FINISHED']);
    expect(readdirSync(volumePath(agent)).sort()).toEqual(['t1', 't2']);
  });

  it.each([
    ['whose user is not there', { command: { shell: true, value: 'true', args: [], environment: [], user: 'no-such-user' } }],
    ['whose volume has lost its directory', { volumes: [V1] }],
  ])('runs none of its tasks when there is one %s, and tells all of them why (B-074)', async (_what, bad) => {
    const agent = await withVolume({ isolation });
    if ('volumes' in bad) rmSync(volumePath(agent), { recursive: true });
    const group = launch({ id: 't1', line: 'touch ran; sleep 600' }, { id: 't2', ...bad }, { id: 't3', line: 'touch ran; sleep 600' });
    await gone('t1', 't2', 't3');
    const problem = last('t2');
    expect(problem).toMatchObject({ state: 'TASK_FAILED', source: 'SOURCE_AGENT', reason: 'REASON_CONTAINER_LAUNCH_FAILED' });
    for (const [at, id] of [
      [0, 't1'],
      [2, 't3'],
    ] as const) {
      expect(states(id)).not.toContain('TASK_RUNNING');
      expect(last(id)).toMatchObject({
        state: 'TASK_FAILED',
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
        message: `No task of its group was started, because of task t2: ${problem?.message}`,
        executorId: 'e1',
      });
      expect(processesOf(memberOf(group, at))).toEqual([]);
      expect(existsSync(join(sandboxOf(agent, memberOf(group, at)), 'ran'))).toBe(false);
    }
    await eventually(() => leftovers(agent).length === 0);
  });

  it('ends all of its tasks when one fails, and not when one finishes (D-058)', async () => {
    const agent = await started({ isolation });
    const group = launch({ id: 't1', line: waiting(3) }, { id: 't2', line: 'true' }, { id: 't3', line: 'sleep 600' });
    await gone('t2');
    await running('t1', 't3');
    expect(last('t2')).toMatchObject({ state: 'TASK_FINISHED' });
    const known = async () => (await agent.state()).tasks.map(({ id, state }) => `${id} ${state}`);
    // It is forgotten when the agent hears that the master knows.
    await eventually(async () => (await known()).length === 2);
    expect(await known()).toEqual(['t1 TASK_RUNNING', 't3 TASK_RUNNING']);
    writeFileSync(join(sandboxOf(agent, memberOf(group, 0)), 'go'), '');
    await gone('t1', 't3');
    expect(last('t1')).toMatchObject({ state: 'TASK_FAILED', message: 'Command exited with status 3' });
    expect(last('t3')).toMatchObject({
      state: 'TASK_KILLED',
      message: expect.stringContaining('because task t1 of its group ended as TASK_FAILED (Command exited with status 3)'),
    });
    expect(processesOf(memberOf(group, 2))).toEqual([]);
  });

  it('is killed with each of its tasks (D-058)', async () => {
    await started({ isolation });
    launch({ id: 't1', line: 'sleep 600' }, { id: 't2', line: "trap '' TERM; while :; do sleep 0.01; done", killGraceMs: 100 });
    await running('t1', 't2');
    kill('t1');
    await gone('t1', 't2');
    expect([last('t1')?.state, last('t2')?.state]).toEqual(['TASK_KILLED', 'TASK_KILLED']);
    expect(last('t2')?.message).toContain('because task t1 of its group was killed');
  });

  it('runs no command when the kill of one task comes right behind it (D-058)', async () => {
    const agent = await started({ isolation });
    const group = runGroup([
      { id: 't1', line: 'sleep 600' },
      { id: 't2', line: 'sleep 600' },
    ]);
    bed.master.send(group, { kind: 'kill_task', frameworkId: 'f1', taskId: 't2', graceMs: 600_000 });
    await gone('t1', 't2');
    for (const [at, id] of ['t1', 't2'].entries()) {
      expect(last(id)).toMatchObject({ state: 'TASK_KILLED', reason: 'REASON_TASK_KILLED_DURING_LAUNCH' });
      expect(existsSync(join(sandboxOf(agent, memberOf(group, at)), 'stdout'))).toBe(false);
    }
    await eventually(() => leftovers(agent).length === 0);
  });

  it('goes on under the next agent, and is one group there, too (A-180, D-058)', async () => {
    const first = await withVolume({ isolation, stopTasks: false });
    const group = launch({ id: 't1', line: waiting(3), volumes: [V1] }, { id: 't2', line: 'sleep 600' });
    await running('t1', 't2');
    await first.stop();
    const { length } = bed.master.all('register');
    const second = await bed.start({ isolation });
    const { tasks } = await bed.master.registration(length + 1);
    expect(tasks.map(({ info, state }) => [info.taskId, info.executor?.executorId, state]).sort()).toEqual([
      ['t1', 'e1', 'TASK_RUNNING'],
      ['t2', 'e1', 'TASK_RUNNING'],
    ]);
    expect((await second.state()).tasks.map(({ executor_id }) => executor_id)).toEqual(['e1', 'e1']);
    writeFileSync(join(sandboxOf(second, memberOf(group, 0)), 'go'), '');
    await gone('t1', 't2');
    expect([last('t1')?.state, last('t2')?.state]).toEqual(['TASK_FAILED', 'TASK_KILLED']);
  });

  it('one of whose tasks failed while there was no agent is ended by the next (D-058)', async () => {
    const first = await started({ isolation, stopTasks: false });
    const group = launch({ id: 't1', line: waiting(3) }, { id: 't2', line: 'sleep 600' });
    await running('t1', 't2');
    await first.stop();
    writeFileSync(join(sandboxOf(first, memberOf(group, 0)), 'go'), '');
    await eventually(() => processesOf(memberOf(group, 0)).length === 0);
    await bed.start({ isolation });
    await gone('t1', 't2');
    expect([last('t1')?.state, last('t2')?.state]).toEqual(['TASK_FAILED', 'TASK_KILLED']);
  });
});

it('drops the whole group when one task uses what the agent does not have (A-076)', async () => {
  await started();
  launch({ id: 't1' }, { id: 't2', volumes: [volumeResource('v9', 10)] });
  await gone('t1', 't2');
  expect(last('t2')).toMatchObject({ state: 'TASK_DROPPED', reason: 'REASON_RESOURCES_UNKNOWN' });
  expect(last('t1')).toMatchObject({
    state: 'TASK_DROPPED',
    reason: 'REASON_RESOURCES_UNKNOWN',
    message: expect.stringContaining('task t2'),
  });
  expect(states('t1')).toEqual(['TASK_DROPPED']);
});

it('runs a group once although it comes twice', async () => {
  const agent = await started();
  const group = runGroup([{ id: 't1', line: 'echo ran' }, { id: 't2' }]);
  bed.master.send(group, group);
  await gone('t1', 't2');
  bed.master.send(group);
  expect(await bed.master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
  expect(readFileSync(join(sandboxOf(agent, memberOf(group, 0)), 'stdout'), 'utf8')).toBe('ran\n');
  expect(states('t1').filter((state) => state === 'TASK_RUNNING')).toHaveLength(1);
});

it('runs no part of a group of which it knows another part already', async () => {
  await started();
  const group = runGroup([{ id: 't1' }, { id: 't2' }]);
  bed.master.send(memberOf(group, 0));
  await gone('t1');
  bed.master.send(group);
  expect(await bed.master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
  expect([states('t2'), processesOf(memberOf(group, 1))]).toEqual([[], []]);
});

it('starts none of a group that cannot be written down', async () => {
  const agent = await started();
  const group = runGroup([
    { id: 't1', line: 'sleep 600' },
    { id: 't2', line: 'sleep 600' },
  ]);
  mkdirSync(join(agent.workDir, 'meta/tasks', `${group.tasks[1]!.launchId}.journal`));
  bed.master.send(group);
  expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: expect.stringContaining('because of task t2: The task could not be started: the agent cannot write it down'),
  });
  await bed.master.untilState('t2', 'TASK_FAILED');
  expect(processesOf(memberOf(group, 0))).toEqual([]);
});

describe('an executor', () => {
  it('that is shut down takes its tasks with it, within its grace, and no others (D-059)', async () => {
    await started();
    const line = "trap '' TERM; echo up; while :; do sleep 0.01; done";
    const deaf = { line, killGraceMs: 600_000 };
    const groups = [
      runGroup(
        [
          { id: 't1', ...deaf },
          { id: 't2', ...deaf },
        ],
        { shutdownGraceMs: 100 },
      ),
      runGroup([{ id: 't3', line: 'sleep 600' }], { executorId: 'e2' }),
      runGroup([{ id: 't4', line: 'sleep 600', framework: { ...FRAMEWORK, id: 'f2' } }]),
    ];
    bed.master.send(...groups);
    await running('t1', 't2', 't3', 't4');
    bed.master.send({ kind: 'shutdown_executor', frameworkId: 'f1', executorId: 'e1' });
    await gone('t1', 't2');
    for (const id of ['t1', 't2']) {
      expect(last(id)).toMatchObject({ state: 'TASK_KILLED', message: expect.stringContaining('because its executor was shut down') });
    }
    for (const at of [1, 2]) expect(processesOf(memberOf(groups[at]!, 0))).not.toEqual([]);
  });

  it('may run several groups, of which each ends alone', async () => {
    const agent = await started();
    const one = launch({ id: 't1', line: waiting(1) }, { id: 't2', line: 'sleep 600' });
    const two = launch({ id: 't3', line: 'sleep 600' });
    await running('t1', 't2', 't3');
    writeFileSync(join(sandboxOf(agent, memberOf(one, 0)), 'go'), '');
    await gone('t1', 't2');
    expect(processesOf(memberOf(two, 0))).not.toEqual([]);
  });
});

it('left at the gate by an agent that was killed is ended by the next, and no command runs', async () => {
  const first = await started({ stopTasks: false });
  const group = launch({ id: 't1', line: 'sleep 600' }, { id: 't2', line: 'sleep 600' });
  await running('t1', 't2');
  await first.stop();
  // As it was before the agent let the group go.
  writeFileSync(join(first.workDir, 'meta/gates', group.tasks[0]!.launchId), '');
  const agent = await bed.start();
  await gone('t1', 't2');
  for (const [at, id] of ['t1', 't2'].entries()) {
    expect(last(id)).toMatchObject({ state: 'TASK_DROPPED', reason: 'REASON_AGENT_RESTARTED' });
    expect(processesOf(memberOf(group, at))).toEqual([]);
  }
  await eventually(() => leftovers(agent).length === 0);
});

describe('the next agent', () => {
  async function left() {
    const first = await started({ stopTasks: false });
    const group = launch({ id: 't1', line: 'sleep 600' }, { id: 't2', line: 'sleep 600' });
    await running('t1', 't2');
    await first.stop();
    return { group, fileOf: (at: number) => join(first.workDir, 'meta/tasks', `${group.tasks[at]!.launchId}.journal`) };
  }

  it('ends the rest of a group of which it finds one task not started', async () => {
    const { group, fileOf } = await left();
    await endLaunch(group.tasks[0]!.launchId);
    writeFileSync(fileOf(0), readFileSync(fileOf(0), 'utf8').replace(/^holdfast: .*\n/gm, ''));
    await bed.start();
    await gone('t1', 't2');
    expect(last('t1')).toMatchObject({ state: 'TASK_DROPPED', reason: 'REASON_AGENT_RESTARTED' });
    expect(last('t2')).toMatchObject({
      state: 'TASK_KILLED',
      message: expect.stringContaining('task t1 of its group ended as TASK_DROPPED'),
    });
  });

  it('tells of each task of a group that it was lost with the machine', async () => {
    const { group, fileOf } = await left();
    for (const at of [0, 1]) {
      await endLaunch(group.tasks[at]!.launchId);
      const journal = readFileSync(fileOf(at), 'utf8');
      writeFileSync(fileOf(at), journal.replace(/"bootId":"[^"]*"/, '"bootId":"an earlier one"'));
    }
    await bed.start();
    await gone('t1', 't2');
    for (const id of ['t1', 't2']) {
      expect(last(id)).toMatchObject({ state: 'TASK_FAILED', message: 'The task is lost: the machine was restarted while it ran' });
    }
  });
});

it('leaves nothing behind that the next agent would not remove', async () => {
  const first = await started();
  await first.stop();
  writeFileSync(join(first.workDir, 'meta/gates/gone'), '');
  expect(leftovers(await bed.start())).toEqual([]);
});
