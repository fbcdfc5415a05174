import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskState } from '@holdfast/core/tasks';
import { recordedLog } from '@holdfast/testing/log';
import { useTempDirectory } from '../files/temp-directory.fixture';
import type { TaskEnd } from './end-status';
import type { KillWish } from './kept-task';
import { type GroupMember, TaskGroup } from './task-group';

const directory = useTempDirectory();
const gate = () => join(directory(), 'gate');
const FAILED: TaskEnd = { state: 'TASK_FAILED', source: 'SOURCE_EXECUTOR', message: 'Command exited with status 3' };

class Member implements GroupMember {
  state: TaskState = 'TASK_RUNNING';
  isGone = false;
  isBeingKilled = false;
  readonly wishes: KillWish[] = [];

  constructor(readonly taskId: string) {}

  get ref() {
    return { frameworkId: 'f1', taskId: this.taskId, launchId: `launch-${this.taskId}` };
  }

  terminate(wish: KillWish = {}): Promise<void> {
    this.wishes.push(wish);
    return Promise.resolve();
  }
}

function recovering(): { group: TaskGroup; one: Member; other: Member } {
  const group = new TaskGroup(gate(), 2, recordedLog());
  const [one, other] = [new Member('t1'), new Member('t2')];
  for (const member of [one, other]) group.join(member);
  group.recovering();
  return { group, one, other };
}

it('is ended although the end of the task that failed is not written down yet when all are read (D-058)', async () => {
  const { group, one, other } = recovering();
  await group.ended(one, FAILED);
  expect(other.wishes).toEqual([]);
  // Its state changes only when its last status is on the disk, which may take longer than reading the others.
  await group.recovered();
  expect(one.wishes).toEqual([]);
  expect(other.wishes).toEqual([{ because: 'task t1 of its group ended as TASK_FAILED (Command exited with status 3)' }]);
});

it('is ended when the task that failed is found over only after all are read (D-058)', async () => {
  const { group, one, other } = recovering();
  await group.recovered();
  expect(other.wishes).toEqual([]);
  await group.ended(one, FAILED);
  expect(other.wishes).toHaveLength(1);
});

it('is ended once, whether an earlier agent has written the failure down, or was killing a task, or both (D-058)', async () => {
  const { group, one, other } = recovering();
  one.state = 'TASK_FAILED';
  one.isGone = true;
  await group.recovered();
  await group.ended(one, FAILED);
  expect(other.wishes).toEqual([{ because: 'task t1 of its group ended as TASK_FAILED' }]);

  const second = recovering();
  second.other.isBeingKilled = true;
  await second.group.recovered();
  expect(second.one.wishes).toEqual([{ because: 'task t2 of its group was killed' }]);
});

it('goes on when a task of it has finished while there was no agent, and keeps its gate until the last is gone', async () => {
  const { group, one, other } = recovering();
  writeFileSync(gate(), '');
  await group.ended(one, { ...FAILED, state: 'TASK_FINISHED' });
  one.isGone = true;
  await group.recovered();
  expect([other.wishes, existsSync(gate())]).toEqual([[], true]);
  await group.ended(other, { ...FAILED, state: 'TASK_FINISHED' });
  expect(existsSync(gate())).toBe(false);
});

it('loses its gate with the last of its tasks, also when they end at the same time', async () => {
  const { group, one, other } = recovering();
  await group.recovered();
  writeFileSync(gate(), '');
  // Neither end is written down yet.
  await Promise.all([group.ended(one, FAILED), group.ended(other, FAILED)]);
  expect(existsSync(gate())).toBe(false);
});
