import type { AllocateResponse, BookChange } from '@holdfast/contracts';

/** The port to the allocator: changes of its books go out, allocations come back. */
export interface AllocatorBooks {
  /**
   * In order; lost on a broken stream, after which the allocator is sent a snapshot of everything. Answers with the number
   * of the request that carries it: an allocation made before the allocator saw that request knows nothing of the change.
   */
  change(change: BookChange): number;
  readonly isLinked: boolean;
}

export interface AllocatorListener {
  /** The whole books as changes, taken at one instant. */
  snapshot(): readonly BookChange[];
  allocations(response: AllocateResponse): void;
}
