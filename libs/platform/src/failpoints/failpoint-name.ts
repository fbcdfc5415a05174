/**
 * Where a process can be made to end: before and after each step that another process, or this one after its restart, relies on.
 * `before_…`: nothing of the step is done. `after_…`: all of it is done, and nobody has been told.
 */
export const FAILPOINTS = [
  'registry.before_script',
  'registry.after_script',
  'master.before_ledger',
  'master.after_ledger',
  'master.before_release',
  'master.after_release',
  /** The next state lies beside the committed one, which it replaces in the next step. */
  'agent.before_commit',
  'agent.after_commit',
  'agent.before_delete',
  'agent.after_delete',
  'agent.before_gone',
  'allocator.before_allocations',
  'allocator.after_allocations',
] as const;

export type FailpointName = (typeof FAILPOINTS)[number];
