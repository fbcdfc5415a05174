import fc from 'fast-check';
import type { Drain, DrainOutcome, DrainRequester, DrainTerms, WhenUnused } from '@holdfast/core/volumes';
import { id, recordOf, text, timeMs } from './words';

const onDeadline = fc.constantFrom<DrainOutcome>('cancel', 'kill');

/** From a moment to ten years. */
export const whenUnused: fc.Arbitrary<WhenUnused> = recordOf<WhenUnused>(
  { admitsReaders: fc.boolean(), deadlineMs: fc.integer({ min: 1, max: 315_360_000_000 }), onDeadline },
  { requiredKeys: ['admitsReaders', 'onDeadline'] },
);

const requester: fc.Arbitrary<DrainRequester> = recordOf<DrainRequester>(
  { principal: text, frameworkId: id, operationId: id },
  { requiredKeys: [] },
);

const terms = { requester, admitsReaders: fc.boolean(), deadlineAtMs: timeMs, onDeadline };

export const drainTerms: fc.Arbitrary<DrainTerms> = recordOf<DrainTerms>(terms, {
  requiredKeys: ['requester', 'admitsReaders', 'onDeadline'],
});

export const drain: fc.Arbitrary<Drain> = recordOf<Drain>(
  { ...terms, isMade: fc.boolean(), sinceMs: timeMs },
  { requiredKeys: ['requester', 'isMade', 'admitsReaders', 'sinceMs', 'onDeadline'] },
);
