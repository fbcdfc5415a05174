import { malformed } from './edge';

const TASKS_AT_MOST = 20_000;

/** How many tasks one call may name: each is read and answered, so that a call of too many would keep all others waiting. */
export class TaskBudget {
  private left = TASKS_AT_MOST;

  /** Refuses the call once they are used up. */
  spend(tasks: number): void {
    this.left -= tasks;
    if (this.left < 0) malformed('operations', `name more than ${TASKS_AT_MOST} tasks together`);
  }
}
