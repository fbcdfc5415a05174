import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resources } from '@holdfast/core/resources';
import { eventually, processesOf, sandboxOf, type TestAgent, useAgents, V1, volumePath, waiting } from './agent.fixture';
import { reservedDisk } from './disks/volumes.fixture';

const bed = useAgents();
const { started, withVolume } = bed;

/** What it has remembered stems from an earlier boot of the machine. */
function rebooted({ workDir }: TestAgent): void {
  const path = join(workDir, 'meta/agent');
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), bootId: 'earlier' }));
}

describe('an agent that is started again', () => {
  it.each(['namespaces', 'plain'] as const)('takes over live tasks and their volumes (%s, A-180, D-079)', async (isolation) => {
    const first = await withVolume({ isolation, stopTasks: false });
    const task = bed.master.run({ id: 't1', line: `echo one >> data/file; ${waiting(9)}`, volumes: [V1] });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    const [{ pid } = { pid: null }] = (await first.state()).tasks;
    await first.stop();
    expect(processesOf(task)).not.toEqual([]);
    const { length } = bed.master.all('register');
    const second = await bed.start({ isolation });
    const register = await bed.master.registration(length + 1);
    expect(register.tasks).toMatchObject([{ launchId: task.launchId, state: 'TASK_RUNNING', info: { taskId: 't1' } }]);
    expect((await second.state()).tasks).toMatchObject([{ id: 't1', state: 'TASK_RUNNING', pid }]);
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
    writeFileSync(join(sandboxOf(second, task), 'go'), '');
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({ message: 'Command exited with status 9' });
    await bed.master.untilGone('t1');
    expect(readFileSync(join(volumePath(second), 'file'), 'utf8')).toBe('one\n');
    // Perhaps said again, since its acknowledgement may have come too late for the first agent; but one status.
    const running = bed.master.statuses('t1').filter(({ state }) => state === 'TASK_RUNNING');
    expect(new Set(running.map(({ uuid }) => Buffer.from(uuid!).toString('hex'))).size).toBe(1);
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  });

  it('tells how tasks ended while there was no agent', async () => {
    const first = await started({ stopTasks: false });
    const task = bed.master.run({ id: 't1', line: waiting(0) });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    await first.stop();
    writeFileSync(join(sandboxOf(first, task), 'go'), '');
    await eventually(() => processesOf(task).length === 0);
    await bed.start();
    await bed.master.untilState('t1', 'TASK_FINISHED');
  });

  it('goes on with a kill that the last one had begun (D-057)', async () => {
    const first = await started({ stopTasks: false });
    bed.master.run({ id: 't1', line: "trap '' TERM; sleep 600 & while :; do sleep 0.01; done" });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 300 });
    expect(await bed.master.apply('RESERVE', reservedDisk(1))).toBeUndefined();
    await first.stop();
    await bed.start();
    await bed.master.untilState('t1', 'TASK_KILLED');
  });

  it('repeats what the last one could not get acknowledged, with the same uuids (D-050)', async () => {
    bed.master.acknowledges = false;
    const first = await started({ stopTasks: false });
    bed.master.run({ id: 't1' });
    await bed.master.untilGone('t1');
    const before = bed.master.statuses('t1')[0]!;
    await first.stop();
    const heard = bed.master.heard.length;
    await bed.start();
    const again = await bed.master.until(() =>
      bed.master.heard.slice(heard).find((message) => message.kind === 'task_update' && message.status.taskId === 't1'),
    );
    expect(again).toMatchObject({ status: { state: 'TASK_STARTING', uuid: before.uuid }, latestState: 'TASK_FINISHED' });
    await bed.master.until(() => bed.master.heard.slice(heard).some((message) => message.kind === 'task_gone'));
  });

  it('has its volumes and reservations, and refuses resources that no longer cover them (A-181, A-183, A-184)', async () => {
    const first = await withVolume();
    writeFileSync(join(volumePath(first), 'file'), 'kept');
    await first.stop();
    await expect(bed.start({ resources: 'cpus:4;mem:1024;disk:50' })).rejects.toThrow(/no longer cover/);
    rebooted(first);
    await expect(bed.start({ resources: 'cpus:4;mem:1024;disk:50' })).rejects.toThrow(/no longer cover/);
    const second = await bed.start({ resources: 'cpus:12;mem:2048;disk:100' });
    const register = await bed.master.registration(2);
    expect(register.checkpointed.equals(Resources.of([V1]))).toBe(true);
    expect(readFileSync(join(volumePath(second), 'file'), 'utf8')).toBe('kept');
  });

  it('with other resources does not start in the same boot; after a reboot it is another agent with the same volumes (A-185, D-078)', async () => {
    const first = await withVolume();
    const { storeId } = await bed.master.registration(1);
    await first.stop();
    const smaller = { resources: 'cpus:1;disk:100' };
    await expect(bed.start(smaller)).rejects.toThrow(/was started with .*RECONFIGURATION_POLICY=equal does not allow that\. Start it with/);
    rebooted(first);
    await bed.start(smaller);
    const register = await bed.master.registration(2);
    expect([register.agent.id, register.storeId, register.checkpointed.equals(Resources.of([V1]))]).toEqual([undefined, storeId, true]);
  });

  it('keeps its id through a reboot, and its volumes (A-185, D-078)', async () => {
    const first = await withVolume();
    await first.stop();
    rebooted(first);
    await bed.start();
    const register = await bed.master.registration(2);
    expect([register.agent.id, register.checkpointed.equals(Resources.of([V1]))]).toEqual(['agent-1', true]);
  });

  it('may have grown where its policy is additive, and keeps its id (D-078)', async () => {
    const first = await started();
    await eventually(async () => (await first.state()).registered);
    await first.stop();
    const more = { resources: 'cpus:8;mem:1024;disk:1000', attributes: 'rack:r1' };
    await expect(bed.start(more)).rejects.toThrow(/HOLDFAST_AGENT_RECONFIGURATION_POLICY=additive/);
    await bed.start({ ...more, reconfigurationPolicy: 'additive' });
    expect((await bed.master.registration(2)).agent.id).toBe('agent-1');
  });

  it('does not let a second one on its work directory', async () => {
    await started();
    await expect(bed.start()).rejects.toThrow(`Another agent (process ${process.pid}) uses the work directory`);
  });
});

describe('being stopped', () => {
  it('ends the tasks when it is to, and tells their ends (HOLDFAST_AGENT_STOP_TASKS)', async () => {
    const agent = await started({ stopTasks: true });
    const task = bed.master.run({ id: 't1', line: 'sleep 600' });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    await agent.stop();
    expect(processesOf(task)).toEqual([]);
    await bed.master.untilState('t1', 'TASK_KILLED');
  });

  it('leaves them running otherwise', async () => {
    const agent = await started({ stopTasks: false });
    const task = bed.master.run({ id: 't1', line: 'sleep 600' });
    await bed.master.untilState('t1', 'TASK_RUNNING');
    await agent.stop();
    expect(processesOf(task)).not.toEqual([]);
    await (await bed.start({ stopTasks: true })).stop();
    expect(processesOf(task)).toEqual([]);
  });
});
