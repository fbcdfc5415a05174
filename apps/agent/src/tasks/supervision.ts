import type { CheckResult, Command, TaskInfo } from '@holdfast/core/tasks';
import { TaskChecks } from '../checks';
import { type Container, type ExecEnd, taskEnvironment } from '../containers';
import type { TaskEnd } from './end-status';
import type { KeptTask } from './kept-task';
import type { LaunchDeps } from './launch-deps';
import type { LaunchReports } from './launch-reports';
import { commandOf, userOf } from './plan-container';

/** Ends one for what its health check has found too often; the framework sees from `healthy` why (wire: TaskStatus.healthy). */
const unhealthy = (problem: string): TaskEnd => ({
  state: 'TASK_KILLED',
  source: 'SOURCE_EXECUTOR',
  message: `Killed, because ${problem}`,
  healthy: false,
});

const tookTooLong = (maxCompletionMs: number): TaskEnd => ({
  state: 'TASK_FAILED',
  source: 'SOURCE_EXECUTOR',
  reason: 'REASON_MAX_COMPLETION_TIME_REACHED',
  message: `Killed, because it ran for longer than its max_completion_time of ${maxCompletionMs} ms`,
});

/** What ends by a signal, or cannot be started, may have gone with its container. */
const mayHaveGoneAlong = (end: ExecEnd): boolean => end.kind === 'failed' || (end.kind === 'exited' && end.code > SIGNAL_OFFSET);
/** A shell says so much more than the number of a signal. */
const SIGNAL_OFFSET = 128;
/** Within which we hear of the end of a container. */
const SHORT_WHILE_MS = 500;

/** Sees to one running task: how it does is asked and told, and it is ended when it is not well or takes too long. */
export class Supervision {
  private checks: TaskChecks | undefined;
  private cancelCompletion: (() => void) | undefined;

  constructor(
    private readonly task: KeptTask,
    private readonly reports: LaunchReports,
    private readonly deps: LaunchDeps,
  ) {}

  /** Its command runs since `sinceMs` of the MonotonicClock. */
  start(container: Container, sinceMs: number): void {
    const { info } = this.task.record;
    const runningForMs = () => Math.max(0, this.deps.monotonicMs() - sinceMs);
    this.checks = new TaskChecks(info, this.reports.toldOfChecks, {
      timers: this.deps.world,
      runningForMs,
      exec: (command, timeoutMs) => this.exec(container, info, command, timeoutMs),
      onHealth: (healthy, problem) => this.sayHealth(healthy, problem),
      onUnhealthy: (problem) => void this.task.terminate({ end: unhealthy(problem) }),
      onCheck: (result) => this.sayCheck(result),
    });
    this.checks.start();
    const { maxCompletionMs } = info;
    if (maxCompletionMs === undefined) return;
    const leftMs = Math.max(0, maxCompletionMs - runningForMs());
    this.cancelCompletion = this.deps.world.after(leftMs, () => {
      void this.task.terminate({ graceMs: 0, end: tookTooLong(maxCompletionMs) });
    });
  }

  stop(): void {
    this.checks?.stop();
    this.cancelCompletion?.();
  }

  private sayHealth(healthy: boolean, problem: string | undefined): void {
    void this.reports.say({
      state: 'TASK_RUNNING',
      source: 'SOURCE_EXECUTOR',
      reason: 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED',
      healthy,
      ...(problem !== undefined && { message: `Its health check failed: ${problem}` }),
    });
  }

  private sayCheck(checkResult: CheckResult): void {
    void this.reports.say({ state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', reason: 'REASON_TASK_CHECK_STATUS_UPDATED', checkResult });
  }

  /** With what the task's own command finds in its environment; the variables of the check's command win. */
  private async exec(container: Container, info: TaskInfo, command: Command, timeoutMs: number): Promise<ExecEnd> {
    const { record, volumes } = this.task;
    const { runtime, settings, agentId, access } = this.deps;
    const user = userOf(record, settings);
    const { framework, sandbox } = record;
    const environment = taskEnvironment({
      ...settings,
      agentId: agentId(),
      framework,
      info,
      sandbox,
      shutdownGraceMs: settings.killGraceMs,
    });
    const groups = user === undefined ? [] : access.groupsOf(volumes);
    const end = await runtime.exec(container, {
      command: commandOf(command),
      environment: [...environment, ...command.environment.map(({ name, value }) => [name, value] as const)],
      ...(user !== undefined && { user }),
      ...(groups.length > 0 && { groups }),
      sandbox,
      timeoutMs,
    });
    // Then nobody is to hear of it any more, and we may hear of the container's end only after that of its check.
    if (mayHaveGoneAlong(end)) await Promise.race([container.whenGone, this.shortWhile()]);
    return end;
  }

  private shortWhile(): Promise<void> {
    return new Promise((resolve) => this.deps.world.after(SHORT_WHILE_MS, resolve));
  }
}
