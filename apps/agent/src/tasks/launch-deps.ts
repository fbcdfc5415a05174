import type { AgentId, World } from '@holdfast/core/base';
import type { Logger } from '@holdfast/platform/process';
import type { ContainerRuntime } from '../containers';
import type { RetryTimes } from '../updates';
import type { VolumeAccess } from '../volume-access';
import type { KeeperOf } from './kept-task';
import type { MonotonicClock } from './kill';
import type { ReportDeps } from './launch-reports';
import type { ContainerSurroundings } from './plan-container';
import type { StartSlots } from './start-slots';
import type { TaskMetrics } from './task-metrics';

export interface LaunchSettings extends Omit<ContainerSurroundings, 'agentId'> {
  readonly updateRetry: RetryTimes;
  readonly bootId: string;
}

export interface LaunchDeps extends ReportDeps, KeeperOf {
  readonly world: World;
  readonly monotonicMs: MonotonicClock;
  readonly log: Logger;
  readonly runtime: ContainerRuntime;
  readonly access: Pick<VolumeAccess, 'prepare' | 'locate' | 'groupsOf'>;
  readonly settings: LaunchSettings;
  readonly metrics: TaskMetrics;
  readonly slots: StartSlots;
  readonly agentId: () => AgentId;
}
