import type { TaskRef } from '@holdfast/core/tasks';
import type { TaskGoneConfirmed } from '../gen/holdfast/internal/v1/agent_link';
import { readId, readIdText, writeId } from './ids';

/** One launch of a task, as master and agent name it. */
export const readTaskRef = (wire: TaskGoneConfirmed): TaskRef => ({
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  taskId: readId(wire.taskId, 'task_id'),
  launchId: readIdText(wire.launchId, 'launch_id'),
});

export const writeTaskRef = ({ frameworkId, taskId, launchId }: TaskRef): TaskGoneConfirmed => ({
  frameworkId: writeId(frameworkId),
  taskId: writeId(taskId),
  launchId,
});
