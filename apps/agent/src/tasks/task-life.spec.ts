import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, processesOf, sandboxOf, useAgents, V1, volumePath, waiting } from '../agent.fixture';
import { reservedDisk } from '../disks/volumes.fixture';
import { FRAMEWORK, runTask } from '../fake-master.fixture';

const bed = useAgents();
const { started, withVolume } = bed;

describe.each(['namespaces', 'plain'] as const)('a task (%s)', (isolation) => {
  it('goes through its states, each told once it is acknowledged, and is gone at the end (D-050, D-055, D-062)', async () => {
    const agent = await started({ isolation });
    const task = bed.master.run({
      id: 't1',
      line: 'echo hello; pwd; echo "$MESOS_TASK_ID $MESOS_FRAMEWORK_ID $MESOS_AGENT_ID $MESOS_SANDBOX"',
    });
    await bed.master.untilState('t1', 'TASK_FINISHED');
    await bed.master.untilGone('t1');
    expect(bed.master.statuses('t1').map(({ state, source }) => [state, source])).toEqual([
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
    bed.master.send(bed.master.operation('RESERVE', [reservedDisk(100)]), bed.master.operation('CREATE', [V1]), t1!, t2!);
    await Promise.all(['t1', 't2'].map((id) => bed.master.untilState(id, 'TASK_RUNNING')));
    await eventually(() => existsSync(join(volumePath(agent), 't1')) && existsSync(join(volumePath(agent), 't2')));
    const [volume] = (await agent.state()).volumes;
    expect(volume).toMatchObject({ role: 'eng', persistence_id: 'v1', path: volumePath(agent), destroying: false });
    expect(volume?.mounts.map(({ task_id, mode }) => [task_id, mode])).toEqual([
      ['t1', 'RW'],
      ['t2', 'RW'],
    ]);
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({
      code: 'volume_in_use',
      message: expect.stringContaining('task t1 of framework f1'),
    });
    for (const task of [t1!, t2!]) writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await Promise.all(['t1', 't2'].map((id) => bed.master.untilGone(id)));
    expect(readdirSync(volumePath(agent)).sort()).toEqual(['t1', 't2']);
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
    expect(existsSync(volumePath(agent))).toBe(false);
  });

  it('has its volume out of its sandbox before its end is told (A-144, A-154, D-053, architecture 11.2)', async () => {
    const agent = await withVolume({ isolation });
    const task = bed.master.run({ id: 't1', line: 'touch data/x; test -L data && echo link || echo directory', volumes: [V1] });
    await bed.master.untilState('t1', 'TASK_FINISHED');
    const sandbox = sandboxOf(agent, task);
    expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe(isolation === 'plain' ? 'link\n' : 'directory\n');
    expect(existsSync(join(sandbox, 'data', 'x'))).toBe(false);
    expect(existsSync(join(volumePath(agent), 'x'))).toBe(true);
    expect(processesOf(task)).toEqual([]);
  });

  it('tells the end in the order: statuses first, evidence after, so that holders are released before a framework hears (11.2)', async () => {
    const agent = await started({ isolation });
    const task = bed.master.run({ id: 't1', line: 'while [ ! -e go ]; do sleep 0.01; done' });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    // Answered after all acknowledgements: a status that waits for one would be told later.
    expect(await bed.master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
    writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await bed.master.untilGone('t1');
    const kinds = bed.master.heard.map((message) => (message.kind === 'task_update' ? message.status.state : message.kind));
    expect(kinds.indexOf('TASK_FINISHED')).toBeLessThan(kinds.indexOf('task_gone'));
  });

  it('tells that it is gone although earlier statuses still wait for their acknowledgement (A-042)', async () => {
    bed.master.acknowledges = false;
    await started({ isolation });
    bed.master.run({ id: 't1', line: 'exit 4' });
    expect(await bed.master.untilGone('t1')).toMatchObject({ cause: 'TASK_FAILED' });
    expect(bed.master.statuses('t1').map(({ state }) => state)).toEqual(['TASK_STARTING']);
    for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED'] as const)
      bed.master.acknowledge('f1', await bed.master.untilState('t1', state));
    const updates = bed.master.all('task_update').map(({ latestState }) => latestState);
    expect(updates.slice(1)).toEqual(['TASK_FAILED', 'TASK_FAILED']);
  });

  it('is ended by SIGTERM, or by SIGKILL when it does not obey within its grace (D-057)', async () => {
    const agent = await started({ isolation });
    const obeys = bed.master.run({ id: 'obeys', line: "trap 'exit 0' TERM; touch up; while :; do sleep 0.01; done", killGraceMs: 60_000 });
    const deaf = bed.master.run({ id: 'deaf', line: "trap '' TERM; touch up; sleep 600 & while :; do sleep 0.01; done" });
    for (const task of [obeys, deaf]) {
      await bed.master.untilState(task.info.taskId, 'TASK_RUNNING');
      await eventually(() => existsSync(join(sandboxOf(agent, task), 'up')));
    }
    bed.master.send(
      { kind: 'kill_task', frameworkId: 'f1', taskId: 'obeys' },
      { kind: 'kill_task', frameworkId: 'f1', taskId: 'deaf', graceMs: 200 },
    );
    for (const id of ['obeys', 'deaf']) {
      expect(await bed.master.untilState(id, 'TASK_KILLED')).toMatchObject({ source: 'SOURCE_EXECUTOR' });
      await bed.master.untilGone(id);
    }
    expect(processesOf(deaf)).toEqual([]);
  });

  it('can be given less time by a second kill, counted from the first (D-057)', async () => {
    await started({ isolation });
    bed.master.run({ id: 't1', line: "trap '' TERM; echo up > up; while :; do sleep 0.01; done" });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 600_000 });
    bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 900_000 });
    bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 50 });
    await bed.master.untilState('t1', 'TASK_KILLED');
  });

  it('says TASK_KILLING once to a framework that wants to know, and to no other', async () => {
    await started({ isolation });
    const framework = { ...FRAMEWORK, capabilities: new Set([...FRAMEWORK.capabilities, 'TASK_KILLING_STATE' as const]) };
    const deaf = "trap '' TERM; while :; do sleep 0.01; done";
    bed.master.run({ id: 'told', line: deaf, framework });
    bed.master.run({ id: 'untold', line: deaf });
    for (const taskId of ['told', 'untold']) {
      await bed.master.untilState(taskId, 'TASK_RUNNING');
      for (const graceMs of [600_000, 100]) bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId, graceMs });
      await bed.master.untilState(taskId, 'TASK_KILLED');
    }
    const statesOf = (id: string) => bed.master.statuses(id).map(({ state }) => state);
    expect(statesOf('told')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_KILLED']);
    expect(statesOf('untold')).toEqual(['TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLED']);
  });

  it('is killed before it starts when the kill comes right behind it (D-058)', async () => {
    const agent = await started({ isolation });
    const task = runTask({ id: 't1', line: 'sleep 600' });
    bed.master.send(task, { kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 600_000 });
    const status = await bed.master.untilState('t1', 'TASK_KILLED');
    expect(status).toMatchObject({ source: 'SOURCE_AGENT', reason: 'REASON_TASK_KILLED_DURING_LAUNCH' });
    await bed.master.untilGone('t1');
    expect(processesOf(task)).toEqual([]);
    expect(existsSync(join(sandboxOf(agent, task), 'stdout'))).toBe(false);
  });

  it('is ended with its framework (D-062)', async () => {
    await started({ isolation });
    bed.master.run({ id: 'mine', line: 'sleep 600' });
    bed.master.run({ id: 'other', line: 'sleep 600', framework: { ...FRAMEWORK, id: 'f2' } });
    for (const id of ['mine', 'other']) await bed.master.untilState(id, 'TASK_RUNNING');
    bed.master.send({ kind: 'shutdown_framework', frameworkId: 'f1' });
    expect(await bed.master.untilState('mine', 'TASK_KILLED')).toMatchObject({ reason: 'REASON_FRAMEWORK_REMOVED' });
    expect(bed.master.statuses('other').map(({ state }) => state)).toEqual(['TASK_STARTING', 'TASK_RUNNING']);
  });

  it('whose volume directory is missing fails with a clear reason', async () => {
    const agent = await withVolume({ isolation });
    rmSync(volumePath(agent), { recursive: true });
    bed.master.run({ id: 't1', volumes: [V1] });
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({
      reason: 'REASON_CONTAINER_LAUNCH_FAILED',
      message: `The task could not be started: the directory ${volumePath(agent)} of the volume is missing`,
    });
    await bed.master.untilGone('t1');
  });

  it('runs once although its RunTask comes twice', async () => {
    const agent = await started({ isolation });
    const task = runTask({ id: 't1', line: 'echo ran' });
    bed.master.send(task, task);
    await bed.master.untilState('t1', 'TASK_FINISHED');
    await bed.master.untilGone('t1');
    bed.master.send(task);
    expect(await bed.master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
    expect(readFileSync(join(sandboxOf(agent, task), 'stdout'), 'utf8')).toBe('ran\n');
    expect(bed.master.statuses('t1').filter(({ state }) => state === 'TASK_RUNNING')).toHaveLength(1);
  });

  it('goes on while there is no master, and its end is told when there is one again', async () => {
    const agent = await started({ isolation });
    const task = bed.master.run({ id: 't1', line: waiting(3) });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    const { port } = bed.master;
    await bed.master.stop();
    writeFileSync(join(sandboxOf(agent, task), 'go'), '');
    await eventually(async () => (await agent.state()).tasks[0]?.state === 'TASK_FAILED');
    await bed.restartMaster(port);
    const register = await bed.master.registration();
    // Its end has not been acknowledged, so the report still has it: a master that does not find a task there calls it gone.
    expect(register.tasks.map(({ info, state }) => [info.taskId, state])).toEqual([['t1', 'TASK_FAILED']]);
    await bed.master.untilState('t1', 'TASK_FAILED');
    await bed.master.untilGone('t1');
  });
});
