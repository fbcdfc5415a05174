import type { Command } from 'commander';
import type { CliContext } from '../context';
import { plainFramework, table } from '../output';
import { ask, asksMaster, print, type AskOptions } from './ask-master';

/** `holdfast framework …`: who schedules tasks. */
export function addFrameworkCommands(program: Command, context: CliContext): void {
  const framework = program.command('framework').description('ask about the frameworks, those who are offered resources');

  asksMaster(framework.command('list').description('list frameworks and how many offers they hold'), context).action(
    async (options: AskOptions) => {
      const { frameworks } = await ask(context, options, (operator) => operator.frameworks());
      print(context, options, frameworks.map(plainFramework), () =>
        table(
          context.terminal,
          frameworks.map(plainFramework),
          [
            ['framework', ({ id }) => id ?? '-'],
            ['name', ({ name }) => name],
            ['roles', ({ roles }) => roles.join(', ')],
            ['connected', ({ connected }) => connected],
            ['offers', ({ offers }) => offers.length],
            ['takes shared volumes', ({ capabilities }) => capabilities.includes('SHARED_RESOURCES')],
          ],
          'No framework is known.',
        ),
      );
    },
  );
}
