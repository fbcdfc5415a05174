import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { bundleScript, NODE_PATH } from './bundle-script';

export interface ScriptOptions {
  readonly args?: readonly string[];
  /** Added to PATH, HOME and the like; nothing else of this process' environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** TypeScript files for `node -r`. */
  readonly preload?: readonly string[];
}

export interface ScriptExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

/** A TypeScript file of the tree, running as a process of its own. */
export interface RunningScript {
  readonly child: ChildProcess;
  /** The JSON log lines so far. */
  readonly lines: readonly LogLine[];
  /** The first line that fits, past or future; rejects when the process ends without it. */
  waitForLine(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** The process is gone and its output read. */
  readonly exit: Promise<ScriptExit>;
  /** SIGKILL, if it still runs. */
  kill(): Promise<void>;
}

/** Bundles and starts it; the caller kills it, or waits for its end. */
export function runScript(source: string, { args = [], env = {}, preload = [] }: ScriptOptions = {}): RunningScript {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [...preload.flatMap((file) => ['-r', bundleScript(file)]), bundleScript(source), ...args], {
    env: { PATH, HOME, TMPDIR, NODE_PATH, NODE_OPTIONS: '--enable-source-maps', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);

  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (!text.startsWith('{')) return;
    lines.push(JSON.parse(text) as LogLine);
    for (const look of [...waiting]) look();
  });
  const exit = new Promise<ScriptExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('exit', endWithUs);
      resolve({ code, signal, ...output });
    });
  });

  return {
    child,
    lines,
    exit,
    waitForLine: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void exit.then(({ code, signal }) => {
          if (waiting.has(look)) reject(new Error(`ended with ${code ?? signal} without that line\n${output.stdout}\n${output.stderr}`));
        }, reject);
      }),
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
