/** Does one thing after the other, in the order in which they were given. */
export class Lane {
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly onFault: (fault: unknown) => void) {}

  run(work: () => Promise<void> | void): void {
    this.tail = this.tail.then(work).catch(this.onFault);
  }

  /** Resolves when everything given so far is done. */
  settled(): Promise<void> {
    return this.tail;
  }
}
