import { Option, type Command } from 'commander';
import type { LedgerVolume, VolumeState } from '@holdfast/core/volumes';
import type { VolumesQuery } from '@holdfast/contracts';
import type { CliContext } from '../../context';
import { CommandFailed, EXIT } from '../../exit-code';
import { plainVolume, sizeMb, table } from '../../output';
import { ask, asksMaster, print, type AskOptions } from '../ask-master';
import { ALL_STATES } from './volume-name';

interface ListOptions extends AskOptions {
  readonly agent?: string;
  readonly role?: string;
  readonly state?: readonly VolumeState[];
  readonly framework?: string;
  readonly task?: string;
}

export function addListCommand(volume: Command, context: CliContext): void {
  asksMaster(volume.command('list').description('list persistent volumes'), context)
    .option('--agent <id>', 'only those on this agent')
    .option('--role <role>', 'only those reserved to this role')
    .addOption(new Option('--state <state...>', 'only those in one of these states; without it, all that are not gone').choices(ALL_STATES))
    .option('--framework <id>', 'only those that tasks of this framework hold')
    .option('--task <id>', 'with --framework: only those that this task holds')
    .action(async (options: ListOptions) => {
      const { volumes } = await ask(context, options, (operator) => operator.volumes(queryOf(options)));
      print(context, options, volumes.map(plainVolume), () => volumeTable(context, volumes));
    });
}

function queryOf({ agent, role, state, framework, task }: ListOptions): VolumesQuery {
  if (task !== undefined && framework === undefined)
    throw new CommandFailed(EXIT.usage, 'Whose task is it? Task ids are unique within a framework only: add --framework ID.');
  return {
    ...(agent !== undefined && { agentId: agent }),
    ...(role !== undefined && { role }),
    ...(state !== undefined && { states: state }),
    ...(framework !== undefined && { holderFrameworkId: framework }),
    ...(task !== undefined && { holderTaskId: task }),
  };
}

const volumeTable = ({ terminal }: CliContext, volumes: readonly LedgerVolume[]): string =>
  table(
    terminal,
    volumes,
    [
      ['volume', (volume) => volume.volume],
      ['agent', (volume) => volume.agentId],
      ['size MB', sizeMb],
      ['shared', (volume) => volume.resource.shared],
      ['state', (volume) => volume.state],
      ['holders', (volume) => volume.holders.length],
    ],
    'There are no persistent volumes.',
  );
