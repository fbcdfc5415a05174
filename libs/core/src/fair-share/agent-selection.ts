import type { AgentBook } from './agent-book';
import type { AgentTest } from './offer-constraints';

const MEETS = 1;
const FAILS = 2;

/** Which agents a framework wants offers of, for one role (C-060). Each agent is judged once, until what is known of it changes. */
export class AgentSelection {
  /** By slot of the agent; 0: not judged. A byte each, since agents and frameworks are many. */
  private verdicts = new Uint8Array(0);

  constructor(private readonly isWanted: AgentTest) {}

  admits(agent: AgentBook): boolean {
    const { slot } = agent;
    if (slot >= this.verdicts.length) this.makeRoomFor(slot);
    let verdict = this.verdicts[slot];
    if (verdict === 0) this.verdicts[slot] = verdict = this.isWanted(agent.traits) ? MEETS : FAILS;
    return verdict === MEETS;
  }

  /** The slot has another agent, or one of which something else is known. */
  forget(slot: number): void {
    if (slot < this.verdicts.length) this.verdicts[slot] = 0;
  }

  private makeRoomFor(slot: number): void {
    const larger = new Uint8Array(Math.max(slot + 1, 2 * this.verdicts.length));
    larger.set(this.verdicts);
    this.verdicts = larger;
  }
}
