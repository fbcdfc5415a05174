import type { AgentsAnswer, TasksAnswer } from '@holdfast/contracts';
import { nearMatch } from '@holdfast/core/base';
import type { Operator } from '@holdfast/scheduler-sdk';
import { CommandFailed, EXIT } from '../../exit-code';
import type { Expect } from '../ask-master';

export type KnownTask = TasksAnswer['tasks'][number];
export type KnownAgent = AgentsAnswer['agents'][number];

export const TASK_ARGUMENT = ['<task>', 'id of the task, as "holdfast task list" shows it'] as const;
export const FRAMEWORK_OPTION = ['--framework <id>', 'its framework; needed where several have a task of this id'] as const;

/** The tasks of this id that the master knows; undefined: none. Ends the command where several frameworks have one. */
export async function findTask(
  operator: Operator,
  expect: Expect,
  taskId: string,
  frameworkId: string | undefined,
): Promise<KnownTask | undefined> {
  const { tasks } = await expect(operator.tasks(frameworkId === undefined ? {} : { frameworkId }));
  const found = tasks.filter(({ info }) => info.taskId === taskId);
  if (found.length > 1) {
    const frameworks = found.map((task) => task.frameworkId).join(', ');
    throw new CommandFailed(EXIT.usage, `Several frameworks have a task ${taskId}: ${frameworks}. Say which one with --framework.`);
  }
  return found[0];
}

/** As `findTask`; ends the command where there is none. */
export async function requireTask(operator: Operator, expect: Expect, taskId: string, frameworkId: string | undefined): Promise<KnownTask> {
  const found = await findTask(operator, expect, taskId, frameworkId);
  if (found) return found;
  const { tasks } = await expect(operator.tasks({}));
  throw new CommandFailed(
    EXIT.refused,
    noSuchTask(
      taskId,
      frameworkId,
      tasks.map(({ info }) => info.taskId),
    ),
  );
}

export function noSuchTask(taskId: string, frameworkId: string | undefined, known: readonly string[]): string {
  const meant = nearMatch(
    taskId,
    known.filter((name) => name !== taskId),
  );
  const whose = frameworkId === undefined ? '' : ` of framework ${frameworkId}`;
  return `The master knows no task ${taskId}${whose}. ${meant === undefined ? '"holdfast task list" shows those there are.' : `Did you mean ${meant}?`}`;
}
