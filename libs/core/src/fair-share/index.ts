export { AllocatorBooks } from './allocator-books';
export type { AgentEntry, BookSettings, Discrepancy, FrameworkEntry, HeldBy, Recovery } from './book-entries';
export type { AgentBook, Held } from './agent-book';
export { allocateAgents, inRandomOrder, runCycle, type Allocation } from './offer-cycle';
export { checkMinAllocatable, checkOfferConstraints, type AgentTraits, type CompileRegex } from './offer-constraints';
export { DEFAULT_MINIMUM_ALLOCATABLE, parseMinimumAllocatable, type MinimumAllocatable } from './minimum-allocatable';
