import { join } from 'node:path';
import { logLevelOf } from '@holdfast/platform/config';
import { findRedisServer, redisSpec } from './redis-server';
import { LOOPBACK, type ClusterPorts } from './ports';
import type { ProcessSpec } from './supervised-process';

export interface ClusterOptions {
  /** Where everything that lasts is kept; used again, volumes and reservations are back. */
  readonly workDir: string;
  readonly agents: number;
  /** What each agent has, in Mesos' `--resources` syntax. */
  readonly resources: string;
  readonly isEphemeral: boolean;
  /** A Redis that is there already; otherwise a private one is started. */
  readonly redisUrl?: string;
  /** Full paths: who may call, and who may do what; without them nobody is asked and everything is allowed. */
  readonly credentialsFile?: string;
  readonly aclsFile?: string;
  /** Where a service finds another instead of at its own address: for tests that stand in between. */
  readonly dial?: Dial;
  /** The folder with the bundles of the services. */
  readonly distDir: string;
  /** The environment that the services inherit. */
  readonly env: NodeJS.ProcessEnv;
}

/** `<who>-<whom>`, such as `master-volume-registry`, `master-redis`, `agent-1-master` → `host:port`; who is not named goes straight. */
export type Dial = Readonly<Record<string, string>>;

export interface AgentPlan {
  readonly name: string;
  readonly workDir: string;
  readonly httpPort: number;
  readonly process: ProcessSpec;
}

/** Who is started, and where everyone is found. */
export interface ServicePlan {
  readonly redisUrl: string;
  /** Absent when Redis is somebody else's. */
  readonly redis?: ProcessSpec;
  readonly services: readonly ProcessSpec[];
  readonly agents: readonly AgentPlan[];
  readonly ports: ClusterPorts;
}

const at = (port: number): string => `${LOOPBACK}:${port}`;

/** Lays out a cluster on one machine; starts nothing. */
export function planServices(options: ClusterOptions, ports: ClusterPorts): ServicePlan {
  const { workDir, env } = options;
  const redis =
    ports.redis === undefined
      ? undefined
      : redisSpec({ program: findRedisServer(env['PATH'] ?? ''), port: ports.redis, dir: join(workDir, 'redis'), env });
  const redisUrl = ports.redis === undefined ? (options.redisUrl ?? '') : `redis://${at(ports.redis)}`;
  const dial = (who: string, whom: string, port: number) => options.dial?.[`${who}-${whom}`] ?? at(port);
  // A private Redis serves the queues, too; beside a given one the operator's own setting stands.
  const redisSettings = (who: string) => {
    if (ports.redis === undefined) return { HOLDFAST_REDIS_URL: redisUrl };
    const url = `redis://${dial(who, 'redis', ports.redis)}`;
    return { HOLDFAST_REDIS_URL: url, HOLDFAST_QUEUE_REDIS_URL: url };
  };
  const service = (name: string, app: string, settings: Readonly<Record<string, string>>): ProcessSpec => ({
    name,
    command: process.execPath,
    args: ['-r', join(options.distDir, 'telemetry-preload.cjs'), join(options.distDir, 'apps', app, 'main.cjs')],
    env: { ...env, ...audible(env), ...redisSettings(name), ...settings },
    isServingLine: saysServing,
  });
  const agents = ports.agentsHttp.map((httpPort, index) => {
    const name = `agent-${index + 1}`;
    const agentDir = join(workDir, 'agents', name);
    const settings = {
      HOLDFAST_AGENT_MASTER: dial(name, 'master', ports.masterGrpc),
      HOLDFAST_AGENT_WORK_DIR: agentDir,
      HOLDFAST_AGENT_RESOURCES: options.resources,
      HOLDFAST_AGENT_HTTP_PORT: String(httpPort),
      HOLDFAST_AGENT_HOST: LOOPBACK,
      HOLDFAST_AGENT_STOP_TASKS: 'true',
      // One machine: nobody is spared by waiting up to a minute for a master that was just restarted (D-077).
      HOLDFAST_AGENT_REGISTRATION_BACKOFF_MAX_MS: '2000',
      ...(options.credentialsFile !== undefined && { HOLDFAST_AGENT_CREDENTIALS: options.credentialsFile }),
    };
    return { name, httpPort, workDir: agentDir, process: service(name, 'agent', settings) };
  });

  return {
    redisUrl,
    ...(redis === undefined ? {} : { redis }),
    services: [
      service('volume-registry', 'volume-registry', {
        HOLDFAST_REGISTRY_HOST: LOOPBACK,
        HOLDFAST_REGISTRY_GRPC_PORT: String(ports.registryGrpc),
        HOLDFAST_REGISTRY_HTTP_PORT: String(ports.registryHttp),
      }),
      service('allocator', 'allocator', {
        HOLDFAST_ALLOCATOR_HOST: LOOPBACK,
        HOLDFAST_ALLOCATOR_GRPC_PORT: String(ports.allocatorGrpc),
        HOLDFAST_ALLOCATOR_HTTP_PORT: String(ports.allocatorHttp),
      }),
      service('master', 'master', {
        HOLDFAST_MASTER_HOST: LOOPBACK,
        HOLDFAST_MASTER_GRPC_PORT: String(ports.masterGrpc),
        HOLDFAST_MASTER_HTTP_PORT: String(ports.masterHttp),
        HOLDFAST_MASTER_ALLOCATOR: dial('master', 'allocator', ports.allocatorGrpc),
        HOLDFAST_MASTER_REGISTRY: dial('master', 'volume-registry', ports.registryGrpc),
        ...(options.credentialsFile !== undefined && { HOLDFAST_MASTER_CREDENTIALS: options.credentialsFile }),
        ...(options.aclsFile !== undefined && { HOLDFAST_MASTER_ACLS: options.aclsFile }),
      }),
    ],
    agents,
    ports,
  };
}

/** That a service serves is a line of the level `info`, which a stricter level would keep from us. */
const audible = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  ['debug', 'info'].includes(logLevelOf(env)) ? {} : { HOLDFAST_LOG_LEVEL: 'info' };

/** Services log JSON lines; one of them says that everything serves. */
function saysServing(line: string): boolean {
  if (!line.includes('"serving"')) return false;
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'msg' in entry && entry.msg === 'serving';
  } catch {
    return false;
  }
}
