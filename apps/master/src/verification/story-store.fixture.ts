import { isPersistentVolume, type Resource, Resources } from '@holdfast/core/resources';
import { keyOfVolume, volumesOf, type TaskInfo, type TaskState } from '@holdfast/core/tasks';
import type { AgentInspection, StrayMount } from '@holdfast/core/verification';
import { convert, conversionOf, type FrameworkInfo } from '@holdfast/core/offers';
import type { MasterMessage, ReportedTask } from '@holdfast/contracts';
import { type AgentLink, disconnectAgent } from '../agents';
import { engDisk } from '../builders.fixture';
import type { MasterStory, StoryAgent } from '../master.fixture';

interface StoryLaunch {
  readonly framework: FrameworkInfo;
  readonly info: TaskInfo;
  readonly launchId: string;
}

const CONFIGURED = 'cpus:4;mem:4096;disk:10240';

/**
 * For tests: an agent that does what it is told, at once, and says truly what it has; it registers again when its stream is dropped. Its
 * memory is the test's to spoil.
 */
export class StoryStore {
  readonly launches = new Map<string, StoryLaunch>();
  readonly lost = new Set<string>();
  strayMounts: StrayMount[] = [];
  /** Asked and not answered. */
  isSilent = false;
  /** Does not come back when it is dropped. */
  isLost = false;
  looks = 0;
  readonly drops: string[] = [];
  agent!: StoryAgent;

  private constructor(
    readonly story: MasterStory,
    readonly storeId: string,
    public resources: Resources,
  ) {}

  /** With disk reserved to `eng`. */
  static async start(story: MasterStory, storeId = 'store-1'): Promise<StoryStore> {
    const store = new StoryStore(story, storeId, Resources.of([engDisk(1000)]));
    await store.register();
    return store;
  }

  get id(): string {
    return this.agent.agent.id;
  }

  /** Tasks are those of its launches, as running. */
  async register(): Promise<void> {
    const id = this.agent ? { id: this.id } : {};
    this.agent = await this.story.register({
      agent: { hostname: 'host-1', httpPort: 5051, attributes: [], ...id },
      storeId: this.storeId,
      resources: CONFIGURED,
      checkpointed: this.resources,
      tasks: [...this.launches.values()].map(({ framework, info, launchId }): ReportedTask => {
        return { framework, info, launchId, state: 'TASK_RUNNING' };
      }),
    });
    const link: AgentLink = {
      ip: '10.1.0.7',
      send: (message) => {
        this.agent.sent.push(message);
        this.hear(message);
      },
      drop: (reason) => {
        this.drops.push(reason);
        disconnectAgent(this.story.deps, this.agent.agent, link);
        if (!this.isLost) void this.register();
      },
    };
    this.agent.agent.link = link;
    for (const message of this.agent.sent) this.hear(message);
  }

  volumes(): readonly Resource[] {
    return this.resources.toList().filter(isPersistentVolume);
  }

  forgetVolume(key: string): void {
    this.resources = this.resources.filter((resource) => !isPersistentVolume(resource) || keyOfVolume(resource) !== key);
  }

  /** The process of a task has ended; what the agent says of it comes with `report`. */
  end(taskId: string): void {
    for (const [id, { info }] of this.launches) if (info.taskId === taskId) this.launches.delete(id);
  }

  report(taskId: string, state: TaskState): Promise<void> {
    return this.story.report(this.agent, taskId, state);
  }

  inspection(): AgentInspection {
    return {
      volumes: this.volumes().map((resource) => ({ resource, hasData: !this.lost.has(keyOfVolume(resource)), isDestroying: false })),
      launches: [...this.launches.values()].map(({ framework, info, launchId }, at) => ({
        frameworkId: framework.id ?? '',
        taskId: info.taskId,
        launchId,
        pid: 100 + at,
        volumes: volumesOf(info).map(({ volume, mode }) => ({ volume, mode, isMounted: true })),
      })),
      strayMounts: this.strayMounts,
    };
  }

  private hear(message: MasterMessage): void {
    if (message.kind === 'run_task') this.launches.set(message.launchId, message);
    if (message.kind === 'apply_operation') this.apply(message);
    if (message.kind !== 'inspect') return;
    this.looks++;
    const inspection = this.inspection();
    if (!this.isSilent) setImmediate(() => this.story.deps.inspections.answer(message.requestId, inspection));
  }

  private apply({ operation, operationUuid }: Extract<MasterMessage, { kind: 'apply_operation' }>): void {
    if (operation.type !== 'CREATE' && operation.type !== 'DESTROY') return;
    const made = convert(this.resources, conversionOf(operation.type, operation.resources));
    if (made.ok) this.resources = made.value;
    setImmediate(() => this.agent.agent.operations.settle(operationUuid, undefined));
  }
}

/** Moves the story's time until something has come about. */
export async function inTime<T>({ world }: Pick<MasterStory, 'world'>, awaited: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => void (isOver = true);
  awaited.then(over, over);
  while (!isOver) {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    if (!isOver) world.advance(50);
  }
  return awaited;
}
