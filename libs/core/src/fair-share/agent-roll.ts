import type { AgentId } from '@holdfast/core/base';
import { AgentBook, type AgentRules } from './agent-book';
import type { AgentSelection } from './agent-selection';

/** The agents by id, each in a slot of its own: a small number, used again once the agent is gone, by which selections keep their verdicts. */
export class AgentRoll {
  private readonly agents = new Map<AgentId, AgentBook>();
  private readonly freeSlots: number[] = [];
  private readonly selections = new Set<AgentSelection>();

  constructor(private readonly rules: AgentRules) {}

  get size(): number {
    return this.agents.size;
  }

  get(agentId: AgentId): AgentBook | undefined {
    return this.agents.get(agentId);
  }

  all(): Iterable<AgentBook> {
    return this.agents.values();
  }

  add(agentId: AgentId): AgentBook {
    const agent = new AgentBook(agentId, this.freeSlots.pop() ?? this.agents.size, this.rules);
    this.agents.set(agentId, agent);
    return agent;
  }

  remove(agent: AgentBook): void {
    this.agents.delete(agent.id);
    this.judgeAnew(agent);
    this.freeSlots.push(agent.slot);
  }

  /** Something else is known of the agent. */
  judgeAnew({ slot }: AgentBook): void {
    for (const selection of this.selections) selection.forget(slot);
  }

  /** These are asked from now on, those are not. */
  replaceSelections(those: Iterable<AgentSelection>, these: Iterable<AgentSelection>): void {
    for (const selection of those) this.selections.delete(selection);
    for (const selection of these) this.selections.add(selection);
  }
}
