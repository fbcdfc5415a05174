import { Command, CommanderError } from 'commander';
import { OperatorFileFault } from '@holdfast/platform/credentials';
import { version } from '../package.json';
import { ClusterStartError, PortsInUseError, RedisMissingError, WorkDirInUseError } from './cluster';
import { addAgentCommands } from './commands/agent';
import { addCompletionCommands } from './commands/completion';
import { addCredentialsCommands } from './commands/credentials';
import { addDemoCommand } from './commands/demo';
import { addDevCommand } from './commands/dev';
import { addFrameworkCommands } from './commands/framework';
import { addRepairCommand } from './commands/repair';
import { addTaskCommands } from './commands/task';
import { addVerifyCommand } from './commands/verify';
import { addVolumeCommands } from './commands/volume';
import type { CliContext } from './context';
import { CommandFailed, EXIT } from './exit-code';

/** Carries out one command line; the answer is the exit code. `args`: what follows the command's own name. */
export async function runCommandLine(args: readonly string[], context: CliContext): Promise<number> {
  const { terminal } = context;
  const program = new Command('holdfast')
    .description('Holdfast: an offer-based cluster resource manager whose persistent volumes can be shared')
    .version(version)
    .configureOutput({ writeOut: (text) => terminal.say(text.trimEnd()), writeErr: (text) => terminal.complain(text.trimEnd()) })
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 refused or different, 2 wrong command line, 3 master unreachable, 4 not compared (verify, repair), 130 interrupted.',
    );
  addDevCommand(program, context);
  addDemoCommand(program, context);
  addVolumeCommands(program, context);
  addAgentCommands(program, context);
  addFrameworkCommands(program, context);
  addTaskCommands(program, context);
  addVerifyCommand(program, context);
  addRepairCommand(program, context);
  addCredentialsCommands(program, context);
  addCompletionCommands(program, context);

  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has said what is wrong, or has shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CommandFailed) {
      if (error.message !== '') terminal.complain(error.message);
      return error.exitCode;
    }
    if (isExpected(error)) {
      terminal.complain(error.message);
      return EXIT.refused;
    }
    throw error;
  }
}

const EXPECTED = [ClusterStartError, OperatorFileFault, PortsInUseError, RedisMissingError, WorkDirInUseError];
const isExpected = (error: unknown): error is Error => EXPECTED.some((kind) => error instanceof kind);
