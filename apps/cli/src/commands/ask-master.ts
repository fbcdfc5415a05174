import { InvalidArgumentError, type Command } from 'commander';
import type { Refusal, Result } from '@holdfast/core/base';
import { RpcFault } from '@holdfast/platform/rpc';
import { connectOperator, type Operator } from '@holdfast/scheduler-sdk';
import type { CliContext } from '../context';
import { CommandFailed, EXIT } from '../exit-code';
import { readOwnCredentials, type CredentialOptions } from './own-credentials';

export interface AskOptions extends CredentialOptions {
  readonly master: string;
  readonly json?: true;
}

/** Adds the options of every command that asks a master. */
export const asksMaster = (command: Command, { settings }: CliContext): Command =>
  command
    .option('--master <host:port>', 'the master to ask (environment: HOLDFAST_MASTER)', parseAddress, settings.master)
    .option('--principal <name>', 'who asks, where the master wants to know (environment: HOLDFAST_PRINCIPAL)', settings.principal)
    .option('--secret-file <file>', 'where the secret of the principal is (environment: HOLDFAST_SECRET_FILE)', settings.secretFile)
    .option('--json', 'print JSON in place of a table');

/** Asks one question. A refusal ends the command with 1, an unreachable master with 3, each with a sentence that says what to do. */
export async function ask<T>(
  { terminal }: CliContext,
  options: AskOptions,
  question: (operator: Operator) => Promise<Result<T>>,
): Promise<T> {
  const { master: address } = options;
  const credentials = await readOwnCredentials(options, terminal);
  const operator = connectOperator({ address, ...(credentials && { credentials }) });
  try {
    const answer = await question(operator);
    if (!answer.ok) throw new CommandFailed(EXIT.refused, refusalText(answer.refusal, credentials?.principal));
    return answer.value;
  } catch (error) {
    if (!(error instanceof RpcFault)) throw error;
    throw new CommandFailed(
      EXIT.unreachable,
      `No answer from the master at ${address} (${error.code}). Is it running? "holdfast dev" starts a cluster; --master host:port or HOLDFAST_MASTER says where another is.`,
    );
  } finally {
    operator.close();
  }
}

function refusalText({ code, message }: Refusal, principal: string | undefined): string {
  if (code !== 'unauthenticated') return `${message} (${code})`;
  return principal === undefined
    ? 'This master wants to know who asks. Add --principal NAME --secret-file FILE (environment: HOLDFAST_PRINCIPAL, HOLDFAST_SECRET_FILE). (unauthenticated)'
    : `This master does not know the principal '${principal}', or the secret is not its own. Compare with the file in HOLDFAST_MASTER_CREDENTIALS, as it was when the master started. (unauthenticated)`;
}

/** JSON for a program, or text for a person. */
export function print(context: CliContext, options: AskOptions, plain: unknown, text: () => string): void {
  context.terminal.say(options.json ? JSON.stringify(plain, undefined, 2) : text());
}

export function parseAddress(value: string): string {
  const port = Number(/^[^:\s]+:(\d{1,5})$|^\[[0-9a-fA-F:.]+\]:(\d{1,5})$/.exec(value)?.slice(1).find(Boolean));
  if (!(port > 0 && port < 65_536)) throw new InvalidArgumentError('It must be host:port, such as 127.0.0.1:7050.');
  return value;
}

export function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return count;
}
