import type { CheckResult, Probe } from '@holdfast/core/tasks';

/** What asking a task how it does came to. */
export interface ProbeOutcome {
  /** For a check; without a value where none could be had. */
  readonly result: CheckResult;
  /** For a health check. */
  readonly isGood: boolean;
  /** Of one that is not good: what was wrong, as part of a sentence. */
  readonly problem?: string;
}

export const isSameResult = (one: CheckResult, other: CheckResult): boolean => valueOf(one) === valueOf(other);

function valueOf(result: CheckResult): number | boolean | undefined {
  switch (result.kind) {
    case 'command':
      return result.exitCode;
    case 'http':
      return result.statusCode;
    case 'tcp':
      return result.succeeded;
  }
}

/** To stand after "its health check". */
export function describeProbe(probe: Probe): string {
  switch (probe.kind) {
    case 'command':
      return `(command ${[probe.command.value ?? '', ...probe.command.args.slice(1)].join(' ').slice(0, COMMAND_SHOWN)})`;
    case 'http':
      return `(${probe.scheme}://127.0.0.1:${probe.port}${probe.path})`;
    case 'tcp':
      return `(TCP port ${probe.port})`;
  }
}

const COMMAND_SHOWN = 200;
