import type { Command } from 'commander';
import type { CliContext } from '../../context';
import { addDestroyCommands } from './destroy-volume';
import { addListCommand } from './list-volumes';
import { addReleaseCommand } from './release-holder';
import { addShowCommands } from './show-volume';
import { addHistoryCommand } from './volume-history';
import { addWatchCommand } from './watch-volumes';

/** `holdfast volume …`: what the ledger knows, and what an operator may change of it. */
export function addVolumeCommands(program: Command, context: CliContext): void {
  const volume = program.command('volume').description('ask which volumes exist and who holds them; destroy them');
  addListCommand(volume, context);
  addShowCommands(volume, context);
  addHistoryCommand(volume, context);
  addWatchCommand(volume, context);
  addDestroyCommands(volume, context);
  addReleaseCommand(volume, context);
}
