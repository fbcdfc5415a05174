import type { TaskState } from '@holdfast/core/tasks';
import { TaskState as WireTaskState } from '../gen/holdfast/v1/task';
import { malformed, required } from './edge';

export function readTaskState(state: WireTaskState | undefined, field: string): TaskState {
  const known = required(state, field);
  return known === WireTaskState.UNRECOGNIZED ? malformed(field, 'is not a known task state') : known;
}

export const writeTaskState = (state: TaskState): WireTaskState => WireTaskState[state];
