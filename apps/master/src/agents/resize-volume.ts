import { isPersistentVolume, type Resource, type Resources, unallocatedIdentity } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import type { Deps } from '../deps';
import type { Agent } from './agent-book';

/** A shared volume has another size: so have the copies that tasks use, here and in the allocator's books, so that they can be given back. */
export function resizeCopies(deps: Deps, agent: Agent, from: Resource, to: Resource): void {
  for (const task of deps.tasks.ofAgent(agent.id)) task.resources = withVolume(task.resources, to);
  deps.allocator.change({ kind: 'resize_copies', agentId: agent.id, from, to });
}

/** Resources in which every volume that the agent has stands with its present size: a task names it as it was when it was launched. */
export function withPresentVolumes(resources: Resources, { total }: Pick<Agent, 'total'>): Resources {
  if (resources.persistentVolumes().isEmpty) return resources;
  return total.persistentVolumes().toList().reduce(withVolume, resources);
}

/** Both without allocation role. */
function withVolume(resources: Resources, present: Resource): Resources {
  const isEarlier = (resource: Resource) =>
    isPersistentVolume(resource) &&
    keyOfVolume(resource) === keyOfVolume(present) &&
    unallocatedIdentity(resource) !== unallocatedIdentity(present);
  return resources.toList().some(isEarlier) ? resources.map((resource) => (isEarlier(resource) ? present : resource)) : resources;
}
