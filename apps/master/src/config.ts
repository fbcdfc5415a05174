import { readRemovalRate } from '@holdfast/core/membership';
import {
  defineSettings,
  durationMs,
  integer,
  optionalDurationMs,
  optionalText,
  port,
  regionAndZone,
  text,
  url,
} from '@holdfast/platform/config';

export const masterSettings = defineSettings({
  service: 'master',
  about:
    'The master: frameworks subscribe to it and are offered resources; agents register with it. It decides which offer is still good and what state a task is in.',
  fields: {
    host: text('HOLDFAST_MASTER_HOST', '127.0.0.1', 'address to listen on'),
    hostname: text('HOLDFAST_MASTER_HOSTNAME', 'localhost', 'name by which frameworks are told to reach it'),
    grpcPort: port('HOLDFAST_MASTER_GRPC_PORT', 7050, 'gRPC port: frameworks, operators and agents; 0 takes a free one'),
    httpPort: port(
      'HOLDFAST_MASTER_HTTP_PORT',
      5050,
      'HTTP port: frameworks that speak the Mesos v1 API, health and metrics; 0 takes a free one',
    ),
    allocator: text('HOLDFAST_MASTER_ALLOCATOR', '127.0.0.1:7060', 'host:port of the allocator'),
    registry: text('HOLDFAST_MASTER_REGISTRY', '127.0.0.1:7070', 'host:port of the volume registry'),
    redisUrl: url('HOLDFAST_REDIS_URL', 'redis://127.0.0.1:6379', 'Redis that keeps the epoch, admitted agents and frameworks'),
    keyPrefix: text('HOLDFAST_MASTER_KEY_PREFIX', 'holdfast', 'first part of every key in Redis'),
    credentialsFile: optionalText(
      'HOLDFAST_MASTER_CREDENTIALS',
      undefined,
      'file with the principals that may call, and hashes of their secrets; not set: nobody is asked who they are',
    ),
    aclsFile: optionalText(
      'HOLDFAST_MASTER_ACLS',
      undefined,
      'file that says which principal may do what; not set: everybody may do everything',
    ),
    domain: regionAndZone(
      'HOLDFAST_MASTER_DOMAIN',
      'region and zone of the master, which frameworks are told; the allocator has the same region in HOLDFAST_ALLOCATOR_REGION',
    ),
    heartbeatIntervalMs: durationMs('HOLDFAST_MASTER_HEARTBEAT_INTERVAL_MS', 15_000, 'how often a framework hears HEARTBEAT'),
    agentPingIntervalMs: durationMs('HOLDFAST_MASTER_AGENT_PING_INTERVAL_MS', 15_000, 'how often an agent is pinged'),
    agentTimeoutMs: durationMs(
      'HOLDFAST_MASTER_AGENT_TIMEOUT_MS',
      75_000,
      'an agent that has not answered the pings of so long a time is unreachable, and one that is not pinged for so long looks for the master again',
    ),
    agentReregisterTimeoutMs: durationMs(
      'HOLDFAST_MASTER_AGENT_REREGISTER_TIMEOUT_MS',
      600_000,
      'how long a restarted master waits for the agents of before until they are unreachable',
    ),
    agentRemovalRateLimit: optionalText(
      'HOLDFAST_MASTER_AGENT_REMOVAL_RATE_LIMIT',
      undefined,
      'how many agents may be marked unreachable in what time, evenly spaced, such as 1/10mins; not set: any number at once',
    ),
    recoveryAgentRemovalLimitPercent: integer(
      'HOLDFAST_MASTER_RECOVERY_AGENT_REMOVAL_LIMIT',
      100,
      'largest part, in percent, of the agents of before that a restarted master may mark unreachable; above it, it ends instead',
      { min: 0, max: 100 },
    ),
    frameworkRecoveryMs: durationMs(
      'HOLDFAST_MASTER_FRAMEWORK_RECOVERY_MS',
      600_000,
      'least time that a framework has to come back after a restart of the master',
    ),
    offerTimeoutMs: optionalDurationMs(
      'HOLDFAST_MASTER_OFFER_TIMEOUT_MS',
      'time after which an unanswered offer is rescinded; not set: never',
      { min: 1 },
    ),
    releaseWaitMs: durationMs('HOLDFAST_MASTER_RELEASE_WAIT_MS', 1_000, 'longest that a terminal update waits for the ledger'),
    maxMessageBytes: integer('HOLDFAST_MASTER_MAX_MESSAGE_BYTES', 4 * 1024 * 1024, 'largest gRPC message accepted', { min: 65_536 }),
    maxBodyBytes: integer('HOLDFAST_MASTER_MAX_BODY_BYTES', 4 * 1024 * 1024, 'largest body of an HTTP request accepted', { min: 65_536 }),
    maxBacklogBytes: integer(
      'HOLDFAST_MASTER_MAX_BACKLOG_BYTES',
      32 * 1024 * 1024,
      'unsent events after which a framework that does not read is disconnected',
      { min: 1_048_576 },
    ),
  },
  check: (settings) => [
    ...(settings.agentTimeoutMs < 2 * settings.agentPingIntervalMs
      ? ['HOLDFAST_MASTER_AGENT_TIMEOUT_MS must cover at least two ping intervals (HOLDFAST_MASTER_AGENT_PING_INTERVAL_MS)']
      : []),
    ...(settings.agentRemovalRateLimit === undefined || readRemovalRate(settings.agentRemovalRateLimit)
      ? []
      : ['HOLDFAST_MASTER_AGENT_REMOVAL_RATE_LIMIT must be <agents>/<duration>, such as 1/10mins or 2/1hrs']),
  ],
});

export type MasterSettings = ReturnType<(typeof masterSettings)['read']>;
