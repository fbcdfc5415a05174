import type { Check, CheckResult, HealthCheck } from '@holdfast/core/tasks';
import {
  type CheckInfo as WireCheck,
  CheckInfo_Type as CheckType,
  type CheckStatusInfo as WireCheckStatus,
  type HealthCheck as WireHealthCheck,
  HealthCheck_Type as HealthCheckType,
} from '../gen/holdfast/v1/health';
import { writeCommand } from './command';
import { malformed, readOptional, required } from './edge';
import { readProbe, readTimes, writeTimes } from './probe';
import { readSpanMs, writeSeconds } from './time';

const DEFAULT_FAILURES = 3;
const DEFAULT_GRACE_MS = 10_000;

/** `unsupported` gets what is set and not carried out. */
export function readHealthCheck(wire: WireHealthCheck, unsupported: string[]): HealthCheck {
  const { type, command, http, tcp } = wire;
  return {
    probe: readProbe({ type, command, http, tcp }, unsupported, 'health_check'),
    ...readTimes(wire),
    consecutiveFailures: wire.consecutiveFailures ?? DEFAULT_FAILURES,
    gracePeriodMs: readSpanMs(wire.gracePeriodSeconds, 'grace_period_seconds', DEFAULT_GRACE_MS),
  };
}

export function writeHealthCheck(check: HealthCheck): WireHealthCheck {
  const { probe, consecutiveFailures, gracePeriodMs } = check;
  const rest = { ...writeTimes(check), consecutiveFailures, gracePeriodSeconds: writeSeconds(gracePeriodMs) };
  switch (probe.kind) {
    case 'command':
      return { ...rest, type: HealthCheckType.COMMAND, command: writeCommand(probe.command) };
    case 'http': {
      const { scheme, port, path, statuses } = probe;
      return { ...rest, type: HealthCheckType.HTTP, http: { scheme, port, path, statuses: [...statuses] } };
    }
    case 'tcp':
      return { ...rest, type: HealthCheckType.TCP, tcp: { port: probe.port } };
  }
}

/** Likewise. Its HTTP probes have neither scheme nor statuses: they go over http, and any status is a result. */
export function readCheck(wire: WireCheck, unsupported: string[]): Check {
  const { type, http, tcp } = wire;
  const command = readOptional(wire.command, 'command', (part) => required(part.command, 'command'));
  return { probe: readProbe({ type, command, http, tcp }, unsupported, 'check'), ...readTimes(wire) };
}

export function writeCheck(check: Check): WireCheck {
  const { probe } = check;
  const rest = writeTimes(check);
  switch (probe.kind) {
    case 'command':
      return { ...rest, type: CheckType.COMMAND, command: { command: writeCommand(probe.command) } };
    case 'http':
      return { ...rest, type: CheckType.HTTP, http: { port: probe.port, path: probe.path } };
    case 'tcp':
      return { ...rest, type: CheckType.TCP, tcp: { port: probe.port } };
  }
}

/** What a status says of the last check; its member may be absent, which is the same as an empty one. */
export function readCheckResult(wire: WireCheckStatus): CheckResult {
  const type = required(wire.type, 'type');
  switch (type) {
    case CheckType.COMMAND:
      return { kind: 'command', ...(wire.command?.exitCode !== undefined && { exitCode: wire.command.exitCode }) };
    case CheckType.HTTP:
      return { kind: 'http', ...(wire.http?.statusCode !== undefined && { statusCode: wire.http.statusCode }) };
    case CheckType.TCP:
      return { kind: 'tcp', ...(wire.tcp?.succeeded !== undefined && { succeeded: wire.tcp.succeeded }) };
    default:
      return malformed('type', `must be COMMAND, HTTP or TCP, not ${type}`);
  }
}

export function writeCheckResult(result: CheckResult): WireCheckStatus {
  switch (result.kind) {
    case 'command':
      return { type: CheckType.COMMAND, command: { exitCode: result.exitCode } };
    case 'http':
      return { type: CheckType.HTTP, http: { statusCode: result.statusCode } };
    case 'tcp':
      return { type: CheckType.TCP, tcp: { succeeded: result.succeeded } };
  }
}
