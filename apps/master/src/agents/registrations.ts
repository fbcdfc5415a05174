import type { Agent } from './agent-book';

/** Tells whoever wants to know that an agent has registered and its report is in the books. */
export class Registrations {
  private readonly listeners = new Set<(agent: Agent) => void>();

  announce(agent: Agent): void {
    for (const listener of [...this.listeners]) listener(agent);
  }

  /** Returns what stops it. */
  onRegistered(listener: (agent: Agent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
