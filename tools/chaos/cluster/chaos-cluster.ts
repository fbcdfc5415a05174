import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCluster, type ReadyInfo, type TestCluster } from '@holdfast/testing/cluster';
import type { Link } from '../network/link';
import { leadLinks, openLinks } from './links';
import { findService, type ServiceName } from './service-pids';

export interface ChaosClusterOptions {
  readonly agents: number;
  /** The folder with the bundles. */
  readonly distDir: string;
}

/** The supervisor waits at most 5 s before it starts a service again. */
const RESTART_LIMIT_MS = 10_000;
const LOOK_MS = 50;

/** Disk of both roles, and something of everything that nobody has reserved. */
const RESOURCES = 'cpus:8;mem:4096;disk:2048;disk(eng):768;disk(ops):512';

/** What takes a minute in a real cluster happens within seconds. */
const SHORT_TIMES = {
  HOLDFAST_ALLOCATOR_INTERVAL_MS: '200',
  HOLDFAST_MASTER_AGENT_PING_INTERVAL_MS: '1000',
  HOLDFAST_MASTER_AGENT_TIMEOUT_MS: '5000',
  HOLDFAST_AGENT_UPDATE_RETRY_MS: '500',
  HOLDFAST_AGENT_UPDATE_RETRY_MAX_MS: '2000',
  HOLDFAST_AGENT_REGISTRATION_BACKOFF_MS: '200',
  HOLDFAST_AGENT_REGISTRATION_TIMEOUT_MS: '3000',
};

/** `holdfast dev` as users start it, with a link between every two of its services and failpoints that can be armed. */
export class ChaosCluster {
  private constructor(
    /** Kept when something was violated. */
    readonly home: string,
    private readonly cluster: TestCluster,
    readonly links: ReadonlyMap<string, Link>,
    readonly services: readonly ServiceName[],
  ) {}

  static async start({ agents, distDir }: ChaosClusterOptions): Promise<ChaosCluster> {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-chaos-'));
    const agentNames = Array.from({ length: agents }, (_, at) => `agent-${at + 1}`);
    const links = await openLinks(agentNames);
    const failpoints = join(home, 'failpoints');
    await mkdir(failpoints);
    try {
      const cluster = await startCluster({
        agents,
        resources: RESOURCES,
        workDir: join(home, 'cluster'),
        distDir,
        env: { ...SHORT_TIMES, HOLDFAST_FAILPOINTS: failpoints },
        dial: Object.fromEntries([...links].map(([name, { address }]) => [name, address])),
        onPlanned: (ports) => leadLinks(links, ports),
      });
      return new ChaosCluster(home, cluster, links, ['redis', 'volume-registry', 'allocator', 'master', ...agentNames]);
    } catch (error) {
      await Promise.all([...links.values()].map((link) => link.close()));
      await rm(home, { recursive: true, force: true });
      throw error;
    }
  }

  get devPid(): number {
    return this.cluster.pid;
  }

  /** Addresses, which stay as they are whatever dies. */
  get ready(): ReadyInfo {
    return this.cluster.ready;
  }

  get failpointDir(): string {
    return join(this.home, 'failpoints');
  }

  get redisDir(): string {
    return join(this.home, 'cluster/redis');
  }

  pidOf(name: ServiceName): number | undefined {
    return findService(this.devPid, name);
  }

  /** The process of a service, which the supervisor may be about to start again; undefined if it does not. */
  async untilRuns(name: ServiceName, signal: AbortSignal): Promise<number | undefined> {
    const untilMs = Date.now() + RESTART_LIMIT_MS;
    for (;;) {
      const pid = this.pidOf(name);
      if (pid !== undefined || signal.aborted || Date.now() > untilMs) return pid;
      await pause(LOOK_MS);
    }
  }

  output(): string {
    return this.cluster.output();
  }

  /** As Ctrl-C does. Resolves with the exit code of `holdfast dev`. */
  async stop(): Promise<number | null> {
    for (const link of this.links.values()) await link.mend();
    const code = await this.cluster.stop();
    await Promise.all([...this.links.values()].map((link) => link.close()));
    return code;
  }

  removeFiles(): Promise<void> {
    return rm(this.home, { recursive: true, force: true });
  }
}
