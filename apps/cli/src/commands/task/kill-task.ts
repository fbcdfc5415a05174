import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { isTerminal } from '@holdfast/core/tasks';
import type { Operator } from '@holdfast/scheduler-sdk';
import type { CliContext } from '../../context';
import { parseDurationMs } from '../../duration';
import { CommandFailed, EXIT } from '../../exit-code';
import { whileWaiting } from '../../output';
import { asksMaster, print, withOperator, type AskOptions, type Asking, type Expect } from '../ask-master';
import { FRAMEWORK_OPTION, requireTask, TASK_ARGUMENT } from './find-task';

interface KillOptions extends AskOptions {
  readonly framework?: string;
  readonly grace?: number;
  readonly wait?: true;
}

const ASKING: Asking = {
  ifInDoubt: 'look with "holdfast task list" before you repeat it; to kill a task twice does no harm.',
  hints: { task_over: 'There is nothing left to kill.', task_unknown: '"holdfast task list" shows those there are.' },
};

export function addKillCommand(task: Command, context: CliContext): void {
  asksMaster(task.command('kill').description('end a task; its framework is told as of any other end'), context)
    .argument(...TASK_ARGUMENT)
    .option(...FRAMEWORK_OPTION)
    .option('--grace <time>', 'from SIGTERM to SIGKILL, such as 10s; without it, as the task says', parseDurationMs)
    .option('--wait', 'until it is over')
    .action((taskId: string, options: KillOptions) => killTask(context, taskId, options));
}

async function killTask(context: CliContext, taskId: string, options: KillOptions): Promise<void> {
  const { framework, grace: graceMs } = options;
  const killed = await withOperator(
    context,
    options,
    async (operator, expect) => {
      const { frameworkId } = await requireTask(operator, expect, taskId, framework);
      await expect(operator.killTask({ frameworkId, taskId, ...(graceMs !== undefined && { graceMs }) }));
      const state = options.wait ? await untilOver(context, operator, expect, frameworkId, taskId) : undefined;
      return { taskId, frameworkId, state };
    },
    ASKING,
  );
  print(context, options, killed, () =>
    killed.state === undefined ? `Task ${taskId} of ${killed.frameworkId} is being killed.` : `Task ${taskId} is over: ${killed.state}.`,
  );
}

const LOOK_AGAIN_MS = 500;

/** Its last state; `forgotten` where the master has handed that to the framework already, and keeps it no longer. */
function untilOver(
  { terminal, signal }: CliContext,
  operator: Operator,
  expect: Expect,
  frameworkId: string,
  taskId: string,
): Promise<string> {
  const over = async (): Promise<string> => {
    for (;;) {
      const { tasks } = await expect(operator.tasks({ frameworkId }));
      const task = tasks.find(({ info }) => info.taskId === taskId);
      if (!task) return 'its framework has been told';
      if (isTerminal(task.status.state)) return task.status.state;
      await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {
        throw new CommandFailed(EXIT.interrupted, `Stopped waiting; task ${taskId} is being killed without this command.`);
      });
    }
  };
  return whileWaiting(terminal, () => `waiting for the end of ${taskId} …`, over());
}
