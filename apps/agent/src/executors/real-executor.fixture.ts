/** A custom executor as one would write it without a library: subscribes, and again whenever the stream ends; `finish` as a message ends its tasks. */
export const EXECUTOR_PROGRAM = `
const http = require('node:http'), crypto = require('node:crypto'), fs = require('node:fs');
const env = process.env;
const ids = { framework_id: { value: env.MESOS_FRAMEWORK_ID }, executor_id: { value: env.MESOS_EXECUTOR_ID } };
const tasks = new Map(), updates = new Map();
const post = (body, read) => {
  const out = http.request('http://' + env.MESOS_AGENT_ENDPOINT + '/api/v1/executor',
    { method: 'POST', headers: { 'content-type': 'application/json' }, agent: false }, read);
  out.on('error', () => read && setTimeout(subscribe, 50));
  out.end(JSON.stringify({ ...ids, ...body }));
};
const update = (id, state) => {
  const status = { task_id: { value: id }, state, source: 'SOURCE_EXECUTOR', uuid: crypto.randomBytes(16).toString('base64') };
  updates.set(status.uuid, { status });
  post({ type: 'UPDATE', update: { status } }, undefined);
};
const handle = (event) => {
  if (event.type === 'LAUNCH') {
    const task = event.launch.task;
    fs.appendFileSync('launched', task.task_id.value + '\\n');
    tasks.set(task.task_id.value, task);
    update(task.task_id.value, 'TASK_RUNNING');
  } else if (event.type === 'ACKNOWLEDGED') {
    updates.delete(event.acknowledged.uuid);
    tasks.delete(event.acknowledged.task_id.value);
  } else if (event.type === 'MESSAGE') {
    const id = Buffer.from(event.message.data, 'base64').toString();
    post({ type: 'MESSAGE', message: { data: event.message.data } }, undefined);
    update(id, 'TASK_FINISHED');
  } else if (event.type === 'KILL') update(event.kill.task_id.value, 'TASK_KILLED');
  else if (event.type === 'SHUTDOWN') process.exit(0);
};
function subscribe() {
  const known = { unacknowledged_tasks: [...tasks.values()], unacknowledged_updates: [...updates.values()] };
  post({ type: 'SUBSCRIBE', subscribe: known }, (response) => {
    let rest = '';
    response.setEncoding('latin1');
    response.on('data', (text) => {
      if (response.statusCode !== 200) return;
      rest += text;
      for (let at = rest.indexOf('\\n'); at >= 0; at = rest.indexOf('\\n')) {
        const end = at + 1 + Number(rest.slice(0, at));
        if (rest.length < end) return;
        handle(JSON.parse(rest.slice(at + 1, end)));
        rest = rest.slice(end);
      }
    });
    response.on('error', () => undefined);
    response.on('close', () => setTimeout(subscribe, 50));
  });
}
subscribe();
`;
