import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CliContext } from '../context';
import { CommandFailed, EXIT } from '../exit-code';
import { orAborted } from '../until-aborted';
import { oneLine } from './own-credentials';

/** The secret that comes over a pipe, or that a person types twice without seeing it. */
export async function readSecret(context: CliContext): Promise<string> {
  return context.input.isTTY ? readTyped(context) : oneLine(await text(context.input));
}

/** In raw mode, in which a terminal echoes nothing; so nothing else may, either. */
async function readTyped({ input, terminal, signal }: CliContext): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const typing = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const interrupted = new AbortController();
  // Raw mode makes Ctrl-C a key like any other.
  typing.once('SIGINT', () => interrupted.abort());
  const ending = AbortSignal.any([signal, interrupted.signal]);
  // One reader for both lines: they may come at once, pasted.
  const lines = typing[Symbol.asyncIterator]();
  const ask = async (question: string) => {
    terminal.complain(question);
    const line = await orAborted(lines.next(), ending);
    return line.done ? '' : line.value;
  };
  try {
    const secret = await ask('Secret (it is not shown):');
    if ((await ask('The same again:')) === secret) return secret;
    throw new CommandFailed(EXIT.usage, 'The two differ. Nothing was hashed.');
  } catch (error) {
    if (ending.aborted) throw new CommandFailed(EXIT.interrupted, 'Stopped. Nothing was hashed.');
    throw error;
  } finally {
    typing.close();
  }
}
