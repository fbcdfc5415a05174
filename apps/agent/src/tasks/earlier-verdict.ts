import { isTerminal } from '@holdfast/core/tasks';
import { droppedByRestart, endIn, killedDuringLaunch } from './end-status';
import type { JournalContent } from './launch-journal';
import type { Verdict } from './task-group';

/** Why none of a group's tasks runs that an earlier agent has left before it was let go: what that one has said, or was told, before all. */
export function earlierVerdict(members: readonly JournalContent[]): Verdict {
  let told: Verdict | undefined;
  for (const { record, events } of members) {
    const { taskId } = record.info;
    for (const event of events) {
      if (event.kind === 'kill') told ??= { taskId, end: killedDuringLaunch(event) };
      if (event.kind !== 'status' || !isTerminal(event.status.state)) continue;
      return { taskId, end: endIn(event.status) };
    }
  }
  return told ?? { taskId: members[0]?.record.info.taskId ?? '', end: droppedByRestart };
}
