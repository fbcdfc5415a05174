import type { FrameworkId, Principal, Role } from '@holdfast/core/base';
import type { Label } from '@holdfast/core/resources';
import type { MinAllocatable } from './offer-constraints';

export type Capability =
  | 'REVOCABLE_RESOURCES'
  | 'TASK_KILLING_STATE'
  | 'GPU_RESOURCES'
  | 'SHARED_RESOURCES'
  | 'PARTITION_AWARE'
  | 'MULTI_ROLE'
  | 'RESERVATION_REFINEMENT'
  | 'REGION_AWARE';

export interface FrameworkInfo {
  readonly id?: FrameworkId;
  readonly name: string;
  readonly user: string;
  /** From `roles` with MULTI_ROLE, else from `role` (C-078). */
  readonly roles: readonly Role[];
  readonly capabilities: ReadonlySet<Capability>;
  readonly principal?: Principal;
  readonly hostname?: string;
  readonly webuiUrl?: string;
  readonly failoverTimeoutMs: number;
  readonly checkpoint: boolean;
  readonly labels: readonly Label[];
  readonly minAllocatable?: MinAllocatable;
}
