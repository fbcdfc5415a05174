import type { FrameworkId, Role } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { BookChange, UsedResources } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Agent } from './agent-book';

/** An agent as the allocator is to know it: its total, and who uses or is offered what of it. */
export function asBookChange(deps: Pick<Deps, 'offers' | 'tasks'>, agent: Agent): BookChange {
  const used = new Map<string, { frameworkId: FrameworkId; role: Role; resources: Resources }>();
  for (const task of deps.tasks.ofAgent(agent.id)) {
    if (task.gone) continue;
    const key = `${task.frameworkId} ${task.role}`;
    const sum = used.get(key)?.resources ?? Resources.empty;
    used.set(key, { frameworkId: task.frameworkId, role: task.role, resources: sum.add(task.resources) });
  }
  const offered = [...deps.offers.ofAgent(agent.id), ...deps.offers.settlingOf(agent.id)].map(
    ({ frameworkId, role, resources }): UsedResources => ({ frameworkId, role, resources: resources.unallocate(), offered: true }),
  );
  return {
    kind: 'put_agent',
    agentId: agent.id,
    total: agent.total,
    used: [...[...used.values()].map((entry) => ({ ...entry, offered: false })), ...offered],
    active: agent.state === 'connected',
  };
}
