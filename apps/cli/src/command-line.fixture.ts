import { Readable } from 'node:stream';
import { cliSettings } from './config';
import type { CliContext } from './context';
import { createTerminal } from './output';
import { runCommandLine } from './program';

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: CliContext['input'];
  readonly signal?: AbortSignal;
}

export interface RunOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line, as the shell would see it; nobody looks at the output. */
export async function runHoldfast(
  args: readonly string[],
  { env = {}, input = Readable.from([]), signal = new AbortController().signal }: RunOptions = {},
): Promise<RunOutcome> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = createTerminal(
    { stdout: { write: (text) => out.push(text) }, stderr: { write: (text) => err.push(text) } },
    { noColor: false },
  );
  const settings = cliSettings.read(env);
  const code = await runCommandLine(args, { settings, terminal, input, env: {}, distDir: '/nowhere', currentDir: '/', signal });
  return { code, out: out.join(''), err: err.join('') };
}
