import { randomUUID } from 'node:crypto';
import type { AgentId, LaunchId, Refusal } from '@holdfast/core/base';
import type { FrameworkInfo, ResourceOperation } from '@holdfast/core/offers';
import type { Resource } from '@holdfast/core/resources';
import { isTerminal } from '@holdfast/core/tasks';
import { agentLinkService, type AgentMessage, type LinkRequest, type LinkResponse, type MasterMessage } from '@holdfast/contracts';
import { createBatcher, handleDuplex, startRpcServer, type DuplexStream, type RpcServer } from '@holdfast/platform/rpc';
import { task } from '@holdfast/scheduler-sdk';
import { recordedLog } from '@holdfast/testing/log';

export const ROLE = 'bench';
const PING_INTERVAL_MS = 15_000;
const PING_TIMEOUT_MS = 75_000;

const FRAMEWORK: FrameworkInfo = {
  id: 'bench',
  name: 'bench',
  // The agent's own: no switching of users, which the bare start does not do either.
  user: '',
  roles: [ROLE],
  capabilities: new Set(['SHARED_RESOURCES']),
  failoverTimeoutMs: 0,
  checkpoint: true,
  labels: [],
};

export interface LaunchWish {
  readonly command: string;
  readonly volumes?: readonly Resource[];
}

export interface Launched {
  readonly launchId: LaunchId;
  /** At TASK_RUNNING. */
  readonly hasStarted: Promise<void>;
  /** When it has finished and the agent has said that it is gone. */
  readonly hasEnded: Promise<void>;
}

interface Waiting {
  readonly running: () => void;
  readonly ended: () => void;
  readonly failed: (fault: Error) => void;
  hasFinished: boolean;
  isGone: boolean;
}

type Register = Extract<AgentMessage, { kind: 'register' }>;
type Stream = DuplexStream<LinkRequest, LinkResponse>;

/** The master's end of an agent's link: launches what the bench asks for and confirms at once whatever the agent reports. */
export class ScriptedMaster {
  /** Of every task that it was ever told to run. */
  readonly launchIds = new Set<LaunchId>();
  private readonly tasks = new Map<string, Waiting>();
  private readonly outcomes = new Map<string, (refusal: Refusal | undefined) => void>();
  private onRegister: ((register: Register) => void) | undefined;
  private push: (message: MasterMessage) => void = () => undefined;
  private server!: RpcServer;
  private pinging!: NodeJS.Timeout;
  private agentId: AgentId = 'bench-agent';

  static async start(): Promise<ScriptedMaster> {
    const master = new ScriptedMaster();
    const handlers = [handleDuplex(agentLinkService.link, (stream) => master.serve(stream))];
    master.server = await startRpcServer({ host: '127.0.0.1', port: 0, maxMessageBytes: 4 << 20, log: recordedLog(), handlers });
    master.pinging = setInterval(() => master.push({ kind: 'ping' }), PING_INTERVAL_MS);
    return master;
  }

  /** Tasks that were launched and have not ended. */
  get unfinishedCount(): number {
    return this.tasks.size;
  }

  get address(): string {
    return this.server.address;
  }

  /** The next registration; ask before the agent is started. */
  nextRegistration(): Promise<Register> {
    return new Promise((resolve) => (this.onRegister = resolve));
  }

  /** Throws what the agent refuses. */
  async apply(operation: ResourceOperation): Promise<void> {
    const operationUuid = randomUUID();
    const outcome = new Promise<Refusal | undefined>((resolve) => this.outcomes.set(operationUuid, resolve));
    this.push({ kind: 'apply_operation', operationUuid, operation, ledgerRevision: 0 });
    const refusal = await outcome;
    if (refusal) throw new Error(refusal.message);
  }

  /** Both promises reject if it ends in any other way. */
  run({ command, volumes = [] }: LaunchWish): Launched {
    const launchId = randomUUID();
    const mounts = volumes.map((volume) => ({ volume, mode: 'RW' as const }));
    const wish = task({ id: launchId, agentId: this.agentId, cpus: 0.01, memMb: 32, command, volumes: mounts, killGraceMs: 0 });
    let running!: () => void, ended!: () => void, failStart!: (fault: Error) => void, failEnd!: (fault: Error) => void;
    const hasStarted = new Promise<void>((resolve, reject) => ([running, failStart] = [resolve, reject]));
    const hasEnded = new Promise<void>((resolve, reject) => ([ended, failEnd] = [resolve, reject]));
    // Whoever asks for one of the two hears of the fault.
    for (const promise of [hasStarted, hasEnded]) promise.catch(() => undefined);
    const failed = (fault: Error) => [failStart, failEnd].forEach((fail) => fail(fault));
    this.tasks.set(launchId, { running, ended, failed, hasFinished: false, isGone: false });
    this.launchIds.add(launchId);
    const info = { ...wish, resources: wish.resources.allocate(ROLE) };
    this.push({ kind: 'run_task', framework: FRAMEWORK, info, launchId, ledgerRevision: 0 });
    return { launchId, hasStarted, hasEnded };
  }

  async stop(): Promise<void> {
    clearInterval(this.pinging);
    await this.server.stop(0);
  }

  private serve(stream: Stream): void {
    const batch = createBatcher<MasterMessage>({ flush: (messages) => stream.send({ epoch: 1, messages }) });
    this.push = (message) => batch.push(message);
    stream.onEnd(() => stream.end());
    stream.onMessage(({ messages }) => messages.forEach((message) => this.hear(message)));
  }

  private hear(message: AgentMessage): void {
    switch (message.kind) {
      case 'register':
        this.push({ kind: 'registered', agentId: this.agentId, pingIntervalMs: PING_INTERVAL_MS, pingTimeoutMs: PING_TIMEOUT_MS });
        return this.onRegister?.(message);
      case 'operation_outcome':
        return this.outcomes.get(message.operationUuid)?.(message.refusal);
      case 'task_update':
        return this.updated(message);
      case 'task_gone':
        this.push({ ...message, kind: 'task_gone_confirmed' });
        return this.settle(message.launchId, (waiting) => (waiting.isGone = true));
      default:
        return;
    }
  }

  private updated({ frameworkId, launchId, status }: Extract<AgentMessage, { kind: 'task_update' }>): void {
    const { taskId, uuid = new Uint8Array(), state, message } = status;
    this.push({ kind: 'acknowledge_update', frameworkId, taskId, uuid });
    if (state === 'TASK_RUNNING') return this.tasks.get(launchId)?.running();
    if (state === 'TASK_FINISHED') return this.settle(launchId, (waiting) => (waiting.hasFinished = true));
    if (isTerminal(state)) this.tasks.get(launchId)?.failed(new Error(`a task ended as ${state}: ${message ?? 'without a word'}`));
  }

  private settle(launchId: LaunchId, note: (waiting: Waiting) => void): void {
    const waiting = this.tasks.get(launchId);
    if (!waiting) return;
    note(waiting);
    if (!waiting.hasFinished || !waiting.isGone) return;
    this.tasks.delete(launchId);
    waiting.ended();
  }
}
