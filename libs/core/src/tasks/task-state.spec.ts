import { canBecome, isTerminal, stateFor, type TaskState } from './task-state';

const ALL: readonly TaskState[] = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
];

describe('the life of a task', () => {
  it('is over in eight states; not when unreachable or unknown (D-054)', () => {
    const over = ALL.filter(isTerminal);
    expect(over).toEqual([
      'TASK_FINISHED',
      'TASK_FAILED',
      'TASK_KILLED',
      'TASK_ERROR',
      'TASK_LOST',
      'TASK_DROPPED',
      'TASK_GONE',
      'TASK_GONE_BY_OPERATOR',
    ]);
  });

  it('goes forward from staging to running and to an end', () => {
    expect(canBecome('TASK_STAGING', 'TASK_STARTING')).toBe(true);
    expect(canBecome('TASK_STARTING', 'TASK_RUNNING')).toBe(true);
    expect(canBecome('TASK_RUNNING', 'TASK_KILLING')).toBe(true);
    expect(canBecome('TASK_KILLING', 'TASK_KILLED')).toBe(true);
    expect(canBecome('TASK_STAGING', 'TASK_DROPPED')).toBe(true);
  });

  it('never goes back, and never leaves an end that an agent reported', () => {
    expect(canBecome('TASK_RUNNING', 'TASK_STARTING')).toBe(false);
    expect(canBecome('TASK_KILLING', 'TASK_RUNNING')).toBe(false);
    for (const to of ALL) expect([to, canBecome('TASK_FINISHED', to)]).toEqual([to, false]);
  });

  it('can be seen running again after it was unreachable, lost or killed by a teardown (D-076, D-089)', () => {
    expect(canBecome('TASK_UNREACHABLE', 'TASK_RUNNING')).toBe(true);
    expect(canBecome('TASK_LOST', 'TASK_RUNNING')).toBe(true);
    expect(canBecome('TASK_KILLED', 'TASK_RUNNING')).toBe(true);
    expect(canBecome('TASK_GONE_BY_OPERATOR', 'TASK_RUNNING')).toBe(false);
  });

  it('is told as lost to a framework that is not PARTITION_AWARE, in five states (C-079, D-021, D-060)', () => {
    const lost = ALL.filter((state) => state !== 'TASK_LOST' && stateFor(state, false) === 'TASK_LOST');
    expect(lost).toEqual(['TASK_DROPPED', 'TASK_UNREACHABLE', 'TASK_GONE', 'TASK_GONE_BY_OPERATOR', 'TASK_UNKNOWN']);
    for (const state of ALL) expect(stateFor(state, true)).toBe(state);
  });
});
