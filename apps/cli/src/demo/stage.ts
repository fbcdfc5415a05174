import { join } from 'node:path';
import type { AgentId, FrameworkId, Holder, TaskId } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import { disk, orThrow, persistentVolume, reserved, type Operator } from '@holdfast/scheduler-sdk';
import type { Cluster } from '../cluster';
import { expectEqual } from './difference';
import type { Narrator } from './narrator';
import type { Player } from './player';

export const ROLE = 'eng';
export const DATASET_MB = 2048;
export const STORY_FILE = 'story.txt';

/** 2048 MB of disk, reserved; and the volume that the story is about, made of it. */
export const RESERVED_DISK: Resource = reserved(disk(DATASET_MB), { role: ROLE });
export const DATASET: Resource = persistentVolume(RESERVED_DISK, { id: 'dataset', shared: true });

/** The three tasks that come to hold the volume. */
export const TASKS = { writer: 'writer', reader: 'reader', guest: 'guest' } as const satisfies Record<string, TaskId>;

/** Everything that the chapters play with. */
export interface Stage {
  readonly cluster: Cluster;
  readonly operator: Operator;
  readonly narrator: Narrator;
  /** Aborted: the story is over, however far it has got. */
  readonly ending: AbortSignal;
  readonly a: Player;
  readonly b: Player;
  readonly c: Player;
  readonly d: Player;
}

/** The stage once the volume is there: on which agent, and where on its disk. */
export interface DatasetStage extends Stage {
  readonly agentId: AgentId;
  /** As people call it: agent 1 or agent 2. */
  readonly agentName: string;
  readonly agentDir: string;
}

export function onAgent(stage: Stage, agentId: AgentId): DatasetStage {
  const index = stage.cluster.ready.agents.findIndex(({ id }) => id === agentId);
  const agent = stage.cluster.ready.agents[index];
  if (agent === undefined) throw new Error(`Agent ${agentId} made an offer but is not in the cluster's ready state.`);
  return { ...stage, agentId, agentName: `agent ${index + 1}`, agentDir: agent.workDir };
}

/** Where a volume of the role lies on the agent's disk. */
export const volumeDir = ({ agentDir }: DatasetStage, id: string): string => join(agentDir, 'volumes', 'roles', ROLE, id);

export const storyFile = (stage: DatasetStage): string => join(volumeDir(stage, 'dataset'), STORY_FILE);

/** What a task printed, in its sandbox on the agent's disk. */
export const outputOf = ({ agentDir }: DatasetStage, holder: Holder): string =>
  join(agentDir, 'sandboxes', holder.frameworkId, holder.taskId, holder.launchId, 'stdout');

/** Who holds a volume, as the ledger has it, by task id. */
export async function holdersOf({ operator, agentId }: DatasetStage, id: string): Promise<readonly Holder[]> {
  const { holders } = orThrow(await operator.holders({ agentId, role: ROLE, persistenceId: id }), `asking who holds ${id}`);
  return [...holders].sort((one, other) => (one.taskId < other.taskId ? -1 : 1));
}

/** The ledger's holders are exactly these tasks. */
export async function expectHolders(stage: DatasetStage, id: string, tasks: readonly TaskId[]): Promise<readonly Holder[]> {
  const holders = await holdersOf(stage, id);
  expectEqual(
    `The holders of ${id}`,
    holders.map(({ taskId }) => taskId),
    [...tasks].sort(),
  );
  return holders;
}

/** The states of these tasks, as the master has them. */
export async function statesOf({ operator }: Stage, tasks: readonly (readonly [FrameworkId, TaskId])[]): Promise<readonly string[]> {
  const answer = orThrow(await operator.tasks(), 'asking for the tasks');
  return tasks.map(
    ([frameworkId, taskId]) =>
      answer.tasks.find((task) => task.frameworkId === frameworkId && task.info.taskId === taskId)?.status.state ?? 'unknown',
  );
}

/** Writer and reader are A's, the guest is B's. */
export const datasetTasks = ({ a, b }: Stage): readonly (readonly [FrameworkId, TaskId])[] => [
  [a.id, TASKS.writer],
  [a.id, TASKS.reader],
  [b.id, TASKS.guest],
];
