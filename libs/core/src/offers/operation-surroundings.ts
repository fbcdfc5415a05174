import type { Role } from '@holdfast/core/base';
import type { Resource } from '@holdfast/core/resources';
import type { VolumeKey } from '@holdfast/core/volumes';
import type { FrameworkInfo } from './framework';

/** A persistent volume of the agent, as the operations before have left it. */
export interface AgentVolume {
  /** Without allocation role. */
  readonly resource: Resource;
  /** The operation of the same call that is to destroy it, if any. */
  readonly destroyedBy?: number;
  /** The operation of the same call that is to destroy it when it is unused, if any: its name is not free before that. */
  readonly drainedBy?: number;
  /** The operation of the same call that gives it another size, if any. */
  readonly resizedBy?: number;
}

/** What an operation is judged against, besides what is left of the offers. */
export interface OperationSurroundings {
  readonly framework: Pick<FrameworkInfo, 'roles' | 'capabilities' | 'principal'>;
  /** Of the accepted offers. */
  readonly role: Role;
  readonly findVolume: (key: VolumeKey) => AgentVolume | undefined;
}

export interface ResizeSurroundings extends OperationSurroundings {
  /** See AcceptContext. */
  readonly mayGrowShared: boolean;
}
