import { Readable } from 'node:stream';
import { cliSettings } from './config';
import type { CliContext } from './context';
import { createTerminal } from './output';
import { runCommandLine } from './program';

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: CliContext['input'];
  readonly signal?: AbortSignal;
  /** Hears each line as it is written, to whichever stream. */
  readonly onLine?: (line: string) => void;
}

export interface RunOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line, as the shell would see it; nobody looks at the output. */
export async function runHoldfast(
  args: readonly string[],
  { env = {}, input = Readable.from([]), signal = new AbortController().signal, onLine }: RunOptions = {},
): Promise<RunOutcome> {
  const out: string[] = [];
  const err: string[] = [];
  const into = (texts: string[]) => ({
    write: (written: string | Uint8Array) => {
      const text = typeof written === 'string' ? written : Buffer.from(written).toString();
      texts.push(text);
      onLine?.(text);
    },
  });
  const terminal = createTerminal({ stdout: into(out), stderr: into(err) }, { noColor: false });
  const settings = cliSettings.read(env);
  const code = await runCommandLine(args, {
    settings,
    terminal,
    input,
    env,
    distDir: '/nowhere',
    currentDir: '/',
    startedWith: ['holdfast'],
    signal,
  });
  return { code, out: out.join(''), err: err.join('') };
}
