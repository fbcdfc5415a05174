import { InvalidArgumentError, type Command } from 'commander';
import { hashSecret, principalProblem, secretProblem } from '@holdfast/platform/credentials';
import type { CliContext } from '../context';
import { CommandFailed, EXIT } from '../exit-code';
import { readSecret } from './read-secret';

interface HashOptions {
  readonly principal?: string;
  readonly json?: true;
}

/** `holdfast credentials …`: what a master needs to know who calls. */
export function addCredentialsCommands(program: Command, context: CliContext): void {
  const credentials = program.command('credentials').description('prepare the file that tells a master who may call');

  credentials
    .command('hash')
    .description('make an entry of the credentials file from a secret, which is read from standard input, or asked for')
    .option('--principal <name>', 'whose secret it is; otherwise the entry lacks its principal', parsePrincipal)
    .option('--json', 'print the entry alone')
    .addHelpText(
      'after',
      '\nA new secret, and its entry:\n' +
        '  openssl rand -base64 32 > indexer.secret\n' +
        '  holdfast credentials hash --principal indexer < indexer.secret',
    )
    .action(async (options: HashOptions) => {
      const { terminal } = context;
      const secret = await readSecret(context);
      const problem = secretProblem(secret);
      if (problem !== undefined) throw new CommandFailed(EXIT.usage, `${problem} Nothing was hashed.`);
      const entry = { ...(options.principal !== undefined && { principal: options.principal }), secret_hash: await hashSecret(secret) };
      terminal.say(JSON.stringify(entry));
      if (!options.json)
        terminal.complain(
          'Put this entry into {"credentials":[…]}, and the file\'s path into HOLDFAST_MASTER_CREDENTIALS or dev --credentials.',
        );
    });
}

function parsePrincipal(value: string): string {
  const problem = principalProblem(value);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return value;
}
