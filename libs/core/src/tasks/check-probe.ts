import { commandProblem } from './check-command';
import type { Check, HealthCheck, Probe, TaskInfo } from './task';

/** What is wrong with the check of a task, as a sentence (D-030). */
export const checkProblem = ({ check, command }: TaskInfo): string | undefined =>
  check && (timeProblem(check, 'check') ?? probeProblem(check.probe, 'check', command?.user));

export const healthCheckProblem = ({ healthCheck, command }: TaskInfo): string | undefined =>
  healthCheck &&
  (timeProblem(healthCheck, 'health check') ??
    (healthCheck.gracePeriodMs >= 0 ? undefined : 'its health check has a negative grace period.') ??
    (healthCheck.consecutiveFailures >= 0 ? undefined : 'its health check has negative consecutive failures.') ??
    probeProblem(healthCheck.probe, 'health check', command?.user));

function timeProblem({ delayMs, intervalMs, timeoutMs }: Check | HealthCheck, what: string): string | undefined {
  for (const [name, ms] of Object.entries({ delay: delayMs, interval: intervalMs, timeout: timeoutMs }))
    if (!(ms >= 0)) return `its ${what} has a negative ${name}.`;
  return undefined;
}

function probeProblem(probe: Probe, what: string, userOfTask: string | undefined): string | undefined {
  switch (probe.kind) {
    case 'command':
      return commandOfProbe(probe, what, userOfTask);
    case 'tcp':
      return portProblem(probe.port, what);
    case 'http':
      return portProblem(probe.port, what) ?? httpProblem(probe, what);
  }
}

/** As another user it would do what ACLs let nobody see (B-122); and what it needs is in the sandbox already. */
function commandOfProbe(
  { command }: Extract<Probe, { kind: 'command' }>,
  what: string,
  userOfTask: string | undefined,
): string | undefined {
  if (command.user !== undefined && command.user !== userOfTask)
    return `its ${what} is to run as '${command.user}', but runs as the task does; leave its user out.`;
  if (command.uris !== undefined && command.uris.length > 0)
    return `its ${what} has URIs, which Holdfast fetches for the command of the task only; name them there.`;
  return commandProblem(command, `its ${what}'s`);
}

const portProblem = (port: number, what: string): string | undefined =>
  Number.isInteger(port) && port >= 1 && port <= 65_535 ? undefined : `its ${what} names port ${port}; ports go from 1 to 65535.`;

function httpProblem({ path, statuses }: Extract<Probe, { kind: 'http' }>, what: string): string | undefined {
  if (!path.startsWith('/')) return `its ${what} asks for the path '${path}', which must begin with '/'.`;
  if (/[\0-\x20\x7f]/.test(path)) return `its ${what} asks for a path with a blank or a control character.`;
  const status = statuses.find((one) => !(Number.isInteger(one) && one >= 100 && one <= 599));
  return status === undefined ? undefined : `its ${what} expects the status ${status}; statuses go from 100 to 599.`;
}
