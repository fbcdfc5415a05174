import type { Check, HealthCheck, Probe } from '@holdfast/core/tasks';
import { commandOf, type CommandOptions } from './command';

/** How a task is asked how it does: HTTP and TCP at the agent's loopback address, a command as the task's user. */
export type ProbeOptions =
  | { readonly run: CommandOptions['command'] }
  | {
      readonly http: {
        readonly port: number;
        readonly path?: string;
        /** Of health checks only: https, and what counts as good in place of 200 to 399. */
        readonly scheme?: 'http' | 'https';
        readonly statuses?: readonly number[];
      };
    }
  | { readonly tcp: { readonly port: number } };

/** Where nothing is said, as in Mesos: after 15 s, every 10 s, for 20 s at most. */
export type CheckOptions = ProbeOptions & {
  readonly delayMs?: number;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
};

/** Where nothing is said, as in Mesos: killed after 3 failures in a row, of which those of the first 10 s do not count. */
export type HealthCheckOptions = CheckOptions & {
  readonly consecutiveFailures?: number;
  readonly gracePeriodMs?: number;
};

export const checkOf = (options: CheckOptions): Check => {
  const { delayMs = 15_000, intervalMs = 10_000, timeoutMs = 20_000 } = options;
  return { probe: probeOf(options), delayMs, intervalMs, timeoutMs };
};

export const healthCheckOf = (options: HealthCheckOptions): HealthCheck => {
  const { consecutiveFailures = 3, gracePeriodMs = 10_000 } = options;
  return { ...checkOf(options), consecutiveFailures, gracePeriodMs };
};

function probeOf(options: ProbeOptions): Probe {
  if ('run' in options) return { kind: 'command', command: commandOf({ command: options.run }) };
  if ('tcp' in options) return { kind: 'tcp', port: options.tcp.port };
  const { port, path = '/', scheme = 'http', statuses = [] } = options.http;
  return { kind: 'http', scheme, port, path, statuses };
}
