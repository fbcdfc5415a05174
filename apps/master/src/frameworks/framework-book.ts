import { ok, refuse, refused, type FrameworkId, type Result, type Role, type StreamId } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { ResourceForm } from '@holdfast/contracts';
import type { EventStream } from './event-stream';

export interface Framework {
  readonly id: FrameworkId;
  info: FrameworkInfo & { readonly id: FrameworkId };
  suppressedRoles: ReadonlySet<Role>;
  /** Absent while it is disconnected: no offers, tasks go on (D-010). */
  stream: EventStream | undefined;
  /** Its stream ended then; its failover timeout runs from there. */
  disconnectedMs: number | undefined;
  cancelFailover: (() => void) | undefined;
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

  /** The framework that a call speaks for; the call must come over its newest subscription (D-008, D-009). */
  caller(id: FrameworkId, streamId: StreamId | undefined): Result<Framework> {
    const framework = this.frameworks.get(id);
    if (!framework) {
      return refused(
        this.removed.has(id) ? refuse('framework_removed', { frameworkId: id }) : refuse('framework_unknown', { frameworkId: id }),
      );
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
  stream: undefined,
  disconnectedMs: undefined,
  cancelFailover: undefined,
});

/** What the allocator is to know of a framework. */
export const asBookChange = (framework: Framework) =>
  ({
    kind: 'put_framework',
    frameworkId: framework.id,
    roles: framework.info.roles,
    suppressedRoles: [...framework.suppressedRoles],
    capabilities: framework.info.capabilities,
    active: framework.stream !== undefined,
  }) as const;
