import { ok, refuse, refused, type FrameworkId, type Result, type Role } from '@holdfast/core/base';
import type { FrameworkInfo, OfferConstraints } from '@holdfast/core/offers';
import type { BookChange, ResourceForm } from '@holdfast/contracts';
import type { Caller } from '../calls/caller';
import type { EventStream } from './event-stream';

export interface Framework {
  readonly id: FrameworkId;
  info: FrameworkInfo & { readonly id: FrameworkId };
  suppressedRoles: ReadonlySet<Role>;
  /** Of which agents it wants offers; none means any (C-060). */
  offerConstraints: OfferConstraints | undefined;
  /** Absent while it is disconnected: no offers, tasks go on (D-010). */
  stream: EventStream | undefined;
  /** Its stream ended then; its failover timeout runs from there. */
  disconnectedMs: number | undefined;
  cancelFailover: (() => void) | undefined;
  /** ACCEPTs that are not decided yet. */
  readonly accepting: Set<Promise<unknown>>;
}

/** How many ids of removed frameworks are remembered (D-005). */
export const REMOVED_FRAMEWORKS_KEPT = 1000;

/** Every framework that is subscribed or may come back, and the ids of those that may not. */
export class FrameworkBook {
  private readonly frameworks = new Map<FrameworkId, Framework>();
  private readonly removed = new Set<FrameworkId>();

  get(id: FrameworkId): Framework | undefined {
    return this.frameworks.get(id);
  }

  put(framework: Framework): void {
    this.frameworks.set(framework.id, framework);
  }

  all(): Iterable<Framework> {
    return this.frameworks.values();
  }

  remove(id: FrameworkId): void {
    this.frameworks.delete(id);
    this.markRemoved(id);
  }

  markRemoved(id: FrameworkId): void {
    this.removed.add(id);
    if (this.removed.size > REMOVED_FRAMEWORKS_KEPT) for (const oldest of this.removed) return void this.removed.delete(oldest);
  }

  isRemoved(id: FrameworkId): boolean {
    return this.removed.has(id);
  }

  /**
   * The framework that a call speaks for. Refused, in this order: `framework_unknown` or `framework_removed`, `principal_mismatch` (D-003),
   * `framework_disconnected`, `stale_stream`: the call must come over the newest subscription (D-008, D-009).
   */
  caller(id: FrameworkId, { principal, streamId }: Caller): Result<Framework> {
    const framework = this.frameworks.get(id);
    if (!framework) {
      return refused(
        this.removed.has(id) ? refuse('framework_removed', { frameworkId: id }) : refuse('framework_unknown', { frameworkId: id }),
      );
    }
    if (principal !== undefined && principal !== framework.info.principal) {
      return refused(refuse('principal_mismatch', { caller: principal, principal: framework.info.principal ?? '' }));
    }
    if (!framework.stream) return refused(refuse('framework_disconnected', { frameworkId: id }));
    if (framework.stream.id !== streamId) return refused(refuse('stale_stream', { frameworkId: id }));
    return ok(framework);
  }
}

export const resourceFormOf = (info: FrameworkInfo): ResourceForm => ({
  allocationInfo: info.capabilities.has('MULTI_ROLE'),
  reservationStack: info.capabilities.has('RESERVATION_REFINEMENT'),
});

/** A framework that is known and not (yet) subscribed. */
export const knownFramework = (info: FrameworkInfo & { readonly id: FrameworkId }): Framework => ({
  id: info.id,
  info,
  suppressedRoles: new Set(),
  offerConstraints: undefined,
  stream: undefined,
  disconnectedMs: undefined,
  cancelFailover: undefined,
  accepting: new Set(),
});

/** What the allocator is to know of a framework. */
export const asBookChange = ({ id, info, suppressedRoles, offerConstraints, stream }: Framework): BookChange => ({
  kind: 'put_framework',
  frameworkId: id,
  roles: info.roles,
  suppressedRoles: [...suppressedRoles],
  capabilities: info.capabilities,
  active: stream !== undefined,
  ...(offerConstraints !== undefined && { offerConstraints }),
  ...(info.minAllocatable !== undefined && { minAllocatable: info.minAllocatable }),
});
