import type { FrameworkId, OperationId, Principal } from '@holdfast/core/base';
import type { Drain, DrainOutcome, DrainTerms } from '@holdfast/core/volumes';

/** How `drain.lua` writes a destroy that waits. */
export interface DrainWords {
  readonly made: boolean;
  readonly since_ms: number;
  readonly admits_readers: boolean;
  readonly deadline_at_ms?: number;
  readonly on_deadline: DrainOutcome;
  readonly requester: { readonly principal?: Principal; readonly framework?: FrameworkId; readonly operation?: OperationId };
}

/** What was asked for, without its braces. Equal terms have equal texts. */
export function drainTerms({ admitsReaders, deadlineAtMs, onDeadline, requester }: DrainTerms): string {
  const terms: Omit<DrainWords, 'made' | 'since_ms'> = {
    admits_readers: admitsReaders,
    ...(deadlineAtMs !== undefined && { deadline_at_ms: deadlineAtMs }),
    on_deadline: onDeadline,
    requester: { principal: requester.principal, framework: requester.frameworkId, operation: requester.operationId },
  };
  return JSON.stringify(terms).slice(1, -1);
}

export const readDrain = (text: string): Drain => drainOf(JSON.parse(text) as DrainWords);

export function drainOf({ made, since_ms, admits_readers, deadline_at_ms, on_deadline, requester }: DrainWords): Drain {
  const { principal, framework, operation } = requester;
  return {
    requester: {
      ...(principal !== undefined && { principal }),
      ...(framework !== undefined && { frameworkId: framework }),
      ...(operation !== undefined && { operationId: operation }),
    },
    isMade: made,
    admitsReaders: admits_readers,
    sinceMs: since_ms,
    ...(deadline_at_ms !== undefined && { deadlineAtMs: deadline_at_ms }),
    onDeadline: on_deadline,
  };
}
