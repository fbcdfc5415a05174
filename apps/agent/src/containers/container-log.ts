import { readIfPresent } from '../files';
import type { ProcessMark } from '../processes';
import { SAYS, SETUP_FAILED } from './container-script';

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
  /** The last that the programs of its set-up had to complain of. */
  readonly complaint?: string;
}

/** Reads the container's log; lines that are not complete do not count. */
export const readContainerLog = async (path: string): Promise<ContainerLog> => parseContainerLog((await readIfPresent(path)) ?? '');

export function parseContainerLog(text: string): ContainerLog {
  const lines = text.split('\n').slice(0, -1);
  const said = lines.filter((line) => line.startsWith(`${SAYS} `)).map((line) => line.slice(SAYS.length + 1));
  const complaints = lines.filter((line) => !line.startsWith(`${SAYS} `) && line.trim() !== '').slice(-COMPLAINTS_SHOWN);
  const complaint = complaints.map((line) => line.trim()).join(': ');
  const exit = said.map((line) => /^exit (\d+)$/.exec(line)?.[1]).find((digits) => digits !== undefined);
  const failure = said.find((line) => line.startsWith('failed '))?.slice('failed '.length);
  return {
    ...markIn(said),
    ...(said.includes('ready') && { isReady: true }),
    isRunning: said.includes('running'),
    ...(exit !== undefined && { exitCode: Number(exit) }),
    ...(failure !== undefined && { failure }),
    ...(complaint !== '' && { complaint }),
  };
}

/** What the spawner writes before the process gets its script. */
export const markLine = ({ pid, startTicks }: ProcessMark): string => `${SAYS} process ${pid} ${startTicks}\n`;

function markIn(said: readonly string[]): { readonly mark?: ProcessMark } {
  for (const line of said) {
    const [, pid, startTicks] = /^process (\d+) (\d+)$/.exec(line) ?? [];
    if (pid !== undefined) return { mark: { pid: Number(pid), startTicks: Number(startTicks) } };
  }
  return {};
}

const COMPLAINTS_SHOWN = 2;

/** How a container ended, for a task's status. */
export type ContainerEnd =
  | { readonly kind: 'exited'; readonly code: number }
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
  if (log.exitCode !== undefined) return { kind: 'exited', code: log.exitCode };
  if (log.failure !== undefined) return { kind: 'failed', problem: explained(log.failure) };
  if (exit?.signal) return { kind: 'lost', problem: `the container was ended by ${exit.signal}` };
  // The log could not be written, as on a full disk; the status comes through all the same.
  if (log.isRunning && typeof exit?.code === 'number') return { kind: 'exited', code: exit.code };
  if (exit?.code) {
    const isSetup = exit.code === SETUP_FAILED;
    return {
      kind: 'failed',
      problem: explained(
        isSetup ? 'the container could not be set up' : `the container ended with status ${exit.code} before its command ran`,
      ),
    };
  }
  return { kind: 'lost', problem: 'the container is gone and left no exit status' };
}
