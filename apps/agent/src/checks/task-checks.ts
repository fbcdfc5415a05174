import type { CheckResult, TaskInfo } from '@holdfast/core/tasks';
import { CheckLoop, type CheckLoopDeps } from './check-loop';
import { type Health, judgeHealth } from './judge-health';
import { describeProbe, isSameResult, type ProbeOutcome } from './probe-outcome';

/** What the framework has been told so far, perhaps by an earlier agent. */
export interface ToldOfChecks {
  readonly healthy?: boolean;
  /** It was healthy once. */
  readonly wasHealthy: boolean;
  readonly checkResult?: CheckResult;
}

export interface TaskChecksDeps extends CheckLoopDeps {
  /** Since its command was started. */
  readonly runningForMs: () => number;
  /** News; `problem`: what was wrong. */
  readonly onHealth: (healthy: boolean, problem: string | undefined) => void;
  /** It has failed its health check too often, which is said why. */
  readonly onUnhealthy: (message: string) => void;
  /** News. */
  readonly onCheck: (result: CheckResult) => void;
}

/** The health check and the check of one running task. */
export class TaskChecks {
  private readonly loops: CheckLoop[] = [];
  private health: Health;
  private result: CheckResult | undefined;

  constructor(
    private readonly info: Pick<TaskInfo, 'healthCheck' | 'check'>,
    { healthy, wasHealthy, checkResult }: ToldOfChecks,
    private readonly deps: TaskChecksDeps,
  ) {
    const { healthCheck, check } = info;
    this.health = { failures: 0, hasSucceeded: wasHealthy, ...(healthy !== undefined && { told: healthy }) };
    this.result = checkResult;
    if (healthCheck) this.loops.push(new CheckLoop(healthCheck, (outcome) => this.heardHealth(outcome), deps));
    if (check) this.loops.push(new CheckLoop(check, ({ result }) => this.heard(result), deps));
  }

  start(): void {
    for (const loop of this.loops) loop.start(this.deps.runningForMs());
  }

  stop(): void {
    for (const loop of this.loops) loop.stop();
  }

  private heardHealth({ isGood, problem }: ProbeOutcome): void {
    const { healthCheck } = this.info;
    if (!healthCheck) return;
    const { health, news, isToBeKilled } = judgeHealth(healthCheck, this.health, isGood, this.deps.runningForMs());
    this.health = health;
    if (news !== undefined) this.deps.onHealth(news, problem);
    if (!isToBeKilled) return;
    this.stop();
    const often = health.failures === 1 ? 'failed: ' : `failed ${health.failures} times in a row, the last time because `;
    this.deps.onUnhealthy(`its health check ${describeProbe(healthCheck.probe)} ${often}${problem ?? 'it is not healthy'}`);
  }

  private heard(result: CheckResult): void {
    if (this.result && isSameResult(this.result, result)) return;
    this.result = result;
    this.deps.onCheck(result);
  }
}
