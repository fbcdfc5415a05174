export {
  AllocatorBooks,
  type AgentEntry,
  type BookSettings,
  type Discrepancy,
  type FrameworkEntry,
  type HeldBy,
  type Recovery,
} from './allocator-books';
export type { AgentBook, Held } from './agent-book';
export { allocateAgents, inRandomOrder, runCycle, type Allocation } from './offer-cycle';
export { DEFAULT_MINIMUM_ALLOCATABLE, parseMinimumAllocatable, type MinimumAllocatable } from './minimum-allocatable';
