import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, V1, volumePath } from '../agent.fixture';
import { runGroup } from '../fake-master.fixture';
import { custom, hasMounted, pidsOf, runOf, sandboxOf, useExecutors, uuid } from './executor-bed.fixture';

const { bed, clientOf, launch, subscribed } = useExecutors();

describe('a task of a custom executor', () => {
  it('is launched, reports what its executor says with its own uuids, and ends; the executor goes on (wire 7.2, D-050)', async () => {
    const agent = await bed.started();
    launch('t1');
    const { client, stream } = await subscribed(agent);
    expect(await stream.next()).toMatchObject({ type: 'LAUNCH', launch: { task: { task_id: { value: 't1' } } } });
    const [running, finished] = [uuid(), uuid()];
    expect((await client.update('t1', 'TASK_RUNNING', running, { data: 'aGk=', timestamp: 12.5 })).status).toBe(202);
    expect(await stream.next()).toEqual({
      type: 'ACKNOWLEDGED',
      acknowledged: { task_id: { value: 't1' }, uuid: running.toString('base64') },
    });
    const told = await bed.master.untilState('t1', 'TASK_RUNNING');
    expect(told).toMatchObject({ source: 'SOURCE_EXECUTOR', executorId: 'e1', timestampMs: 12_500, data: Buffer.from('hi') });
    expect(Buffer.from(told.uuid!)).toEqual(running);
    // Said twice, told once.
    await client.update('t1', 'TASK_RUNNING', running);
    expect(await stream.next()).toMatchObject({ type: 'ACKNOWLEDGED' });
    await client.update('t1', 'TASK_FINISHED', finished);
    await bed.master.untilState('t1', 'TASK_FINISHED');
    await bed.master.untilGone('t1');
    expect(bed.master.statuses('t1').map(({ state }) => state)).toEqual(['TASK_RUNNING', 'TASK_FINISHED']);
    // A later task goes to the same one.
    launch('t2');
    expect(await stream.next()).toMatchObject({ type: 'ACKNOWLEDGED' });
    expect(await stream.next()).toMatchObject({ type: 'LAUNCH', launch: { task: { task_id: { value: 't2' } } } });
    expect(readdirSync(join(agent.workDir, 'sandboxes/f1/e1'))).toHaveLength(1);
  });

  it('ends with its executor, which is said of with its status (D-059, D-062)', async () => {
    const agent = await bed.started();
    launch('t1');
    const { client } = await subscribed(agent);
    await client.update('t1', 'TASK_RUNNING', uuid());
    await bed.master.untilState('t1', 'TASK_RUNNING');
    writeFileSync(join(sandboxOf(agent), 'go'), '');
    const end = await bed.master.untilState('t1', 'TASK_FAILED');
    expect(end).toMatchObject({ reason: 'REASON_EXECUTOR_TERMINATED', message: 'The executor of the task exited with status 7' });
    const gone = await bed.master.until(() => bed.master.all('executor_gone')[0]);
    expect(gone).toEqual({ kind: 'executor_gone', frameworkId: 'f1', executorId: 'e1', exitStatus: 7 });
    const kinds = bed.master.heard.map(({ kind }) => kind);
    expect(kinds.indexOf('task_gone')).toBeLessThan(kinds.indexOf('executor_gone'));
    await eventually(() => readdirSync(join(agent.workDir, 'meta/executors')).length === 0);
    // The next task has a new one.
    launch('t2');
    await eventually(() => readdirSync(join(agent.workDir, 'sandboxes/f1/e1')).length === 2);
  });

  it('is told of its kill; one that the executor never got is killed by the agent (D-058, wire 7.2)', async () => {
    const agent = await bed.started();
    launch('t1');
    const { stream } = await subscribed(agent);
    await stream.next();
    bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't1', graceMs: 250 });
    expect(await stream.next()).toEqual({
      type: 'KILL',
      kill: { task_id: { value: 't1' }, kill_policy: { grace_period: { nanoseconds: 250_000_000 } } },
    });
    stream.hangUp();
    await eventually(async () => (await clientOf(agent).call('MESSAGE', { message: { data: '' } })).status === 403);
    launch('t2');
    bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 't2' });
    expect(await bed.master.untilState('t2', 'TASK_KILLED')).toMatchObject({ reason: 'REASON_TASK_KILLED_DURING_LAUNCH' });
    // The kill of the other one is said again.
    const again = await clientOf(agent).subscribe({
      unacknowledged_tasks: [{ name: 't', task_id: { value: 't1' }, agent_id: { value: 'a' } }],
    });
    expect([(await again.next()).type, (await again.next()).type]).toEqual(['SUBSCRIBED', 'KILL']);
  });

  it('of which an executor that subscribes again knows nothing is dropped (wire 7.2)', async () => {
    const agent = await bed.started();
    launch('t1');
    const { stream } = await subscribed(agent);
    await stream.next();
    const again = await clientOf(agent).subscribe();
    expect(await bed.master.untilState('t1', 'TASK_DROPPED')).toMatchObject({ reason: 'REASON_AGENT_RESTARTED' });
    expect(await stream.rest()).toEqual([]);
    expect((await again.next()).type).toBe('SUBSCRIBED');
  });

  it('is taken from what an executor says when it subscribes again (wire 7.2)', async () => {
    const agent = await bed.started();
    launch('t1');
    const { stream } = await subscribed(agent);
    await stream.next();
    const name = uuid().toString('base64');
    const status = { task_id: { value: 't1' }, state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', uuid: name };
    const again = await clientOf(agent).subscribe({ unacknowledged_updates: [{ status }] });
    expect([(await again.next()).type, (await again.next())['acknowledged'].uuid]).toEqual(['SUBSCRIBED', name]);
    await bed.master.untilState('t1', 'TASK_RUNNING');
  });

  it('works in the sandbox of its executor', async () => {
    const agent = await bed.started();
    const { launchId } = launch('t1');
    await subscribed(agent);
    expect((await agent.state()).tasks).toMatchObject([{ launch_id: launchId, directory: sandboxOf(agent) }]);
  });
});

describe('a group of a custom executor', () => {
  it('goes to it in one event, and is killed as a whole (D-058)', async () => {
    const agent = await bed.started();
    bed.master.send(runGroup([{ id: 'a' }, { id: 'b' }], custom()));
    const { client, stream } = await subscribed(agent);
    const event = await stream.next();
    expect(event['launch_group'].task_group.tasks.map((task: { task_id: { value: string } }) => task.task_id.value)).toEqual(['a', 'b']);
    await client.update('a', 'TASK_FAILED', uuid());
    const events = [await stream.next(), await stream.next()];
    expect(events.find(({ type }) => type === 'KILL')).toMatchObject({ kill: { task_id: { value: 'b' } } });
    await client.update('b', 'TASK_KILLED', uuid());
    await Promise.all(['a', 'b'].map((id) => bed.master.untilGone(id)));
  });
});

describe('the volumes of a custom executor', () => {
  it('are mounted for the tasks that it is started for, and taken out with the last that uses them (A-154, A-155)', async () => {
    const agent = await bed.withVolume({ isolation: 'namespaces' });
    launch('t1', { volumes: [V1], executor: custom('echo here > data/file; while [ ! -e go ]; do sleep 0.02; done') });
    launch('t2', { volumes: [V1] });
    const { client, stream } = await subscribed(agent);
    expect([(await stream.next()).type, (await stream.next()).type]).toEqual(['LAUNCH', 'LAUNCH']);
    await eventually(() => existsSync(join(volumePath(agent), 'file')));
    const mounts = () => hasMounted(agent);
    expect(mounts()).toBe(true);
    await client.update('t1', 'TASK_FINISHED', uuid());
    await bed.master.untilGone('t1');
    expect(mounts()).toBe(true);
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
    await client.update('t2', 'TASK_FINISHED', uuid());
    await bed.master.untilGone('t2');
    expect(mounts()).toBe(false);
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  });

  it('stay held, although their task is over, while a process of the executor works in them (architecture 11.1)', async () => {
    const agent = await bed.withVolume({ isolation: 'namespaces' });
    launch('t1', { volumes: [V1], executor: custom('cd data; touch begun; while [ ! -e ../go ]; do sleep 0.02; done') });
    const { client } = await subscribed(agent);
    await eventually(() => existsSync(join(volumePath(agent), 'begun')));
    await client.update('t1', 'TASK_FINISHED', uuid());
    await bed.master.untilState('t1', 'TASK_FINISHED');
    expect(bed.master.all('task_gone')).toEqual([]);
    expect(await bed.master.apply('DESTROY', V1)).toMatchObject({ code: 'volume_in_use' });
    writeFileSync(join(sandboxOf(agent), 'go'), '');
    await bed.master.untilGone('t1');
    expect(bed.master.statuses('t1').map(({ state }) => state)).toEqual(['TASK_FINISHED']);
    expect(await bed.master.apply('DESTROY', V1)).toBeUndefined();
  });

  it('that a later task brings cannot be mounted any more: it fails, the others go on', async () => {
    const agent = await bed.withVolume({ isolation: 'namespaces' });
    launch('t1');
    const { client } = await subscribed(agent);
    launch('t2', { volumes: [V1] });
    expect(await bed.master.untilState('t2', 'TASK_FAILED')).toMatchObject({ reason: 'REASON_CONTAINER_UPDATE_FAILED' });
    await client.update('t1', 'TASK_RUNNING', uuid());
    await bed.master.untilState('t1', 'TASK_RUNNING');
  });
});

describe('an executor', () => {
  it('is told its environment (wire 7.1)', async () => {
    const agent = await bed.started();
    const endpoint = agent.service.endpoints['http']!.replace('http://', '');
    launch('t1', { executor: custom('env > part; mv part env; while [ ! -e go ]; do sleep 0.02; done', { shutdownGraceMs: 90_000 }) });
    await subscribed(agent);
    const sandbox = sandboxOf(agent);
    await eventually(() => existsSync(join(sandbox, 'env')));
    const env = readFileSync(join(sandbox, 'env'), 'utf8').split('\n');
    expect(env).toEqual(
      expect.arrayContaining([
        'OWN=x',
        'MESOS_FRAMEWORK_ID=f1',
        'MESOS_EXECUTOR_ID=e1',
        `MESOS_DIRECTORY=${sandbox}`,
        `MESOS_SANDBOX=${sandbox}`,
        'MESOS_SLAVE_ID=agent-1',
        `MESOS_SLAVE_PID=slave(1)@${endpoint}`,
        `MESOS_AGENT_ENDPOINT=${endpoint}`,
        'MESOS_CHECKPOINT=1',
        'MESOS_RECOVERY_TIMEOUT=15mins',
        'MESOS_SUBSCRIPTION_BACKOFF_MAX=2secs',
        'MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD=1.5mins',
        'MESOS_HTTP_COMMAND_EXECUTOR=0',
        'LIBPROCESS_PORT=0',
        'LIBPROCESS_IP=127.0.0.1',
      ]),
    );
  });

  it('exchanges messages with its framework (D-059, wire 7.2)', async () => {
    const agent = await bed.started();
    launch('t1');
    const { client, stream } = await subscribed(agent);
    await stream.next();
    bed.master.send({ kind: 'executor_message', frameworkId: 'f1', executorId: 'e1', data: Buffer.from('ping') });
    expect(await stream.next()).toEqual({ type: 'MESSAGE', message: { data: 'cGluZw==' } });
    await client.call('MESSAGE', { message: { data: 'cG9uZw==' } });
    expect(await bed.master.until(() => bed.master.all('executor_message').find(({ data }) => data.length > 0))).toEqual({
      kind: 'executor_message',
      frameworkId: 'f1',
      executorId: 'e1',
      data: Buffer.from('pong'),
    });
  });

  it('is shut down: told so, and killed after its grace (D-059)', async () => {
    const agent = await bed.started();
    launch('t1', { executor: custom("trap '' TERM; while :; do sleep 0.02; done", { shutdownGraceMs: 300 }) });
    const { stream } = await subscribed(agent);
    await stream.next();
    bed.master.send({ kind: 'shutdown_executor', frameworkId: 'f1', executorId: 'e1' });
    expect(await stream.rest()).toEqual([{ type: 'SHUTDOWN' }]);
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({ reason: 'REASON_EXECUTOR_TERMINATED' });
    expect(await bed.master.until(() => bed.master.all('executor_gone')[0])).toMatchObject({ exitStatus: 137 });
  });

  it('that is being shut down gets SHUTDOWN as its only event, and may still report (wire 7.2)', async () => {
    const agent = await bed.started();
    launch('t1', { executor: custom(undefined, { shutdownGraceMs: 600_000 }) });
    const { client, stream } = await subscribed(agent);
    await stream.next();
    bed.master.send({ kind: 'shutdown_executor', frameworkId: 'f1', executorId: 'e1' });
    await stream.next();
    expect(await (await client.subscribe()).rest()).toEqual([{ type: 'SHUTDOWN' }]);
    expect((await client.update('t1', 'TASK_KILLED', uuid())).status).toBe(202);
    await bed.master.untilState('t1', 'TASK_KILLED');
    launch('t2');
    expect(await bed.master.untilState('t2', 'TASK_DROPPED')).toMatchObject({ reason: 'REASON_EXECUTOR_TERMINATED' });
  });

  it('goes with its framework (REASON_FRAMEWORK_REMOVED)', async () => {
    const agent = await bed.started();
    launch('t1', { executor: custom(undefined, { shutdownGraceMs: 0 }) });
    const { stream } = await subscribed(agent);
    await stream.next();
    bed.master.send({ kind: 'shutdown_framework', frameworkId: 'f1' });
    expect(await bed.master.untilState('t1', 'TASK_KILLED')).toMatchObject({ reason: 'REASON_FRAMEWORK_REMOVED' });
    await bed.master.until(() => bed.master.all('executor_gone')[0]);
  });

  it('that does not subscribe in time is killed (D-059)', async () => {
    await bed.started({ executorRegistrationTimeoutMs: 200 });
    launch('t1');
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({ reason: 'REASON_EXECUTOR_REGISTRATION_TIMEOUT' });
  });

  it('that cannot be started fails its task, and is said to be gone', async () => {
    await bed.started();
    launch('t1', { executor: custom('true', { command: { shell: false, value: '/no/such', args: [], environment: [] } }) });
    await bed.master.untilState('t1', 'TASK_FAILED');
    await bed.master.until(() => bed.master.all('executor_gone')[0]);
  });
});

describe('a custom executor of an agent that is started again', () => {
  const reported = { framework: { id: 'f1' }, info: { executorId: 'e1' } };

  it('is reported, subscribes again, and its task goes on (A-180, D-059)', async () => {
    const first = await bed.started({ stopTasks: false });
    launch('t1');
    const { client, stream } = await subscribed(first);
    expect((await stream.next()).type).toBe('LAUNCH');
    await client.update('t1', 'TASK_RUNNING', uuid());
    await bed.master.untilState('t1', 'TASK_RUNNING');
    launch('t2');
    expect([(await stream.next()).type, (await stream.next()).type].sort()).toEqual(['ACKNOWLEDGED', 'LAUNCH']);
    await first.stop();
    const second = await bed.start({ executorReregistrationTimeoutMs: 60_000 });
    expect((await bed.master.registration(2)).executors).toMatchObject([reported]);
    const { client: again } = await subscribed(second, {
      unacknowledged_tasks: [{ name: 't', task_id: { value: 't2' }, agent_id: { value: 'a' } }],
    });
    await again.update('t1', 'TASK_FINISHED', uuid());
    await bed.master.untilGone('t1');
    await again.update('t2', 'TASK_FINISHED', uuid());
    await bed.master.untilGone('t2');
    // Perhaps said again, since its acknowledgement may have come too late for the first agent; but one status.
    const running = bed.master.statuses('t1').filter(({ state }) => state === 'TASK_RUNNING');
    expect(new Set(running.map((status) => Buffer.from(status.uuid!).toString('hex'))).size).toBe(1);
  });

  it('that does not come back is killed (D-059)', async () => {
    const first = await bed.started({ stopTasks: false });
    launch('t1');
    const { client } = await subscribed(first);
    await client.update('t1', 'TASK_RUNNING', uuid());
    await bed.master.untilState('t1', 'TASK_RUNNING');
    const run = runOf(first);
    await first.stop();
    await bed.start({ executorReregistrationTimeoutMs: 100 });
    expect(await bed.master.untilState('t1', 'TASK_FAILED')).toMatchObject({ reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT' });
    expect(pidsOf(run)).toEqual([]);
  });

  it('that has ended meanwhile is said to be gone, with its status', async () => {
    const first = await bed.started({ stopTasks: false });
    launch('t1');
    const { stream } = await subscribed(first);
    await stream.next();
    const [sandbox, run] = [sandboxOf(first), runOf(first)];
    await first.stop();
    writeFileSync(join(sandbox, 'go'), '');
    await eventually(() => pidsOf(run).length === 0);
    await bed.start();
    await bed.master.untilState('t1', 'TASK_FAILED');
    expect(await bed.master.until(() => bed.master.all('executor_gone')[0])).toMatchObject({ exitStatus: 7 });
  });
});
