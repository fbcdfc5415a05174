import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { isTerminal } from '@holdfast/core/tasks';
import type { Operator } from '@holdfast/scheduler-sdk';
import { AgentClient, AgentUnreachable, LogReader } from '../../agent-door';
import type { CliContext } from '../../context';
import { CommandFailed, EXIT } from '../../exit-code';
import { parseCount, reachesMaster, withOperator, type AskOptions, type Expect } from '../ask-master';
import { readOwnCredentials } from '../own-credentials';
import { findTask, FRAMEWORK_OPTION, noSuchTask, TASK_ARGUMENT, type KnownAgent } from './find-task';

interface LogsOptions extends AskOptions {
  readonly framework?: string;
  readonly agent?: string;
  readonly stderr?: true;
  readonly follow?: true;
  readonly tail?: number;
}

/** Where the output of a task is. */
interface Place {
  readonly client: AgentClient;
  readonly frameworkId: string;
  readonly directory: string;
  readonly isOver: boolean;
}

export function addLogsCommand(task: Command, context: CliContext): void {
  reachesMaster(task.command('logs').description('print what a task has written to its standard output'), context)
    .argument(...TASK_ARGUMENT)
    .option(...FRAMEWORK_OPTION)
    .option('--agent <id>', 'the agent that it ran on, where the master has forgotten the task')
    .option('--stderr', 'its standard error instead')
    .option('-f, --follow', 'go on with what it writes until it is over, or Ctrl-C')
    .option('--tail <lines>', 'only the last lines, and what follows', parseCount)
    .addHelpText('after', '\nA task that is over can be read as long as its agent keeps the sandbox (HOLDFAST_AGENT_SANDBOX_KEEP_MS).')
    .action((taskId: string, options: LogsOptions) => printLogs(context, taskId, options));
}

async function printLogs(context: CliContext, taskId: string, options: LogsOptions): Promise<void> {
  const { terminal, signal } = context;
  const file = options.stderr ? 'stderr' : 'stdout';
  const credentials = await readOwnCredentials(options, terminal);
  await withOperator(context, options, async (operator, expect) => {
    const place = await findPlace(operator, expect, taskId, options, (agent) => new AgentClient(agent.info, credentials, signal));
    const reader = new LogReader(
      { read: (name, offset, length) => place.client.readFile(`${place.directory}/${name}`, offset, length) },
      { file, lines: options.tail },
      {
        onBytes: (bytes) => terminal.write(bytes),
        onGap: () =>
          terminal.complain(`${file} was set aside faster than it could be read: some of it is missing here (${file}.1 on its agent).`),
      },
    );
    const found = await reader.catchUp();
    if (options.follow && !place.isOver) return follow(context, reader, () => isOver(operator, place.frameworkId, taskId));
    if (found === undefined) {
      throw new CommandFailed(EXIT.refused, `Task ${taskId} has no ${file} yet${options.follow ? '' : '; -f waits for it'}.`);
    }
  });
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2000;

/** Asks the less often, the longer nothing comes. Agents that are away, as while they are restarted, are asked again. */
async function follow({ terminal, signal }: CliContext, reader: LogReader, isTaskOver: () => Promise<boolean>): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  let isAway = false;
  while (!signal.aborted) {
    try {
      // Asked before the last look: what it wrote before its end is there then.
      const isLast = await isTaskOver();
      const isNew = await reader.catchUp();
      if (isAway) terminal.complain('The agent answers again.');
      isAway = false;
      if (isLast) return;
      waitMs = isNew ? FIRST_WAIT_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof AgentUnreachable)) throw error;
      if (!isAway) terminal.complain(`${error.message} It is asked again until it answers.`);
      isAway = true;
      waitMs = LONGEST_WAIT_MS;
    }
    await pause(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

/** A master that is away does not say so: the output goes on all the same. */
async function isOver(operator: Operator, frameworkId: string, taskId: string): Promise<boolean> {
  const answer = await operator.tasks({ frameworkId }).catch(() => undefined);
  if (!answer?.ok) return false;
  const task = answer.value.tasks.find(({ info }) => info.taskId === taskId);
  return task === undefined || isTerminal(task.status.state);
}

type ClientOf = (agent: KnownAgent) => AgentClient;

async function findPlace(operator: Operator, expect: Expect, taskId: string, options: LogsOptions, clientOf: ClientOf): Promise<Place> {
  const task = await findTask(operator, expect, taskId, options.framework);
  const { agents } = await expect(operator.agents());
  if (!task) return findKept(operator, expect, taskId, options, agents, clientOf);
  const agent = agents.find(({ info }) => info.id === task.info.agentId);
  if (!agent) {
    throw new CommandFailed(
      EXIT.refused,
      `Task ${taskId} is on agent ${task.info.agentId}, which is not registered with the master now: its files can be read when it is back.`,
    );
  }
  const { frameworkId, info, status } = task;
  const directory = directoryOf(frameworkId, info.executor?.executorId ?? taskId, taskId);
  return { client: clientOf(agent), frameworkId, directory, isOver: isTerminal(status.state) };
}

const AT_ONCE = 16;

/** A task that is over and forgotten: agents keep sandboxes longer than the master keeps tasks. */
async function findKept(
  operator: Operator,
  expect: Expect,
  taskId: string,
  { framework, agent: agentId }: LogsOptions,
  agents: readonly KnownAgent[],
  clientOf: ClientOf,
): Promise<Place> {
  const frameworkIds =
    framework === undefined ? (await expect(operator.frameworks())).frameworks.flatMap(({ info }) => info.id ?? []) : [framework];
  const asked = agents.filter(({ info, active }) => (agentId === undefined ? active : info.id === agentId));
  const places = asked.flatMap((agent) =>
    frameworkIds.map((id): Place => ({
      client: clientOf(agent),
      frameworkId: id,
      directory: directoryOf(id, taskId, taskId),
      isOver: true,
    })),
  );
  for (let at = 0; at < places.length; at += AT_ONCE) {
    const some = places.slice(at, at + AT_ONCE);
    // An agent that cannot be asked has it not, for now; the others are not kept from answering.
    const has = await Promise.all(some.map(({ client, directory }) => client.listFiles(directory).catch(ignoringUnreachable)));
    const found = some.find((_, index) => has[index] !== undefined);
    if (found) return found;
  }
  const advice = framework === undefined ? ' If its framework is gone, say which one it was with --framework.' : '';
  throw new CommandFailed(EXIT.refused, `${noSuchTask(taskId, framework, [])} Nor does an agent keep a sandbox of it.${advice}`);
}

function ignoringUnreachable(error: unknown): undefined {
  if (!(error instanceof AgentUnreachable)) throw error;
}

const directoryOf = (frameworkId: string, executorId: string, taskId: string): string =>
  `/frameworks/${frameworkId}/executors/${executorId}/tasks/${taskId}`;
