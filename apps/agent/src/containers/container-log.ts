import { readIfPresent } from '../files';
import type { ProcessMark } from '../processes';
import { SAYS, SETUP_FAILED } from './says';

/** What a container has said of itself so far. */
export interface ContainerLog {
  /** The process that was started; without it nothing of the container has ever run. */
  readonly mark?: ProcessMark;
  /** It was set up, and waited to be released. */
  readonly isReady?: boolean;
  readonly isRunning: boolean;
  /** Exit status of the command, 128 + n if signal n ended it. */
  readonly exitCode?: number;
  /** Why it never got to its command. */
  readonly failure?: string;
  /** It was stopped, in whole or in part, for taking more than it may. */
  readonly limited?: LimitReached;
  /** The last that the programs of its set-up had to complain of. */
  readonly complaint?: string;
}

/** Reads the container's log; lines that are not complete do not count. */
export const readContainerLog = async (path: string): Promise<ContainerLog> => parseContainerLog((await readIfPresent(path)) ?? '');

export function parseContainerLog(text: string): ContainerLog {
  const lines = text.split('\n').slice(0, -1);
  const said = lines.filter((line) => line.startsWith(`${SAYS} `)).map((line) => line.slice(SAYS.length + 1));
  const complaints = lines.filter((line) => !line.startsWith(`${SAYS} `) && !NO_COMPLAINT.test(line) && line.trim() !== '');
  const complaint = complaints
    .slice(-COMPLAINTS_SHOWN)
    .map((line) => line.trim())
    .join(': ');
  const exitCode = exitIn(lines);
  const limited = limitIn(said);
  const failure = said.find((line) => line.startsWith('failed '))?.slice('failed '.length);
  return {
    ...markIn(said),
    ...(said.includes('ready') && { isReady: true }),
    isRunning: said.includes('running'),
    ...(exitCode !== undefined && { exitCode }),
    ...(failure !== undefined && { failure }),
    ...(limited && { limited }),
    ...(complaint !== '' && { complaint }),
  };
}

/** As the container's shell says it, or bwrap(1) with `--json-status-fd`. Before the command ran it is the set-up that ended. */
function exitIn(lines: readonly string[]): number | undefined {
  const runningAt = lines.indexOf(`${SAYS} running`);
  if (runningAt === -1) return undefined;
  const exits = lines.slice(runningAt + 1).map((line) => EXIT.exec(line)?.[1] ?? EXIT_OF_BWRAP.exec(line)?.[1]);
  const digits = exits.find((found) => found !== undefined);
  return digits === undefined ? undefined : Number(digits);
}

/** What bwrap says, or is left of it when the mark came between; and what the agent writes down in the same file. */
const NO_COMPLAINT = /^(?:\{|, "| \})/;
const EXIT = new RegExp(`^${SAYS} exit (\\d+)$`);
const EXIT_OF_BWRAP = /^\{ *"exit-code": *(\d+) *\}$/;

/**
 * What the spawner writes before the process gets its script. The line end in front parts it from the line that bwrap may be in the midst of,
 * which writes piece by piece.
 */
export const markLine = ({ pid, startTicks }: ProcessMark): string => `\n${SAYS} process ${pid} ${startTicks}\n`;

function markIn(said: readonly string[]): { readonly mark?: ProcessMark } {
  for (const line of said) {
    const [, pid, startTicks] = /^process (\d+) (\d+)$/.exec(line) ?? [];
    if (pid !== undefined) return { mark: { pid: Number(pid), startTicks: Number(startTicks) } };
  }
  return {};
}

/** What the agent writes before it removes the control group, the only other place where this stands. */
export const limitLine = ({ limit, usedBytes, limitBytes }: LimitReached): string =>
  `${SAYS} limited ${limit} ${usedBytes} ${limitBytes}\n`;

function limitIn(said: readonly string[]): LimitReached | undefined {
  for (const line of said) {
    const [, usedBytes, limitBytes] = /^limited memory (\d+) (\d+)$/.exec(line) ?? [];
    if (usedBytes !== undefined) return { limit: 'memory', usedBytes: Number(usedBytes), limitBytes: Number(limitBytes) };
  }
  return undefined;
}

const COMPLAINTS_SHOWN = 2;

/** The system has stopped a process for taking more memory than its container may. */
export interface LimitReached {
  readonly limit: 'memory';
  /** The most that it ever used, swap left out. */
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** How a container ended, for a task's status. */
export type ContainerEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** Ended, or never able to start, because it reached a limit; a command that lost a child to it and exits with 0 has `exited`. */
  | ({ readonly kind: 'limited' } & LimitReached)
  /** It never ran its command. */
  | { readonly kind: 'failed'; readonly problem: string }
  /** It is gone and left no word: killed from outside, or with the machine. */
  | { readonly kind: 'lost'; readonly problem: string };

/** What the system tells a parent. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Puts together what the container wrote and, where there is one, what its parent was told by the system. */
export function endOf(log: ContainerLog, exit: Exit | undefined): ContainerEnd {
  const explained = (problem: string): string => (log.complaint === undefined ? problem : `${problem}: ${log.complaint}`);
  if (log.limited && log.exitCode !== 0) return { kind: 'limited', ...log.limited };
  if (log.exitCode !== undefined) return { kind: 'exited', code: log.exitCode };
  if (log.failure !== undefined) return { kind: 'failed', problem: explained(log.failure) };
  if (exit?.signal) return { kind: 'lost', problem: `the container was ended by ${exit.signal}` };
  // The log could not be written, as on a full disk; the status comes through all the same.
  if (log.isRunning && typeof exit?.code === 'number') return { kind: 'exited', code: exit.code };
  if (exit?.code) {
    const isSetup = exit.code === SETUP_FAILED || log.complaint !== undefined;
    return {
      kind: 'failed',
      problem: explained(
        isSetup ? 'the container could not be set up' : `the container ended with status ${exit.code} before its command ran`,
      ),
    };
  }
  return { kind: 'lost', problem: 'the container is gone and left no exit status' };
}
