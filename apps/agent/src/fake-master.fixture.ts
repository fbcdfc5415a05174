import { randomUUID } from 'node:crypto';
import type { Refusal } from '@holdfast/core/base';
import { type AgentMessage, agentLinkService, type LinkRequest, type LinkResponse, type MasterMessage } from '@holdfast/contracts';
import type { FrameworkInfo, OperationStatus, ResizeOperation, ResourceOperationType } from '@holdfast/core/offers';
import { type Resource, Resources, scalar } from '@holdfast/core/resources';
import type { Command, ExecutorInfo, TaskInfo, TaskState, TaskStatus } from '@holdfast/core/tasks';
import { type DuplexStream, handleDuplex, type RpcServer, startRpcServer } from '@holdfast/platform/rpc';
import { recordedLog } from '@holdfast/testing/log';

type MessageOf<K extends AgentMessage['kind']> = Extract<AgentMessage, { kind: K }>;
type RunTask = Extract<MasterMessage, { kind: 'run_task' }>;
type RunGroup = Extract<MasterMessage, { kind: 'run_group' }>;

export const FRAMEWORK: FrameworkInfo = {
  id: 'f1',
  name: 'test',
  user: 'root',
  roles: ['eng'],
  capabilities: new Set(['SHARED_RESOURCES', 'PARTITION_AWARE']),
  failoverTimeoutMs: 0,
  checkpoint: true,
  labels: [],
};

export interface TaskWish {
  readonly id?: string;
  readonly launchId?: string;
  readonly line?: string;
  readonly command?: Command;
  readonly volumes?: readonly Resource[];
  readonly killGraceMs?: number;
  readonly framework?: FrameworkInfo;
  readonly ledgerRevision?: number;
}

/** For tests: the agents' door of a master, over real gRPC. It says what a test tells it to, and keeps what it hears. */
export class FakeMaster {
  epoch = 1;
  /** Instead of an admission. */
  refusal: Refusal | undefined;
  /** A silent one answers no registration. */
  isSilent = false;
  /** Whether statuses are acknowledged and ends confirmed as they come. */
  acknowledges = true;
  /** It does not ping by itself. */
  pingTimeoutMs = 600_000;
  readonly heard: AgentMessage[] = [];
  private stream: DuplexStream<LinkRequest, LinkResponse> | undefined;
  private readonly waiting = new Set<() => void>();
  private server!: RpcServer;

  static async start(port = 0): Promise<FakeMaster> {
    const master = new FakeMaster();
    master.server = await startRpcServer({
      host: '127.0.0.1',
      port,
      maxMessageBytes: 4 * 1024 * 1024,
      log: recordedLog(),
      handlers: [handleDuplex(agentLinkService.link, (stream) => master.serve(stream))],
    });
    return master;
  }

  get address(): string {
    return this.server.address;
  }

  get port(): number {
    return this.server.port;
  }

  stop(): Promise<void> {
    return this.server.stop(0);
  }

  hangUp(): void {
    this.stream?.end();
  }

  send(...messages: readonly MasterMessage[]): void {
    this.stream?.send({ epoch: this.epoch, messages });
  }

  /** What was heard of a kind, in order. */
  all<K extends AgentMessage['kind']>(kind: K): readonly MessageOf<K>[] {
    return this.heard.filter((message): message is MessageOf<K> => message.kind === kind);
  }

  /** Resolves as soon as there is what is looked for. */
  until<T>(find: () => T | undefined | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        let found: T | undefined | false;
        try {
          found = find();
        } catch (fault) {
          this.waiting.delete(look);
          return reject(fault);
        }
        if (found === undefined || found === false) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    });
  }

  /** The registration with this number, counted from 1. */
  registration(number = 1): Promise<MessageOf<'register'>> {
    return this.until(() => this.all('register')[number - 1]);
  }

  statuses(taskId: string): readonly TaskStatus[] {
    return this.all('task_update')
      .map(({ status }) => status)
      .filter((status) => status.taskId === taskId);
  }

  untilState(taskId: string, state: TaskState): Promise<TaskStatus> {
    return this.until(() => this.statuses(taskId).find((status) => status.state === state));
  }

  untilGone(taskId: string): Promise<MessageOf<'task_gone'>> {
    return this.until(() => this.all('task_gone').find((gone) => gone.taskId === taskId));
  }

  /** Resolves with the refusal, or undefined when it was done. */
  async apply(type: ResourceOperationType, ...resources: readonly Resource[]): Promise<Refusal | undefined> {
    const message = this.operation(type, resources);
    this.send(message);
    return this.outcome(message.operationUuid);
  }

  operation(type: ResourceOperationType, resources: readonly Resource[], ledgerRevision = 0) {
    return { kind: 'apply_operation', operationUuid: randomUUID(), operation: { type, resources }, ledgerRevision } as const;
  }

  /** Of framework f1, which wants to hear what becomes of it. */
  tracked(id: string, type: ResourceOperationType, ...resources: readonly Resource[]) {
    const operation = { type, id, resources };
    return { kind: 'apply_operation', operationUuid: randomUUID(), frameworkId: 'f1', operation, ledgerRevision: 0 } as const;
  }

  /** As `apply`. */
  async resize(type: ResizeOperation['type'], volume: Resource, change: Resource): Promise<Refusal | undefined> {
    const message = {
      kind: 'apply_operation',
      operationUuid: randomUUID(),
      operation: { type, volume, change },
      ledgerRevision: 0,
    } as const;
    this.send(message);
    return this.outcome(message.operationUuid);
  }

  operationStatuses(operationId: string): readonly OperationStatus[] {
    return this.all('operation_update')
      .map(({ status }) => status)
      .filter((status) => status.operationId === operationId);
  }

  /** Its first status. */
  untilOperation(operationId: string): Promise<OperationStatus> {
    return this.until(() => this.operationStatuses(operationId)[0]);
  }

  async outcome(uuid: string): Promise<Refusal | undefined> {
    return (await this.until(() => this.all('operation_outcome').find(({ operationUuid }) => operationUuid === uuid))).refusal;
  }

  run(wish: TaskWish): RunTask {
    const message = runTask(wish);
    this.send(message);
    return message;
  }

  acknowledgeOperation(frameworkId: string, { operationId, uuid }: OperationStatus): void {
    this.send({ kind: 'acknowledge_operation', frameworkId, operationId, uuid: uuid ?? new Uint8Array() });
  }

  acknowledge(frameworkId: string, { taskId, uuid }: TaskStatus): void {
    this.send({ kind: 'acknowledge_update', frameworkId, taskId, uuid: uuid ?? new Uint8Array() });
  }

  private serve(stream: DuplexStream<LinkRequest, LinkResponse>): void {
    this.stream = stream;
    stream.onEnd(() => stream.end());
    stream.onMessage(({ messages }) => {
      for (const message of messages) {
        this.heard.push(message);
        this.answer(stream, message);
      }
      for (const look of [...this.waiting]) look();
    });
  }

  private answer(stream: DuplexStream<LinkRequest, LinkResponse>, message: AgentMessage): void {
    const say = (answer: MasterMessage) => stream.send({ epoch: this.epoch, messages: [answer] });
    if (message.kind === 'register' && !this.isSilent) {
      if (this.refusal) return say({ kind: 'registration_refused', refusal: this.refusal });
      const agentId = message.agent.id ?? 'agent-1';
      return say({ kind: 'registered', agentId, pingIntervalMs: 1000, pingTimeoutMs: this.pingTimeoutMs });
    }
    if (!this.acknowledges) return;
    if (message.kind === 'task_update') {
      const { frameworkId, status } = message;
      say({ kind: 'acknowledge_update', frameworkId, taskId: status.taskId, uuid: status.uuid ?? new Uint8Array() });
    }
    if (message.kind === 'operation_update') {
      const { frameworkId, status } = message;
      say({ kind: 'acknowledge_operation', frameworkId, operationId: status.operationId, uuid: status.uuid ?? new Uint8Array() });
    }
    if (message.kind === 'task_gone') say({ ...message, kind: 'task_gone_confirmed' });
    if (message.kind === 'executor_gone') {
      say({ kind: 'executor_gone_confirmed', frameworkId: message.frameworkId, executorId: message.executorId });
    }
  }
}

let tasks = 0;

export function runTask(wish: TaskWish): RunTask {
  const { line = 'true', volumes = [], framework = FRAMEWORK, killGraceMs } = wish;
  const taskId = wish.id ?? `task-${++tasks}`;
  const command: Command = wish.command ?? { shell: true, value: line, args: [], environment: [] };
  const info: TaskInfo = {
    taskId,
    name: taskId,
    agentId: 'agent-1',
    resources: Resources.of([scalar('cpus', 0.1), ...volumes]).allocate('eng'),
    command,
    ...(killGraceMs !== undefined && { killGraceMs }),
    labels: [],
    unsupportedFields: [],
    wire: new Uint8Array(),
  };
  return { kind: 'run_task', framework, info, launchId: wish.launchId ?? randomUUID(), ledgerRevision: wish.ledgerRevision ?? 0 };
}

export const EXECUTOR: ExecutorInfo = {
  executorId: 'e1',
  type: 'DEFAULT',
  resources: Resources.of([scalar('cpus', 0.1), scalar('mem', 32)]).allocate('eng'),
  labels: [],
  unsupportedFields: [],
  wire: new Uint8Array(),
};

/** The tasks of a LAUNCH_GROUP, as the master sends them: each with the executor. */
export function runGroup(wishes: readonly TaskWish[], executor: Partial<ExecutorInfo> = {}): RunGroup {
  const tasks = wishes.map((wish) => {
    const { info, launchId } = runTask(wish);
    return { info: { ...info, executor: { ...EXECUTOR, ...executor } }, launchId };
  });
  return { kind: 'run_group', framework: wishes[0]?.framework ?? FRAMEWORK, tasks, ledgerRevision: 0 };
}

/** One of its tasks, as if it had been launched by itself. */
export const memberOf = ({ framework, tasks }: RunGroup, at: number): RunTask => ({
  kind: 'run_task',
  framework,
  info: tasks[at]!.info,
  launchId: tasks[at]!.launchId,
  ledgerRevision: 0,
});
