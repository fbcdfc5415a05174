import { ok, type AgentId, type FrameworkId, type Role } from '@holdfast/core/base';
import type { Capability, Conversion } from '@holdfast/core/offers';
import { type Resource, Resources } from '@holdfast/core/resources';
import { AllocatorBooks } from './allocator-books';
import type { BookSettings, FrameworkEntry, HeldBy } from './book-entries';
import type { AgentTraits, CompileRegex } from './offer-constraints';
import { parseMinimumAllocatable } from './minimum-allocatable';
import { type Allocation, runCycle } from './offer-cycle';

/** Resources as `--resources` writes them. */
export function res(text: string): Resources {
  const parsed = Resources.parse(text);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
}

/** A persistent volume of `mb` megabytes, reserved to `role`. */
export function volume(id: string, role: Role, mb: number, shared: boolean): Resource {
  const disk = { persistence: { id }, volume: { containerPath: 'data', mode: 'RW' as const } };
  return { ...res(`disk(${role}):${mb}`).toList()[0]!, disk, shared };
}

/** So many copies of a shared volume. */
export function shared(id: string, role: Role, mb: number, copies = 1): Resources {
  return Resources.of(Array.from({ length: copies }, () => volume(id, role, mb, true)));
}

/** The same numbers each time; `seed` chooses which. */
export function seeded(seed: number): { next(): number } {
  let state = seed;
  return { next: () => (state = (state * 16807 + 11) % 2147483647) / 2147483647 };
}

export const create = (consumed: string, produced: Resources): Conversion => ({ consumed: res(consumed), produced });
export const destroy = (consumed: Resources, produced: string): Conversion => ({ consumed, produced: res(produced) });
export const extraCopies = (produced: Resources): Conversion => ({ consumed: Resources.empty, produced });

/** JavaScript's own, which tests may trust: their patterns are no framework's. */
export const compileRegex: CompileRegex = (pattern) => {
  const regex = new RegExp(`^(?:${pattern})$`);
  return ok((text) => regex.test(text));
};

/** Books with the few words that the tests speak, and a clock that stands still until told to go on. */
export class ExampleCluster {
  nowMs = 1_000_000;
  readonly books: AllocatorBooks;

  constructor({ minimum = 'cpus:0.01|mem:32', ...settings }: { minimum?: string } & Partial<Omit<BookSettings, 'minimum'>> = {}) {
    const parsed = parseMinimumAllocatable(minimum);
    if (!parsed.ok) throw new Error(parsed.refusal.message);
    this.books = new AllocatorBooks({ intervalMs: 1000, filtersGpuAgents: true, compileRegex, ...settings, minimum: parsed.value });
  }

  agent(
    agentId: AgentId,
    total: Resources | string,
    used: Partial<HeldBy & { resources: Resources; offered: boolean }>[] = [],
    traits: Partial<AgentTraits> = {},
  ): void {
    this.books.putAgent({
      agentId,
      total: typeof total === 'string' ? res(total) : total,
      used: used.map((u) => ({ frameworkId: 'f1', role: '*', resources: Resources.empty, offered: false, ...u })),
      active: true,
      hostname: `${agentId}.example`,
      attributes: [],
      ...traits,
    });
  }

  framework(
    frameworkId: FrameworkId,
    roles: readonly Role[] = ['*'],
    { capabilities = ['SHARED_RESOURCES'], ...rest }: { capabilities?: Capability[] } & Partial<Omit<FrameworkEntry, 'capabilities'>> = {},
  ): void {
    this.books.putFramework({ frameworkId, roles, suppressedRoles: [], active: true, ...rest, capabilities: new Set(capabilities) });
  }

  cycle(seed = 1): Allocation[] {
    return runCycle(this.books, seeded(seed), this.nowMs);
  }

  /** A cycle as text, sorted by agent: `a1: f1 eng cpus:4; mem:1024`. */
  offers(seed = 1): string[] {
    return this.cycle(seed).map(offerText).sort();
  }

  /** Time goes on, and a period begins. */
  period(ms = 1000): void {
    this.nowMs += ms;
    this.books.beginPeriod(this.nowMs);
  }

  /** Declined; `refuseMs` absent: rescinded. */
  giveBack(allocation: Allocation, refuseMs?: number, resources = allocation.resources): void {
    const { frameworkId, agentId, role } = allocation;
    const problem = this.books.recoverResources(
      { frameworkId, agentId, role, resources, offered: true, ...(refuseMs === undefined ? {} : { refuseMs }) },
      this.nowMs,
    );
    if (problem) throw new Error(`not held: ${problem.missing.toString()}`);
  }

  launch(allocation: Allocation, resources: Resources | string = allocation.resources): void {
    const problem = this.books.useResources(allocation, typeof resources === 'string' ? res(resources) : resources);
    if (problem) throw new Error(`not offered: ${problem.missing.toString()}`);
  }

  taskEnds(of: HeldBy, resources: Resources | string): void {
    const { frameworkId, agentId, role } = of;
    const problem = this.books.recoverResources(
      { frameworkId, agentId, role, resources: typeof resources === 'string' ? res(resources) : resources, offered: false },
      this.nowMs,
    );
    if (problem) throw new Error(`not used: ${problem.missing.toString()}`);
  }
}

export const offerText = ({ agentId, frameworkId, role, resources }: Allocation): string =>
  `${agentId}: ${frameworkId} ${role} ${shortText(resources)}`;

/** `cpus:4; disk(eng):100; V1<1>`: a volume by its id, with its copies if shared. */
export function shortText(resources: Resources): string {
  return [...resources.entries()]
    .map(({ resource, copies }) => {
      if (resource.disk?.persistence) return resource.shared ? `${resource.disk.persistence.id}<${copies}>` : resource.disk.persistence.id;
      const roles = resource.reservations.map(({ role }) => role).join('>');
      const { value } = resource;
      const amount =
        value.kind === 'scalar'
          ? value.milli / 1000
          : value.kind === 'ranges'
            ? value.ranges.map((r) => `${r.begin}-${r.end}`)
            : value.items;
      return `${resource.name}${roles && `(${roles})`}:${amount}${resource.revocable ? '~' : ''}`;
    })
    .sort()
    .join('; ');
}
