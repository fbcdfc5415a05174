import { type Acls, parseAcls } from '@holdfast/core/authorization';
import { Resources, scalar, type Resource } from '@holdfast/core/resources';
import type { WhenUnused } from '@holdfast/core/volumes';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';

/* What the tests of this folder's changes begin with: volumes of one agent, and tasks that use them. */

export const cpu = scalar('cpus', 1);
export const V = volume('data', 40);
export const OWN = volume('own', 20, false);
export const unused = (more: Partial<WhenUnused> = {}): WhenUnused => ({ admitsReaders: false, onDeadline: 'cancel', ...more });

export function acls(json: unknown): Acls {
  const parsed = parseAcls(json);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
}

/** A connected agent with the shared volume `eng/data`, created by `alice`, and `eng/own`, which is not shared. */
export class VolumeStory extends MasterStory {
  readonly eng: StoryFramework = this.subscribe();
  agent!: StoryAgent;

  static async open(rules: unknown = {}): Promise<VolumeStory> {
    const story = new VolumeStory({}, acls(rules));
    const created = { ...V, disk: { ...V.disk, persistence: { id: 'data', principal: 'alice' } } };
    story.agent = await story.register({ checkpointed: Resources.of([engDisk(60), created, OWN]) });
    return story;
  }

  get name() {
    return { agentId: this.agent.agent.id, role: 'eng', persistenceId: 'data' };
  }

  get ownName() {
    return { ...this.name, persistenceId: 'own' };
  }

  launchOne(taskId: string, of: Resource = V, by = this.eng) {
    return this.accept(by, this.offer(by, this.agent, [cpu, of]), launch(this.agent.agent.id, [taskId, cpu, of]));
  }

  async end(taskId: string): Promise<void> {
    await this.report(this.agent, taskId, 'TASK_FINISHED');
    await this.settled();
  }

  settled(): Promise<void> {
    return this.agent.agent.queue.run(() => undefined);
  }

  async state(volumeKey = 'eng/data'): Promise<string | undefined> {
    return (await this.ledger.readVolumes(['store-1'], volumeKey))[0]?.state;
  }

  async lastEntry() {
    return (await this.ledger.readHistory('store-1', undefined, 0, 100)).at(-1);
  }

  destroys(): readonly Resource[][] {
    return this.agent.sent.flatMap((message) =>
      message.kind === 'apply_operation' && message.operation.type === 'DESTROY' ? [[...message.operation.resources]] : [],
    );
  }

  plainDisk(): string {
    return this.agent.agent.total.filter((r) => !r.disk && r.reservations.length > 0).toString();
  }
}
