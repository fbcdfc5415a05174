import type { ContainerEnd } from '../containers';
import { endStatus, type TaskEnd } from './end-status';

const KILL = { isFrameworkRemoved: false };

it.each([
  [0, 'TASK_FINISHED', 'Command exited with status 0'],
  [3, 'TASK_FAILED', 'Command exited with status 3'],
  [128, 'TASK_FAILED', 'Command exited with status 128'],
  [137, 'TASK_FAILED', 'Command ended by SIGKILL (status 137)'],
  [255, 'TASK_FAILED', 'Command exited with status 255'],
])('a command that exits with %d is %s', (code, state, message) => {
  expect(endStatus({ kind: 'exited', code }, undefined, true)).toEqual({ state, source: 'SOURCE_EXECUTOR', message });
});

it('a task that was told to end is killed, however its command took it (D-057)', () => {
  for (const code of [0, 1, 143]) {
    expect(endStatus({ kind: 'exited', code }, KILL, true)).toMatchObject({ state: 'TASK_KILLED', source: 'SOURCE_EXECUTOR' });
  }
  expect(endStatus({ kind: 'lost', problem: 'x' }, KILL, true)).toMatchObject({ state: 'TASK_KILLED' });
});

const MB = 1024 * 1024;
const LIMITED: ContainerEnd = { kind: 'limited', limit: 'memory', usedBytes: 48.5 * MB, limitBytes: 48 * MB };

it('a task that used more memory than it may says how much it used and was allowed (D-062)', () => {
  const { limitation, ...end } = endStatus(LIMITED, undefined, true);
  expect(end).toEqual({
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    message: 'Ended by the system because it used more memory than it may: 48.5 MB used, 48 MB allowed',
  });
  expect(String(limitation)).toBe('mem:48.5');
});

it('a task that was told to end before it used too much memory is killed (D-057)', () => {
  expect(endStatus(LIMITED, KILL, true)).toMatchObject({ state: 'TASK_KILLED', message: expect.stringContaining('48 MB allowed') });
});

it('a task that the agent ends is told as the agent says, however its command took it and whether it ran', () => {
  const end: TaskEnd = { state: 'TASK_FAILED', source: 'SOURCE_AGENT', reason: 'REASON_CONTAINER_LIMITATION_DISK', message: 'too much' };
  for (const hasRun of [true, false]) {
    expect(endStatus({ kind: 'exited', code: 0 }, { isFrameworkRemoved: false, end }, hasRun)).toBe(end);
  }
});

it('a task that was told to end before its command ran says so (D-058)', () => {
  const end = { state: 'TASK_KILLED', source: 'SOURCE_AGENT', reason: 'REASON_TASK_KILLED_DURING_LAUNCH' };
  expect(endStatus({ kind: 'lost', problem: 'x' }, KILL, false)).toMatchObject(end);
});

it('a task whose framework was removed says so (D-062)', () => {
  const removed = { isFrameworkRemoved: true };
  expect(endStatus({ kind: 'exited', code: 143 }, removed, true)).toMatchObject({ reason: 'REASON_FRAMEWORK_REMOVED' });
  expect(endStatus({ kind: 'lost', problem: 'x' }, removed, false)).toMatchObject({ reason: 'REASON_FRAMEWORK_REMOVED' });
});

it('what could not be set up and what vanished are told apart (D-062)', () => {
  expect(endStatus({ kind: 'failed', problem: 'no room' }, undefined, false)).toEqual({
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_CONTAINER_LAUNCH_FAILED',
    message: 'The task could not be started: no room',
  });
  expect(endStatus({ kind: 'lost', problem: 'vanished' }, undefined, true)).toEqual({
    state: 'TASK_FAILED',
    source: 'SOURCE_AGENT',
    reason: 'REASON_EXECUTOR_TERMINATED',
    message: 'The task is lost: vanished',
  });
});
