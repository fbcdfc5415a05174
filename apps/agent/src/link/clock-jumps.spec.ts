import { existsSync } from 'node:fs';
import { realWorld } from '@holdfast/platform/world';
import { sandboxOf, useAgents, waiting } from '../agent.fixture';

jest.setTimeout(60_000);

const bed = useAgents();
const YEAR_MS = 365 * 86_400_000;

it.each([
  ['forward', YEAR_MS],
  ['back', -YEAR_MS],
])('a clock that is set %s neither ends the registration nor stops what is repeated (D-050, D-072)', async (_way, jumpMs) => {
  let offsetMs = 0;
  bed.master.acknowledges = false;
  const agent = await bed.start({ updateRetryMs: 20, updateRetryMaxMs: 40 }, { ...realWorld(), nowMs: () => Date.now() + offsetMs });
  await bed.master.registration();
  const running = bed.master.run({ id: 'running', line: waiting() });
  const starting = await bed.master.until(() => bed.master.statuses('running')[0]);
  offsetMs = jumpMs;
  const before = bed.master.statuses('running').length;
  // The same one again and again, as before.
  await bed.master.until(() => bed.master.statuses('running').length >= before + 5);
  expect(new Set(bed.master.statuses('running').map(({ uuid }) => Buffer.from(uuid!).toString('hex'))).size).toBe(1);
  for (let pongs = 1; pongs <= 3; pongs++) {
    bed.master.send({ kind: 'ping' });
    await bed.master.until(() => bed.master.all('pong').length >= pongs);
  }
  bed.master.acknowledges = true;
  bed.master.acknowledge('f1', starting);
  await bed.master.untilState('running', 'TASK_RUNNING');
  expect(bed.master.all('register')).toHaveLength(1);
  expect(existsSync(sandboxOf(agent, running))).toBe(true);
  bed.master.send({ kind: 'kill_task', frameworkId: 'f1', taskId: 'running', graceMs: 0 });
  const killed = await bed.master.untilState('running', 'TASK_KILLED');
  expect(Math.abs(killed.timestampMs - Date.now() - jumpMs)).toBeLessThan(YEAR_MS / 2);
});
