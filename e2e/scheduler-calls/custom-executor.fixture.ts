/**
 * An executor as a framework may bring it (wire document, section 7.2): runs with Node.js, speaks JSON. A task with a volume appends its id to
 * `data/log` there. Messages come back with `heard ` in front. It subscribes again when its stream ends, as after a restart of the agent.
 */
const SOURCE = `
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';

const { MESOS_AGENT_ENDPOINT, MESOS_FRAMEWORK_ID, MESOS_EXECUTOR_ID } = process.env;
const ids = { framework_id: { value: MESOS_FRAMEWORK_ID }, executor_id: { value: MESOS_EXECUTOR_ID } };
const headers = { 'content-type': 'application/json', accept: 'application/json' };
const post = (call) =>
  fetch('http://' + MESOS_AGENT_ENDPOINT + '/api/v1/executor', { method: 'POST', headers, body: JSON.stringify({ ...ids, ...call }) });

const tasks = new Map();
const unacknowledged = new Map();

async function send(status) {
  try {
    await post({ type: 'UPDATE', update: { status } });
  } catch {
    // The agent is away: it is told with the next subscription.
  }
}

async function say(task_id, state, more = {}) {
  const uuid = randomBytes(16).toString('base64');
  const status = { task_id, state, source: 'SOURCE_EXECUTOR', uuid, timestamp: Date.now() / 1000, ...more };
  unacknowledged.set(uuid, status);
  await send(status);
}

async function launch(task) {
  tasks.set(task.task_id.value, task);
  if (existsSync('data')) appendFileSync('data/log', task.task_id.value + '\\n');
  await say(task.task_id, 'TASK_RUNNING', { healthy: true, data: task.data, labels: { labels: [{ key: 'ran', value: 'here' }] } });
}

async function handle(event) {
  if (event.type === 'LAUNCH') await launch(event.launch.task);
  if (event.type === 'LAUNCH_GROUP') for (const task of event.launch_group.task_group.tasks) await launch(task);
  if (event.type === 'ACKNOWLEDGED') unacknowledged.delete(event.acknowledged.uuid);
  if (event.type === 'KILL') await say(event.kill.task_id, 'TASK_KILLED', { message: 'as it was told' });
  if (event.type === 'SHUTDOWN') process.exit(0);
  if (event.type === 'MESSAGE') {
    const text = 'heard ' + Buffer.from(event.message.data, 'base64');
    await post({ type: 'MESSAGE', message: { data: Buffer.from(text).toString('base64') } });
  }
}

async function follow() {
  const subscribe = { unacknowledged_tasks: [], unacknowledged_updates: [...unacknowledged.values()].map((status) => ({ status })) };
  const response = await post({ type: 'SUBSCRIBE', subscribe });
  if (response.status !== 200) throw new Error(response.status + ' ' + (await response.text()));
  let rest = Buffer.alloc(0);
  for await (const chunk of response.body) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const line = rest.indexOf(10);
      if (line < 0) break;
      const end = line + 1 + Number(rest.subarray(0, line));
      if (rest.length < end) break;
      const event = JSON.parse(rest.subarray(line + 1, end));
      rest = rest.subarray(end);
      await handle(event);
    }
  }
}

for (;;) {
  try {
    await follow();
  } catch (cause) {
    console.error(String(cause));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
`;

/** What starts it. */
export const executorCommand = {
  command: `exec '${process.execPath}' --input-type=module --eval "$EXECUTOR_SOURCE"`,
  environment: { EXECUTOR_SOURCE: SOURCE },
} as const;
