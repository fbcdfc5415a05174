import type { TaskState, TaskStatus } from '@holdfast/core/tasks';
import { StatusBook } from './status-book';

const status = (taskId: string, state: TaskState, source: TaskStatus['source'] = 'SOURCE_AGENT'): TaskStatus => ({
  taskId,
  state,
  source,
  timestampMs: 1,
});

/** What a book has of a task after it was told all this. */
const after = (...told: readonly (TaskStatus | 'launching')[]) => {
  const book = new StatusBook(10);
  for (const each of told) {
    if (each === 'launching') book.launching('t');
    else book.put(each);
  }
  return book.get('t')?.state;
};

describe('StatusBook', () => {
  it('keeps how a task ended, whatever a KILL of it is answered later (D-056)', () => {
    const ended = [status('t', 'TASK_RUNNING'), status('t', 'TASK_FINISHED')];
    for (const answer of ['TASK_UNKNOWN', 'TASK_GONE', 'TASK_LOST', 'TASK_UNREACHABLE'] as const)
      expect(after(...ended, status('t', answer, 'SOURCE_MASTER'))).toBe('TASK_FINISHED');
  });

  it('says RUNNING again of a task that its agent still runs (D-089)', () => {
    expect(after(status('t', 'TASK_KILLED', 'SOURCE_MASTER'), status('t', 'TASK_RUNNING'))).toBe('TASK_RUNNING');
  });

  it('takes anything for the status of a task that is launched again under its id, once', () => {
    const refused = status('t', 'TASK_DROPPED', 'SOURCE_MASTER');
    expect(after(status('t', 'TASK_FINISHED'), 'launching')).toBe('TASK_FINISHED');
    expect(after(status('t', 'TASK_FINISHED'), 'launching', refused)).toBe('TASK_DROPPED');
    const answer = status('t', 'TASK_UNKNOWN', 'SOURCE_MASTER');
    expect(after(status('t', 'TASK_FINISHED'), 'launching', refused, answer)).toBe('TASK_DROPPED');
    expect(after('launching', status('t', 'TASK_FINISHED'), answer)).toBe('TASK_FINISHED');
  });

  it('forgets of those that have ended the oldest, and none that lives', () => {
    const book = new StatusBook(2);
    book.put(status('lives', 'TASK_RUNNING'));
    for (const id of ['a', 'b', 'c']) book.put(status(id, 'TASK_FINISHED'));
    expect(['lives', 'a', 'b', 'c'].map((id) => book.get(id)?.state)).toEqual([
      'TASK_RUNNING',
      undefined,
      'TASK_FINISHED',
      'TASK_FINISHED',
    ]);
  });
});
