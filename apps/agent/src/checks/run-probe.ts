import type { CheckResult, Command, Probe } from '@holdfast/core/tasks';
import type { ExecEnd } from '../containers';
import { describeFault } from '../files';
import { connectTo } from './connect-to';
import { httpStatus } from './http-status';
import type { ProbeOutcome } from './probe-outcome';

export interface ProbeDeps {
  /** Runs a command beside that of the task. */
  readonly exec: (command: Command, timeoutMs: number) => Promise<ExecEnd>;
}

/** Asks once; never throws. `timeoutMs` 0: waits as long as it takes. `signal`: the time is up, or nobody wants to know any more. */
export async function runProbe(probe: Probe, timeoutMs: number, signal: AbortSignal, deps: ProbeDeps): Promise<ProbeOutcome> {
  try {
    if (probe.kind === 'command') return commandOutcome(await deps.exec(probe.command, timeoutMs), timeoutMs);
    if (probe.kind === 'http') return httpOutcome(await httpStatus(probe, signal), probe.statuses);
    await connectTo(probe.port, signal);
    return { result: { kind: 'tcp', succeeded: true }, isGood: true };
  } catch (fault) {
    return { result: withoutValue(probe), isGood: false, problem: signal.aborted ? noAnswer(timeoutMs) : describeFault(fault) };
  }
}

/** That there is no connection is what a TCP check is to find out. */
const withoutValue = ({ kind }: Probe): CheckResult => (kind === 'tcp' ? { kind, succeeded: false } : { kind });

const noAnswer = (timeoutMs: number): string => `it did not answer within ${timeoutMs} ms`;

function commandOutcome(end: ExecEnd, timeoutMs: number): ProbeOutcome {
  switch (end.kind) {
    case 'exited': {
      const result = { kind: 'command', exitCode: end.code } as const;
      return end.code === 0 ? { result, isGood: true } : { result, isGood: false, problem: `its command exited with status ${end.code}` };
    }
    case 'timed_out':
      return { result: { kind: 'command' }, isGood: false, problem: noAnswer(timeoutMs) };
    case 'failed':
      return { result: { kind: 'command' }, isGood: false, problem: `its command could not be run: ${end.problem}` };
  }
}

function httpOutcome(statusCode: number, statuses: readonly number[]): ProbeOutcome {
  const result = { kind: 'http', statusCode } as const;
  const isGood = statuses.length > 0 ? statuses.includes(statusCode) : statusCode >= 200 && statusCode < 400;
  return isGood ? { result, isGood } : { result, isGood, problem: `it answered with status ${statusCode}` };
}
