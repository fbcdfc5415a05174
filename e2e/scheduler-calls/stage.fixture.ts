import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentId, TaskId } from '@holdfast/core/base';
import type { Offer, Operation, OperationResult } from '@holdfast/core/offers';
import type { Resource } from '@holdfast/core/resources';
import type { TaskInfo } from '@holdfast/core/tasks';
import {
  connectOperator,
  connectScheduler,
  disk,
  findVolume,
  orThrow,
  persistentVolume,
  reserved,
  task,
  type FrameworkDescription,
  type Operator,
  type Scheduler,
  type SchedulerOptions,
} from '@holdfast/scheduler-sdk';
import { eventually } from '@holdfast/testing/eventually';
import { startCluster, type ClusterOptions, type ReadyInfo, type TestCluster } from '@holdfast/testing/cluster';

export const ROLE = 'eng';

/** Disk of this size, reserved to the role of these stories. */
export const engDisk = (mb: number): Resource => reserved(disk(mb), { role: ROLE });

/** A shared volume that tasks see as `data`. */
export const sharedVolume = (id: string, mb: number): Resource =>
  persistentVolume(engDisk(mb), { id, shared: true, containerPath: 'data' });

type Pids = ReadyInfo['pids'];

/** A cluster of its own, who asks it, and the schedulers of one spec file. */
export class Stage {
  private readonly closing: (() => void)[] = [];

  private constructor(
    readonly cluster: TestCluster,
    readonly operator: Operator,
  ) {}

  /** One agent, offers again soon after one was declined, and no end of a task told before the ledger has it, however slow that is. */
  static async open({ env, ...options }: ClusterOptions = {}, credentials?: SchedulerOptions['credentials']): Promise<Stage> {
    const settings = { HOLDFAST_ALLOCATOR_INTERVAL_MS: '200', HOLDFAST_MASTER_RELEASE_WAIT_MS: '30000', ...env };
    const cluster = await startCluster({ agents: 1, env: settings, ...options });
    return new Stage(cluster, connectOperator({ address: cluster.ready.master.grpc, ...(credentials && { credentials }) }));
  }

  /** The first agent's id. */
  get agentId(): AgentId {
    return this.cluster.ready.agents[0]?.id ?? '';
  }

  async scheduler({
    framework,
    ...options
  }: Partial<Omit<SchedulerOptions, 'framework'>> & { readonly framework?: Partial<FrameworkDescription> } = {}): Promise<Scheduler> {
    const scheduler = await connectScheduler({
      address: this.cluster.ready.master.grpc,
      framework: { name: 'story', user: 'root', roles: [ROLE], capabilities: ['SHARED_RESOURCES', 'PARTITION_AWARE'], ...framework },
      ...options,
    });
    this.closing.push(() => scheduler.close());
    return scheduler;
  }

  /** The processes of a task of this cluster, seen from outside: each knows its task and its sandbox. */
  processesOf(taskId: TaskId): readonly number[] {
    const isOfTask = (pid: string) => {
      const variables = environmentOf(pid);
      return (
        variables.includes(`MESOS_TASK_ID=${taskId}`) &&
        variables.some((variable) => variable.startsWith(`MESOS_SANDBOX=${this.cluster.workDir}/`))
      );
    };
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isOfTask(name))
      .map(Number);
  }

  /** The same, once there are any: a task is told to run when its command is about to be started. */
  async untilProcessesOf(taskId: TaskId): Promise<readonly number[]> {
    await eventually(() => this.processesOf(taskId).length > 0);
    return this.processesOf(taskId);
  }

  /** Where the volume's data lies on the first agent. */
  dataOf(persistenceId: string): string {
    return join(this.cluster.ready.agents[0]?.workDir ?? '', 'volumes/roles', ROLE, persistenceId);
  }

  /** The ids of the tasks that hold it, as an operator is told. */
  async holders(persistenceId: string): Promise<readonly string[]> {
    const { holders } = orThrow(await this.operator.holders({ agentId: this.agentId, role: ROLE, persistenceId }));
    return holders.map(({ taskId }) => taskId).sort();
  }

  /** kill -9; resolves once the service runs again. */
  async kill(pidOf: (pids: Pids) => number | undefined): Promise<void> {
    const before = pidOf(this.cluster.readNow().pids);
    if (before === undefined) throw new Error('no such process');
    process.kill(before, 'SIGKILL');
    await this.cluster.untilReady(({ pids }) => pidOf(pids) !== undefined && pidOf(pids) !== before);
  }

  /** kill -9 of the first agent; resolves once it is offered again, hence registered, and nothing that it offered before is outstanding. */
  async killAgent(scheduler: Scheduler): Promise<void> {
    const isOfAgent = ({ agentId }: Offer) => agentId === this.agentId;
    const held = await scheduler.findOffer(isOfAgent);
    // All that it had offered is taken back together, before anything new of it is offered.
    const again = scheduler.nextRescind(held.id).then(() => scheduler.nextOffer(isOfAgent));
    await Promise.all([again, this.kill(({ agents }) => agents[0])]);
  }

  /** kill -9 of the master; resolves once the scheduler is subscribed again. */
  async killMaster(scheduler: Scheduler): Promise<void> {
    const again = new Promise<void>((resolve) => scheduler.once('subscribed', () => resolve()));
    await Promise.all([again, this.kill(({ master }) => master)]);
  }

  async close(): Promise<void> {
    for (const close of this.closing) close();
    this.operator.close();
    await this.cluster.stop();
  }
}

/** Of a process that has ended meanwhile, or that is not ours: nothing. */
function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Answers an offer; what is left of it comes again at once. */
export const act = async (scheduler: Scheduler, offer: Offer, ...operations: readonly Operation[]): Promise<readonly OperationResult[]> =>
  orThrow(await scheduler.accept(offer, operations, { refuseMs: 0 }));

/** The first offer that fits. Others are declined, since what becomes free piece by piece is offered piece by piece. */
export async function gather(scheduler: Scheduler, fits: (offer: Offer) => boolean): Promise<Offer> {
  for (;;) {
    await scheduler.findOffer(() => true);
    const found = scheduler.offers.find(fits);
    if (found) return found;
    orThrow(await scheduler.decline(scheduler.offers, { refuseMs: 0 }));
  }
}

/** A small task on a volume, which sleeps unless told otherwise: one process from its beginning to its end. */
export const holder = (offer: Offer, id: TaskId, volume: Resource, command = 'exec sleep 600'): TaskInfo =>
  task({
    id,
    agentId: offer.agentId,
    cpus: 0.1,
    memMb: 32,
    command,
    volumes: [{ volume, mode: 'RW' }],
    killGraceMs: 100,
  });

/** An offer in which the volume is of this size. */
export const withVolume =
  (id: string, mb: number) =>
  (offer: Offer): boolean =>
    sizeMb(findVolume(offer, id)) === mb;

/** Size of a volume; undefined where there is none. */
export const sizeMb = (volume: Resource | undefined): number | undefined =>
  volume?.value.kind === 'scalar' ? volume.value.milli / 1000 : undefined;

/** Everything of an agent that one offer holds, as text. */
export const inWords = (offer: Offer): string => offer.resources.unallocate().toString();
