/**
 * Everything that changes one agent's books runs here, one after the other (architecture section 7): no two ACCEPTs for
 * one agent interleave, and a registration waits for the ACCEPT before it.
 */
export class AgentQueue {
  private tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects with `work`'s own outcome; a rejection does not stop the work behind it. */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    const outcome = this.tail.then(work);
    this.tail = outcome.catch(() => undefined);
    return outcome;
  }
}
