import type { FrameworkId, Role } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { BookChange, UsedResources } from '@holdfast/contracts';
import type { Deps } from '../deps';
import { offerable } from '../drains/offerable';
import type { Agent } from './agent-book';

/** An agent as the allocator is to know it: what of its total may be offered, and whose tasks and executors use, or who is offered, what of it. */
export function asBookChange(deps: Pick<Deps, 'offers' | 'tasks' | 'executors'>, agent: Agent): BookChange {
  const used = new Map<string, { frameworkId: FrameworkId; role: Role; resources: Resources }>();
  const users = [...deps.tasks.ofAgent(agent.id).filter((task) => !task.gone), ...deps.executors.ofAgent(agent.id)];
  for (const { frameworkId, role, resources } of users) {
    const key = `${frameworkId} ${role}`;
    const sum = used.get(key)?.resources ?? Resources.empty;
    used.set(key, { frameworkId, role, resources: sum.add(resources) });
  }
  const offered = [...deps.offers.ofAgent(agent.id), ...deps.offers.settlingOf(agent.id)].map(
    ({ frameworkId, role, resources }): UsedResources => ({ frameworkId, role, resources: resources.unallocate(), offered: true }),
  );
  return {
    kind: 'put_agent',
    agentId: agent.id,
    total: offerable(agent),
    used: [...[...used.values()].map((entry) => ({ ...entry, offered: false })), ...offered],
    active: agent.state === 'connected',
    hostname: agent.info.hostname,
    attributes: agent.info.attributes,
    ...(agent.info.domain !== undefined && { domain: agent.info.domain }),
  };
}
