import type { Timers } from '@holdfast/core/base';
import { findForAll, type ProcessSearch } from './find-processes';

/** The longest that a search waits for others to join it. */
const JOIN_MS = 10;

interface Waiting {
  readonly search: ProcessSearch;
  readonly resolve: (pids: readonly number[]) => void;
}

/** Looks through the process table once for all who ask within a moment: a hundred tasks that end together cost little more than one. */
export class ProcessFinder {
  private waiting: Waiting[] = [];

  constructor(private readonly timers: Timers) {}

  /** What is found was there after the call. */
  find(search: ProcessSearch): Promise<readonly number[]> {
    if (this.waiting.length === 0) this.timers.after(JOIN_MS, () => this.look());
    return new Promise((resolve) => this.waiting.push({ search, resolve }));
  }

  private look(): void {
    const asked = this.waiting;
    this.waiting = [];
    const found = findForAll(asked.map(({ search }) => search));
    for (const [at, { resolve }] of asked.entries()) resolve(found[at] ?? []);
  }
}
