import type { Probe } from '@holdfast/core/tasks';
import type { CommandInfo } from '../gen/holdfast/v1/command';
import { NetworkInfo_Protocol as Protocol } from '../gen/holdfast/v1/container';
import { readCommand } from './command';
import { malformed, readPart, required } from './edge';
import { readSpanMs, writeSeconds } from './time';

/** What the wire calls COMMAND, HTTP and TCP. */
export type ProbeType = 'COMMAND' | 'HTTP' | 'TCP';

/** What checks and health checks have in common. */
interface WireTimes {
  delaySeconds?: number | undefined;
  intervalSeconds?: number | undefined;
  timeoutSeconds?: number | undefined;
}

type Times = { readonly delayMs: number; readonly intervalMs: number; readonly timeoutMs: number };

/** With the defaults of Mesos. */
export const readTimes = (wire: WireTimes): Times => ({
  delayMs: readSpanMs(wire.delaySeconds, 'delay_seconds', 15_000),
  intervalMs: readSpanMs(wire.intervalSeconds, 'interval_seconds', 10_000),
  timeoutMs: readSpanMs(wire.timeoutSeconds, 'timeout_seconds', 20_000),
});

export const writeTimes = ({ delayMs, intervalMs, timeoutMs }: Times): Required<WireTimes> => ({
  delaySeconds: writeSeconds(delayMs),
  intervalSeconds: writeSeconds(intervalMs),
  timeoutSeconds: writeSeconds(timeoutMs),
});

/** What of the wire says how to ask; the commands of the two kinds of checks stand at different places. */
interface WireProbe {
  readonly type: string | undefined;
  readonly command: CommandInfo | undefined;
  readonly http:
    | {
        port?: number | undefined;
        path?: string | undefined;
        scheme?: string | undefined;
        statuses?: number[];
        protocol?: Protocol | undefined;
      }
    | undefined;
  readonly tcp: { port?: number | undefined; protocol?: Protocol | undefined } | undefined;
}

const MEMBERS: Readonly<Record<ProbeType, 'command' | 'http' | 'tcp'>> = { COMMAND: 'command', HTTP: 'http', TCP: 'tcp' };

const isProbeType = (type: string): type is ProbeType => Object.hasOwn(MEMBERS, type);

/** Exactly the member that `type` names is set. `path`: where it stands, for what is not carried out. */
export function readProbe(wire: WireProbe, unsupported: string[], path: string): Probe {
  const type = required(wire.type, 'type');
  if (!isProbeType(type)) return malformed('type', `must be COMMAND, HTTP or TCP, not ${type}`);
  const member = MEMBERS[type];
  for (const other of Object.values(MEMBERS))
    if (other !== member && wire[other] !== undefined) malformed(other, `must not be set, since the type is ${type}`);
  if (wire[member] === undefined) malformed(member, `is required, since the type is ${type}`);
  switch (type) {
    case 'COMMAND':
      return readPart(wire.command, 'command', (command) => ({
        kind: 'command',
        command: readCommand(command, unsupported, `${path}.command`),
      }));
    case 'HTTP':
      return readPart(wire.http, 'http', (http) => {
        noteProtocol(http.protocol, unsupported, `${path}.http`);
        const { scheme = 'http', statuses = [], path: at = '/' } = http;
        if (scheme !== 'http' && scheme !== 'https') return malformed('scheme', `must be http or https, not '${scheme}'`);
        return { kind: 'http', scheme, port: required(http.port, 'port'), path: at, statuses };
      });
    case 'TCP':
      return readPart(wire.tcp, 'tcp', (tcp) => {
        noteProtocol(tcp.protocol, unsupported, `${path}.tcp`);
        return { kind: 'tcp', port: required(tcp.port, 'port') };
      });
  }
}

/** Probes go to 127.0.0.1. */
function noteProtocol(protocol: Protocol | undefined, unsupported: string[], path: string): void {
  if (protocol !== undefined && protocol !== Protocol.IPv4) unsupported.push(`${path}.protocol ${protocol}`);
}
