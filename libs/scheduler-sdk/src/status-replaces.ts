import { canBecome, isTerminal, type TaskState, type TaskStatus } from '@holdfast/core/tasks';

type Heard = Pick<TaskStatus, 'source'> & { readonly state: TaskState };

/**
 * Whether what is heard of a task takes the place of what is known of it. A task that has ended stays as it ended: what the master
 * answers to a KILL or a RECONCILE for a task that it has forgotten says nothing new about it (D-056, D-060). An end is taken back by
 * - its agent or executor, with which a process lives: the master was wrong (D-089), or the id was used again;
 * - its agent or executor, with another end, where the master alone had spoken: it was not there, they were;
 * - the master, what it said on its own and agents may contradict: LOST, and KILLED at a teardown (D-076, D-089).
 */
export function statusReplaces(known: Heard, heard: Heard): boolean {
  if (!isTerminal(known.state)) return true;
  const knewFromMaster = known.source === 'SOURCE_MASTER';
  if (heard.source === 'SOURCE_MASTER') return knewFromMaster && canBecome(known.state, heard.state);
  return ALIVE.has(heard.state) || (knewFromMaster && isTerminal(heard.state));
}

/** What an agent says of a task that has a process, or is about to. */
const ALIVE: ReadonlySet<TaskState> = new Set<TaskState>(['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING']);
