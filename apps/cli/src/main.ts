import { resolve } from 'node:path';
import { SettingsError } from '@holdfast/platform/config';
import { cliSettings } from './config';
import { EXIT } from './exit-code';
import { createTerminal } from './output';
import { runCommandLine } from './program';

/** The bundle lies in dist/apps/cli. */
const DIST_DIR = resolve(__dirname, '../..');

/** Signals this close to each other are one request. */
const SAME_REQUEST_MS = 1000;

async function main(): Promise<number> {
  const settings = cliSettings.read(process.env);
  const stopping = new AbortController();
  let askedMs = 0;
  const stop = () => {
    // Somebody has lost patience; what still runs is ended by the cluster's guard. Under npm one Ctrl-C arrives twice.
    if (stopping.signal.aborted && Date.now() - askedMs > SAME_REQUEST_MS) process.exit(EXIT.interrupted);
    if (stopping.signal.aborted) return;
    askedMs = Date.now();
    stopping.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return runCommandLine(process.argv.slice(2), {
    settings,
    terminal: createTerminal(process, { noColor: settings.noColor !== undefined }),
    input: process.stdin,
    env: process.env,
    distDir: DIST_DIR,
    currentDir: process.cwd(),
    startedWith: [process.execPath, __filename],
    signal: stopping.signal,
  });
}

// Whoever has read enough, as `head` has, closes the pipe; the shell is told what it is told of a command that SIGPIPE has ended.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.pipeClosed);
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof SettingsError) {
      console.error(error.message);
      process.exitCode = EXIT.usage;
      return;
    }
    console.error(error);
    process.exit(EXIT.refused);
  },
);
