import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Resource } from '@holdfast/core/resources';
import type { ExecutorInfo } from '@holdfast/core/tasks';
import { eventually, type TestAgent, useAgents } from '../agent.fixture';
import { EXECUTOR, runTask } from '../fake-master.fixture';
import { findProcesses } from '../processes';
import { ExecutorClient } from './executor-client.fixture';

/** Executor e1, whose process only waits, until a file `go` is in its sandbox: the test speaks for it. */
export const custom = (line = 'while [ ! -e go ]; do sleep 0.02; done; exit 7', more: Partial<ExecutorInfo> = {}): ExecutorInfo => ({
  ...EXECUTOR,
  type: 'CUSTOM',
  command: { shell: true, value: line, args: [], environment: [{ name: 'OWN', value: 'x' }] },
  ...more,
});

export const uuid = () => randomBytes(16);

const runsOf = (agent: TestAgent): string => join(agent.workDir, 'sandboxes/f1/e1');
const hasRun = (agent: TestAgent): boolean => existsSync(runsOf(agent)) && readdirSync(runsOf(agent)).length > 0;

/** Of the run of executor e1. */
export const sandboxOf = (agent: TestAgent): string => join(runsOf(agent), readdirSync(runsOf(agent))[0]!);
export const runOf = (agent: TestAgent): string => sandboxOf(agent).split('/').at(-1)!;
export const pidsOf = (runId: string) => findProcesses({ variable: `HOLDFAST_LAUNCH_ID=${runId}` });

/** Whether any process of it has the volume at `data`. */
export const hasMounted = (agent: TestAgent): boolean =>
  pidsOf(runOf(agent)).some((pid) => mountsOf(pid).includes(`${sandboxOf(agent)}/data`));

/** Whether a process is in a directory of this name. */
export function worksIn(pid: number, name: string): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/cwd`)) === name;
  } catch {
    return false;
  }
}

function mountsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  } catch {
    // Its loop has gone on to the next sleep.
    return '';
  }
}

/** For tests: agents with custom executors, of which the processes are real, and what they say is the test's. */
export function useExecutors() {
  const bed = useAgents();
  const clients: ExecutorClient[] = [];
  afterEach(() => clients.splice(0).forEach((client) => client.close()));

  const clientOf = (agent: TestAgent): ExecutorClient => {
    const client = new ExecutorClient(agent.service.endpoints['http']!);
    clients.push(client);
    return client;
  };

  function launch(id: string, { executor = custom(), volumes = [] }: { executor?: ExecutorInfo; volumes?: readonly Resource[] } = {}) {
    const { info, ...rest } = runTask({ id, volumes });
    const { command: _, ...task } = info;
    const message = { ...rest, info: { ...task, executor } };
    bed.master.send(message);
    return message;
  }

  /** As soon as its process is there, and the agent knows of it. */
  async function subscribed(agent: TestAgent, subscribe: object = {}) {
    const client = clientOf(agent);
    await eventually(() => hasRun(agent) && pidsOf(runOf(agent)).length > 0);
    await eventually(async () => (await client.call('MESSAGE', { message: { data: '' } })).status === 403);
    const stream = await client.subscribe(subscribe);
    expect(stream.status).toBe(200);
    expect(await stream.next()).toMatchObject({ type: 'SUBSCRIBED' });
    return { client, stream };
  }

  return { bed, clientOf, launch, subscribed };
}
