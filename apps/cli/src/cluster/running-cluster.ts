import { LOOPBACK } from './ports';
import { removeReadyFile, writeReadyFile, type ReadyState } from './ready-file';
import { untilAgentsRegistered, untilReady } from './readiness';
import { RESTART_POLICY } from './restart-policy';
import { readLogLine, ServiceLog, type LogEntry } from './service-log';
import type { ServicePlan } from './service-plan';
import { SupervisedProcess, type ProcessSpec } from './supervised-process';

/** What a cluster tells while it starts and runs. */
export interface ClusterListener {
  /** What is being waited for, in words. */
  onProgress?(text: string): void;
  onDied?(death: { readonly name: string; readonly how: string; readonly restartInMs: number }): void;
  /** It serves again; the ready state carries its new pid. */
  onRestarted?(restart: { readonly name: string; readonly pid: number }): void;
  onLog?(line: { readonly name: string; readonly entry: LogEntry }): void;
}

export class ClusterStartError extends Error {
  override readonly name = 'ClusterStartError';
}

/** How long a process gets between SIGTERM and SIGKILL. Services give themselves 10 s to stop and 2 s to send their last spans. */
export const STOP_GRACE_MS = 15_000;
/** A service that died so often without having served will not serve by being started again. */
const FAILED_STARTS = 3;

export interface RunningClusterOptions {
  readonly plan: ServicePlan;
  readonly workDir: string;
  readonly logDir: string;
  readonly guard: { watch(pid: number): void; forget(pid: number): void };
  readonly listener: ClusterListener;
  readonly readyFile: string | undefined;
}

/** The processes of one cluster and what is known of them. */
export class RunningCluster {
  readonly #options: RunningClusterOptions;
  readonly #processes = new Map<string, SupervisedProcess>();
  readonly #logs = new Map<string, ServiceLog>();
  readonly #pids = new Map<string, number>();
  /** Pids under which a service came back and was ready. */
  readonly #restarted = new Set<number>();
  readonly #restartWaiters = new Set<() => void>();
  readonly #ending = new AbortController();
  #agentIds: readonly string[] = [];
  #epoch = 0;
  #failStart: (error: Error) => void = () => undefined;
  #isUp = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RunningClusterOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { plan } = this.#options;
    const failed = new Promise<never>((_, reject) => (this.#failStart = reject));
    const waiting = new Set([...(plan.redis ? [plan.redis] : []), ...plan.services, ...plan.agents].map(({ name }) => name));
    const launch = async (spec: ProcessSpec) => {
      await this.#launch(spec);
      waiting.delete(spec.name);
    };
    const report = setInterval(() => this.#options.listener.onProgress?.(waitingText(waiting)), PROGRESS_MS);
    const whole = async () => {
      if (plan.redis) await launch(plan.redis);
      await Promise.all(plan.services.map(launch));
      // An agent that finds no master waits before it dials again.
      await Promise.all(plan.agents.map(({ process }) => launch(process)));
      await Promise.all(this.#httpAddresses().map((address) => untilReady(address, this.#ending.signal)));
      await this.#untilAgentsRegistered({ withNewMaster: false });
      await this.#writeReady();
      this.#isUp = true;
    };
    try {
      await Promise.race([whole(), failed]);
    } finally {
      clearInterval(report);
    }
  }

  /** While the cluster starts or stops, services miss one another as a matter of course. */
  get #isServing(): boolean {
    return this.#isUp && !this.#ending.signal.aborted;
  }

  get ready(): ReadyState {
    const { plan, workDir } = this.#options;
    const { ports } = plan;
    const pid = (name: string) => this.#pids.get(name) ?? 0;
    const doors = (grpc: number, http: number) => ({ grpc: `${LOOPBACK}:${grpc}`, http: httpAddress(http) });
    return {
      master: doors(ports.masterGrpc, ports.masterHttp),
      allocator: doors(ports.allocatorGrpc, ports.allocatorHttp),
      volumeRegistry: doors(ports.registryGrpc, ports.registryHttp),
      agents: plan.agents.map((agent, index) => ({
        id: this.#agentIds[index] ?? '',
        http: httpAddress(agent.httpPort),
        workDir: agent.workDir,
      })),
      redis: plan.redisUrl,
      workDir,
      pids: {
        master: pid('master'),
        allocator: pid('allocator'),
        volumeRegistry: pid('volume-registry'),
        ...(plan.redis ? { redis: pid('redis') } : {}),
        agents: plan.agents.map(({ name }) => pid(name)),
      },
    };
  }

  untilRestarted(name: string, pid: number): Promise<number> {
    return new Promise((resolve) => {
      const check = () => {
        const current = this.#pids.get(name);
        if (current === undefined || current === pid || !this.#restarted.has(current)) return;
        this.#restartWaiters.delete(check);
        resolve(current);
      };
      this.#restartWaiters.add(check);
      check();
    });
  }

  /** Agents first, while there is a master to hear how their tasks ended; Redis last. */
  async stop(): Promise<void> {
    const { plan, readyFile } = this.#options;
    this.#ending.abort();
    this.#failStart(new Error('stopped while it started'));
    await this.#writing;
    if (readyFile !== undefined) await removeReadyFile(readyFile);
    const waves = [plan.agents.map(({ name }) => name), ['master'], ['allocator', 'volume-registry'], ['redis']];
    for (const wave of waves) await Promise.all(wave.map((name) => this.#processes.get(name)?.stop(STOP_GRACE_MS)));
    await Promise.all([...this.#logs.values()].map((log) => log.close()));
  }

  #launch(spec: ProcessSpec): Promise<void> {
    const { guard, listener, logDir } = this.#options;
    const { name } = spec;
    const supervised = new SupervisedProcess(spec, RESTART_POLICY);
    const log = new ServiceLog(logDir, name);
    let failedStarts = 0;
    this.#processes.set(name, supervised);
    this.#logs.set(name, log);

    supervised.on('line', (line) => {
      log.add(line);
      const entry = readLogLine(line);
      if (entry.level === 'error' || (entry.level === 'warn' && this.#isServing)) listener.onLog?.({ name, entry });
    });
    supervised.on('started', (pid) => {
      guard.watch(pid);
      this.#pids.set(name, pid);
    });
    supervised.on('ended', (pid) => guard.forget(pid));
    supervised.on('died', ({ how, restartInMs }) => {
      failedStarts += 1;
      if (!this.#isUp && failedStarts >= FAILED_STARTS) this.#failStart(startError(name, how, log));
      else listener.onDied?.({ name, how, restartInMs });
    });
    supervised.on('serving', (pid) => {
      failedStarts = 0;
      if (this.#isUp) void this.#backAgain(name, pid);
    });
    return new Promise((resolve) => {
      supervised.once('serving', () => resolve());
      supervised.start();
    });
  }

  async #backAgain(name: string, pid: number): Promise<void> {
    const { plan, listener } = this.#options;
    const { signal } = this.#ending;
    const isMaster = name === 'master';
    try {
      const address = this.#httpAddressOf(name);
      if (address !== undefined) await untilReady(address, signal);
      const mayChangeAgents = isMaster || plan.agents.some((agent) => agent.name === name);
      if (mayChangeAgents) await this.#untilAgentsRegistered({ withNewMaster: isMaster });
      await this.#writeReady();
    } catch (error) {
      if (!signal.aborted) listener.onLog?.({ name, entry: { level: 'error', message: `serves again, but: ${String(error)}` } });
      return;
    }
    this.#restarted.add(pid);
    listener.onRestarted?.({ name, pid });
    for (const check of [...this.#restartWaiters]) check();
  }

  /** A new master claims a higher epoch, by which an agent that has not yet noticed the end of the old one is told apart. */
  async #untilAgentsRegistered({ withNewMaster }: { readonly withNewMaster: boolean }): Promise<void> {
    const addresses = this.#options.plan.ports.agentsHttp.map(httpAddress);
    const { agentIds, epoch } = await untilAgentsRegistered(addresses, withNewMaster ? this.#epoch : -1, this.#ending.signal);
    this.#agentIds = agentIds;
    this.#epoch = epoch;
  }

  /** One write after another, each with the state of its moment. */
  #writeReady(): Promise<void> {
    const { readyFile } = this.#options;
    if (readyFile === undefined) return Promise.resolve();
    this.#writing = this.#writing.then(() => (this.#ending.signal.aborted ? undefined : writeReadyFile(readyFile, this.ready)));
    return this.#writing;
  }

  #httpAddresses(): readonly string[] {
    const { services, agents } = this.#options.plan;
    return [...services, ...agents].flatMap(({ name }) => this.#httpAddressOf(name) ?? []);
  }

  #httpAddressOf(name: string): string | undefined {
    const { ports, agents } = this.#options.plan;
    const port = { master: ports.masterHttp, allocator: ports.allocatorHttp, 'volume-registry': ports.registryHttp }[name];
    const found = port ?? agents.find((agent) => agent.name === name)?.httpPort;
    return found === undefined ? undefined : httpAddress(found);
  }
}

const PROGRESS_MS = 2000;
const httpAddress = (port: number): string => `http://${LOOPBACK}:${port}`;

const waitingText = (names: ReadonlySet<string>): string =>
  names.size > 0 ? `waiting for ${[...names].join(', ')}` : 'waiting for the agents to register with the master';

const startError = (name: string, how: string, log: ServiceLog): ClusterStartError =>
  new ClusterStartError(
    `${name} does not start (${how}). Its last lines, from ${log.path}:\n${log.lastLines.map((line) => `  ${readLogLine(line).message}`).join('\n')}`,
  );
