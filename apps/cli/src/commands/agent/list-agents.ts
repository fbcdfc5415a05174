import type { Command } from 'commander';
import type { Resources } from '@holdfast/core/resources';
import type { CliContext } from '../../context';
import { plainAgent, table } from '../../output';
import { ask, asksMaster, print, type AskOptions } from '../ask-master';

export function addListCommand(agent: Command, context: CliContext): void {
  asksMaster(agent.command('list').description('list agents: what they have, and how much of it tasks use'), context).action(
    async (options: AskOptions) => {
      const { agents } = await ask(context, options, (operator) => operator.agents());
      print(context, options, agents.map(plainAgent), () =>
        table(
          context.terminal,
          agents,
          [
            ['agent', ({ info }) => info.id ?? '-'],
            ['address', ({ info }) => `${info.hostname}:${info.httpPort}`],
            ['active', ({ active }) => active],
            ['cpus used', (row) => usage(row.allocated, row.total, 'cpus')],
            ['mem MB used', (row) => usage(row.allocated, row.total, 'mem')],
            ['disk MB used', (row) => usage(row.allocated, row.total, 'disk')],
            ['volumes', ({ total }) => total.persistentVolumes().toList().length],
          ],
          'No agent is registered.',
        ),
      );
    },
  );
}

const usage = (used: Resources, total: Resources, name: string): string =>
  `${used.scalarMilli(name) / 1000} of ${total.scalarMilli(name) / 1000}`;
