import type { Drain, DrainRequester } from './drain';

/** A drain as it is asked for; since when, and whether the volume is made, the ledger adds. */
export type DrainTerms = Omit<Drain, 'sinceMs' | 'isMade'>;

/** The same terms, asked for by the same: asking again is the same as asking once. */
export function isSameDrain(a: DrainTerms, b: DrainTerms): boolean {
  return (
    a.admitsReaders === b.admitsReaders &&
    a.deadlineAtMs === b.deadlineAtMs &&
    a.onDeadline === b.onDeadline &&
    a.requester.principal === b.requester.principal &&
    a.requester.frameworkId === b.requester.frameworkId &&
    a.requester.operationId === b.requester.operationId
  );
}

const ON_DEADLINE = { cancel: 'the destroy is cancelled', kill: 'the tasks that hold it are killed' } as const;

/** The terms in words, for the history. */
export function describeTerms({ admitsReaders, deadlineAtMs, onDeadline }: DrainTerms): string {
  const whom = admitsReaders ? 'new holders may only read' : 'no new holders';
  if (deadlineAtMs === undefined) return `${whom}, no deadline`;
  return `${whom}, at ${new Date(deadlineAtMs).toISOString()} ${ON_DEADLINE[onDeadline]}`;
}

/** Who asked, in words. */
export function describeRequester({ principal, frameworkId }: DrainRequester): string {
  const whom = [principal && `principal ${principal}`, frameworkId && `framework ${frameworkId}`].filter(Boolean);
  return whom.join(' of ') || 'somebody unnamed';
}
