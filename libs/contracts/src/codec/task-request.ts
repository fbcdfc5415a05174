import type { TaskId } from '@holdfast/core/base';
import type { TaskRequest } from '@holdfast/core/offers';
import type { TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import { attempt, readPart } from './edge';
import { Frame } from './frame';
import { writeId } from './ids';
import { readTaskInfo, taskInfoMessage } from './task';

/** Field numbers of TaskInfo and TaskID, for naming a task that cannot be read. */
const TASK_INFO = { taskId: 2 } as const;
const TASK_ID = { value: 1 } as const;

/** The tasks of a LAUNCH or LAUNCH_GROUP, each judged alone (B-074). `path` is where the list stands. */
export const readTaskRequests = (tasks: readonly Uint8Array[], path: string): TaskRequest[] =>
  tasks.map((bytes, at) => {
    const task = attempt((part) => readPart(part, `${path}[${at}]`, readTaskInfo), bytes);
    return { taskId: task.ok ? task.value.taskId : namedTask(bytes), task };
  });

/** The ids by which tasks that are not even judged are answered; those without one are left out. */
export const readNamedTasks = (tasks: readonly Uint8Array[]): TaskId[] => tasks.map(namedTask).filter((taskId) => taskId !== '');

/** As far as it can be told; empty if not at all. */
function namedTask(bytes: Uint8Array): TaskId {
  const id = new Frame(bytes).part(TASK_INFO.taskId);
  const text = id && new Frame(id).part(TASK_ID.value);
  return text ? Buffer.from(text).toString('utf8') : '';
}

/** Of a task that was refused only its name goes on. */
export const writeTaskRequest = ({ taskId, task }: TaskRequest): WireTaskInfo =>
  task.ok ? taskInfoMessage(task.value) : namedTaskMessage(taskId);

export const namedTaskMessage = (taskId: TaskId): WireTaskInfo => ({ taskId: writeId(taskId), resources: [], limits: {} });
