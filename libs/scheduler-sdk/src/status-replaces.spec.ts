import type { TaskState, TaskStatus } from '@holdfast/core/tasks';
import { statusReplaces } from './status-replaces';

const ALIVE: readonly TaskState[] = ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'];
const ENDED: readonly TaskState[] = [
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
];
const OPEN: readonly TaskState[] = ['TASK_UNREACHABLE', 'TASK_UNKNOWN'];
const ALL = [...ALIVE, ...ENDED, ...OPEN];
const SOURCES: readonly TaskStatus['source'][] = ['SOURCE_MASTER', 'SOURCE_AGENT', 'SOURCE_EXECUTOR'];
const THERE = SOURCES.slice(1);

const pairs = (states: readonly TaskState[], sources: readonly TaskStatus['source'][]) =>
  states.flatMap((state) => sources.map((source) => [state, source] as const));

/** Of every state there is, those that take the place of this one. */
const replacedBy = (state: TaskState, source: TaskStatus['source'], heardFrom: TaskStatus['source']) =>
  ALL.filter((heard) => statusReplaces({ state, source }, { state: heard, source: heardFrom }));

describe('statusReplaces', () => {
  it.each(pairs([...ALIVE, ...OPEN], SOURCES))('lets every status follow %s of %s', (state, source) => {
    for (const heardFrom of SOURCES) expect(replacedBy(state, source, heardFrom)).toEqual(ALL);
  });

  it.each(pairs(ENDED, THERE))(
    'keeps %s of %s unless the task runs after all; the master changes nothing (D-056, D-060, D-089)',
    (state, source) => {
      for (const heardFrom of THERE) expect(replacedBy(state, source, heardFrom)).toEqual(ALIVE);
      expect(replacedBy(state, source, 'SOURCE_MASTER')).toEqual([]);
    },
  );

  it.each(ENDED)('gives up %s of the master for what those say that were there (D-089)', (state) => {
    for (const heardFrom of THERE) expect(replacedBy(state, 'SOURCE_MASTER', heardFrom)).toEqual([...ALIVE, ...ENDED]);
  });

  it.each<[TaskState, readonly TaskState[]]>([
    ['TASK_FINISHED', []],
    ['TASK_FAILED', []],
    ['TASK_KILLED', ['TASK_RUNNING', 'TASK_KILLING']],
    ['TASK_ERROR', []],
    ['TASK_LOST', [...ALIVE, 'TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED']],
    ['TASK_DROPPED', []],
    ['TASK_GONE', []],
    ['TASK_GONE_BY_OPERATOR', []],
  ])('lets the master take back its %s only for %p (D-076, D-089)', (state, expected) => {
    expect(replacedBy(state, 'SOURCE_MASTER', 'SOURCE_MASTER')).toEqual(expected);
  });
});
