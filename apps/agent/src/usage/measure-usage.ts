import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Timers } from '@holdfast/core/base';

/** What one look at the disks came to. */
export interface Measurement {
  /** Bytes on the disk, by path; what is missing, or was not reached in time, is not in it. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Why some may be missing. */
  readonly problem: string | undefined;
  /** The path at which it was given up; those after it have not been looked at. */
  readonly stuckAt?: string | undefined;
}

export interface Measuring {
  readonly result: Promise<Measurement>;
  /** Resolves when no process of it is left: later than `result` if a disk that does not answer keeps one from being killed. */
  readonly over: Promise<unknown>;
  cancel(): void;
}

export interface MeasuringDeps {
  readonly timers: Timers;
  readonly timeoutMs: number;
  /** Another `du`, for tests. */
  readonly program?: string;
}

/**
 * NUL between the paths on its input and the lines of its output, since a path may have anything in it; each path on its own file system
 * only (-x) and without following links; what files take on the disk, in bytes, each file counted once (a sparse or linked one takes no more).
 */
const OPTIONS = ['--files0-from=-', '--null', '--summarize', '--one-file-system', '--block-size=1', '--no-dereference'];
/** Whatever else the machine does comes first. */
const NICENESS = ['-n', '19'];
const COMPLAINTS_AT_MOST = 2_000;

/** Measures directories with one du(1) for all of them. */
export function measureUsage(paths: readonly string[], { timers, timeoutMs, program = 'du' }: MeasuringDeps): Measuring {
  const child = spawn('nice', [...NICENESS, program, ...OPTIONS], { stdio: ['pipe', 'pipe', 'pipe'] });
  const bytes = new Map<string, number>();
  collectFigures(child.stdout, bytes);
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(0, COMPLAINTS_AT_MOST)));
  // It may end before it has read everything, which its exit tells.
  child.stdin.on('error', () => undefined);
  child.stdin.end(paths.map((path) => `${path}\0`).join(''));

  const over = new Promise<string | undefined>((resolve) => {
    child.once('error', (fault) => resolve(fault.message));
    child.once('close', (code, signal) => {
      const problem = complaints.trim() || `du ended ${signal === null ? `with status ${code}` : `by ${signal}`}`;
      resolve(code === 0 ? undefined : problem);
    });
  });
  const result = new Promise<Measurement>((resolve) => {
    const cancelTimer = timers.after(timeoutMs, () => {
      child.kill('SIGKILL');
      const stuckAt = paths.find((path) => !bytes.has(path));
      resolve({ bytes, stuckAt, problem: `not done after ${timeoutMs} ms, at ${stuckAt ?? 'the end'}` });
    });
    void over.then((problem) => {
      cancelTimer();
      resolve({ bytes, problem });
    });
  });
  return { result, over, cancel: () => child.kill('SIGKILL') };
}

/** `bytes TAB path NUL`, in the order of the paths. */
function collectFigures(output: Readable, bytes: Map<string, number>): void {
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\0');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const tab = line.indexOf('\t');
      bytes.set(line.slice(tab + 1), Number(line.slice(0, tab)));
    }
  });
}
