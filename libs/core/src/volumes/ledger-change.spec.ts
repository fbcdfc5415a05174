import { describeDifference, type Difference } from './ledger-change';

const holder = { frameworkId: 'f', taskId: 't', launchId: 'l', agentId: 'a', mode: 'RW', state: 'running', sinceMs: 1 } as const;

describe('a difference between ledger and report', () => {
  it.each<[Difference, string]>([
    [
      { change: 'volume_gone', volume: 'eng/v', cause: 'lost_by_agent' },
      'Volume eng/v is LOST: the ledger knew it, its agent no longer has it.',
    ],
    [
      { change: 'volume_gone', volume: 'eng/v', cause: 'never_made' },
      'Volume eng/v was never made: its agent re-registered without it; it is gone.',
    ],
    [
      { change: 'volume_released', volume: 'eng/v', holder, cause: 'not_reported' },
      'Volume eng/v is no longer held by task t of framework f (launch l), which its agent does not report; the holder was released.',
    ],
    [
      { change: 'holder_updated', volume: 'eng/v', holder },
      'Volume eng/v: what is known of its holder task t of framework f (launch l) was updated to running.',
    ],
    [
      { change: 'volume_destroying', volume: 'eng/v', cause: 'unused' },
      'Volume eng/v was to be destroyed when unused, and none of its holders is left; it is being destroyed.',
    ],
    [{ change: 'volume_resized', volume: 'eng/v', cause: 'why' }, 'Volume eng/v: volume_resized (why).'],
  ])('is one sentence: %j', (difference, sentence) => {
    expect(describeDifference(difference)).toBe(sentence);
  });
});
