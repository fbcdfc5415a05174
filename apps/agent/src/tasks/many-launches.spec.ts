import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, sandboxOf, useAgents } from '../agent.fixture';
import { memberOf, runGroup, runTask } from '../fake-master.fixture';

const bed = useAgents();
const { started } = bed;

/** A thousand take a quarter of a minute here. */
const COUNT = 250;

it('hundreds of tasks that come at once all run, each once, while the agent goes on answering its master', async () => {
  const agent = await started();
  const tasks = Array.from({ length: COUNT }, (_, at) => runTask({ id: `t${at}`, line: 'echo ran >> ran' }));
  bed.master.send(...tasks);
  // Those that have to wait for their turn are reported as well, and can be killed.
  const late = runTask({ id: 'late', line: 'echo ran >> ran' });
  bed.master.send(late, { kind: 'kill_task', frameworkId: 'f1', taskId: 'late' }, { kind: 'ping' });
  await bed.master.until(() => bed.master.all('pong')[0]);
  const known = (await agent.state()).tasks;
  expect(known.filter(({ state }) => state === 'TASK_STARTING').length).toBeGreaterThan(0);
  await bed.master.untilState('late', 'TASK_KILLED');
  await Promise.all(tasks.map(({ info }) => bed.master.untilState(info.taskId, 'TASK_FINISHED')));
  await Promise.all([...tasks, late].map(({ info }) => bed.master.untilGone(info.taskId)));
  for (const task of tasks) expect(readFileSync(join(sandboxOf(agent, task), 'ran'), 'utf8')).toBe('ran\n');
  await eventually(() => readdirSync(join(agent.workDir, 'meta/tasks')).length === 0);
}, 120_000);

it('groups that are larger together than what starts at once do not wait for one another for ever', async () => {
  await started();
  const groups = [1, 2, 3].map((group) => runGroup(Array.from({ length: 20 }, (_, at) => ({ id: `g${group}t${at}`, line: 'true' }))));
  bed.master.send(...groups);
  for (const group of groups) {
    for (const at of group.tasks.keys()) await bed.master.untilState(memberOf(group, at).info.taskId, 'TASK_FINISHED');
  }
}, 120_000);
