import type { Command } from 'commander';
import type { CliContext } from '../../context';
import { plainTask, table } from '../../output';
import { ask, asksMaster, print, type AskOptions } from '../ask-master';

interface ListOptions extends AskOptions {
  readonly framework?: string;
}

export function addListCommand(task: Command, context: CliContext): void {
  asksMaster(task.command('list').description('list tasks and their states'), context)
    .option('--framework <id>', 'only those of this framework')
    .action(async (options: ListOptions) => {
      const query = options.framework === undefined ? {} : { frameworkId: options.framework };
      const { tasks } = await ask(context, options, (operator) => operator.tasks(query));
      print(context, options, tasks.map(plainTask), () =>
        table(
          context.terminal,
          tasks.map(plainTask),
          [
            ['task', ({ id }) => id],
            ['framework', ({ frameworkId }) => frameworkId],
            ['agent', ({ agentId }) => agentId],
            ['state', ({ state }) => state],
            ['since', ({ at }) => at],
            ['message', ({ message }) => message ?? '-'],
          ],
          'There are no tasks.',
        ),
      );
    });
}
