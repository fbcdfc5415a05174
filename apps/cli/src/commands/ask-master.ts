import { InvalidArgumentError, type Command } from 'commander';
import type { Refusal, RefusalCode, Result } from '@holdfast/core/base';
import { RpcFault } from '@holdfast/platform/rpc';
import { connectOperator, type Operator } from '@holdfast/scheduler-sdk';
import type { CliContext } from '../context';
import { CommandFailed, EXIT } from '../exit-code';
import { orAborted } from '../until-aborted';
import { readOwnCredentials, type CredentialOptions } from './own-credentials';

export interface AskOptions extends CredentialOptions {
  readonly master: string;
  readonly json?: true;
}

/** What differs from one question to another. */
export interface Asking {
  /** How long each call may take; absent: 10 s. */
  readonly callTimeoutMs?: number;
  /** What a person can do about a refusal, after its own sentence. */
  readonly hints?: { readonly [C in RefusalCode]?: string };
  /** It changes something: where no answer comes, this says how to find out whether it was done. */
  readonly ifInDoubt?: string;
}

/** Adds the options of every command that asks a master for something that can be a table. */
export const asksMaster = (command: Command, context: CliContext): Command =>
  reachesMaster(command, context).option('--json', 'print JSON in place of a table');

/** Those of every command that asks a master. */
export const reachesMaster = (command: Command, { settings }: CliContext): Command =>
  command
    .option('--master <host:port>', 'the master to ask (environment: HOLDFAST_MASTER)', parseAddress, settings.master)
    .option('--principal <name>', 'who asks, where the master wants to know (environment: HOLDFAST_PRINCIPAL)', settings.principal)
    .option('--secret-file <file>', 'where the secret of the principal is (environment: HOLDFAST_SECRET_FILE)', settings.secretFile);

/** Asks one question. A refusal ends the command with 1, an unreachable master with 3, each with a sentence that says what to do. */
export async function ask<T>(
  context: CliContext,
  options: AskOptions,
  question: (operator: Operator) => Promise<Result<T>>,
  asking: Asking = {},
): Promise<T> {
  return withOperator(context, options, (operator, expect) => expect(question(operator)), asking);
}

/** Turns a refusal, and Ctrl-C before the answer, into the end of the command. */
export type Expect = <T>(answer: Result<T> | Promise<Result<T>>) => Promise<T>;

/** Asks several questions over one connection. */
export async function withOperator<T>(
  { terminal, signal }: CliContext,
  options: AskOptions,
  conversation: (operator: Operator, expect: Expect) => Promise<T>,
  { callTimeoutMs, hints = {}, ifInDoubt }: Asking = {},
): Promise<T> {
  const { master: address } = options;
  const credentials = await readOwnCredentials(options, terminal);
  const operator = connectOperator({
    address,
    ...(callTimeoutMs !== undefined && { callTimeoutMs }),
    ...(credentials && { credentials }),
  });
  const expect: Expect = async (answer) => {
    const result = await orAborted(Promise.resolve(answer), signal);
    if (result.ok) return result.value;
    const hint = hints[result.refusal.code];
    const text = refusalText(result.refusal, credentials?.principal);
    throw new CommandFailed(EXIT.refused, hint === undefined ? text : `${text}\n${hint}`);
  };
  try {
    return await conversation(operator, expect);
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    const doubt = ifInDoubt === undefined ? '' : ` It may have been carried out all the same: ${ifInDoubt}`;
    if (signal.aborted) throw new CommandFailed(EXIT.interrupted, `Stopped.${doubt}`);
    if (!(error instanceof RpcFault)) throw error;
    throw new CommandFailed(
      EXIT.unreachable,
      `No answer from the master at ${address} (${error.code}). Is it running? "holdfast dev" starts a cluster; --master host:port or HOLDFAST_MASTER says where another is.${doubt}`,
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
export function print(context: CliContext, options: { readonly json?: true }, plain: unknown, text: () => string): void {
  context.terminal.say(options.json ? JSON.stringify(plain, undefined, 2) : text());
}

export function parseAddress(value: string): string {
  const port = Number(/^[^:\s]+:(\d{1,5})$|^\[[0-9a-fA-F:.]+\]:(\d{1,5})$/.exec(value)?.slice(1).find(Boolean));
  if (!(port > 0 && port < 65_536)) throw new InvalidArgumentError('It must be host:port, such as 127.0.0.1:7050.');
  return value;
}

export function parseCount(value: string): number {
  const count = Number(value);
  if (value.trim() === '' || !Number.isSafeInteger(count) || count < 0)
    throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return count;
}

export function parseLimit(value: string): number {
  const limit = parseCount(value);
  if (limit === 0) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return limit;
}
