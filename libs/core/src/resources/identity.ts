import type { Role } from '@holdfast/core/base';
import type { Disk, DiskSource, Label, Reservation, Resource, Value } from './resource';
import { canonicalValue } from './value';

/**
 * What makes two resources one entry of a collection. The key holds name, type of value, allocation role, the whole
 * reservation stack, disk source, persistence id, revocable, shared and provider; of an atomic resource also the value.
 * It leaves out where a volume appears in a container, and who made it.
 *
 * Identities are shared between the resources of a cluster, since most differ in quantity only: comparing two is mostly comparing
 * two pointers, and 50,000 agents hold one identity for their cpus.
 */
export class Identity {
  private allocations?: Map<Role, Identity>;

  private constructor(
    readonly key: string,
    /** Never merged nor split: shared, persistent, MOUNT, BLOCK, or RAW with an id (A-007, A-016, B-014). */
    readonly isAtomic: boolean,
    readonly isShared: boolean,
    readonly isPersistent: boolean,
    readonly name: string,
    readonly allocationRole: Role | undefined,
    private readonly base: Identity | undefined,
  ) {}

  static unallocated(resource: Resource): Identity {
    const isPersistent = resource.disk?.persistence !== undefined;
    const isAtomic = resource.shared || isPersistent || isWhole(resource.disk?.source);
    const key = keyOf(resource, isAtomic);
    return intern(key, () => new Identity(key, isAtomic, resource.shared, isPersistent, resource.name, undefined, undefined));
  }

  /** The same resource, allocated to a role. */
  allocatedTo(role: Role): Identity {
    const base = this.unallocated();
    base.allocations ??= new Map();
    let allocated = base.allocations.get(role);
    if (!allocated) {
      if (base.allocations.size >= ROLES_AT_MOST) base.allocations.clear();
      allocated = new Identity(`${base.key}@${part(role)}`, base.isAtomic, base.isShared, base.isPersistent, base.name, role, base);
      base.allocations.set(role, allocated);
    }
    return allocated;
  }

  unallocated(): Identity {
    return this.base ?? this;
  }
}

/** Enough for every volume of a big cluster. Forgetting them costs time only: unequal pointers are compared by key. */
const INTERNED_AT_MOST = 200_000;
/** Some frameworks make a role per job; those must not pile up for ever. */
const ROLES_AT_MOST = 10_000;
const interned = new Map<string, Identity>();

function intern(key: string, make: () => Identity): Identity {
  let identity = interned.get(key);
  if (!identity) {
    if (interned.size >= INTERNED_AT_MOST) interned.clear();
    identity = make();
    interned.set(key, identity);
  }
  return identity;
}

const known = new WeakMap<Resource, Identity>();

/**
 * The identity of a resource. Collections keep it for each entry, so that arithmetic never works it out again. Per resource object it
 * is kept only where that pays: volumes have long keys and are asked for often; for cpus a WeakMap costs more than their key.
 */
export function identityOf(resource: Resource): Identity {
  const mayBeAtomic = resource.disk !== undefined;
  const before = mayBeAtomic ? known.get(resource) : undefined;
  if (before) return before;
  const base = Identity.unallocated(resource);
  const identity = resource.allocationRole === undefined ? base : base.allocatedTo(resource.allocationRole);
  if (mayBeAtomic) known.set(resource, identity);
  return identity;
}

/** Length first, so that no text can look like two. */
const part = (text: string): string => `${text.length}:${text}`;

const optionalPart = (mark: string, text: string | undefined): string => (text === undefined ? '' : `${mark}${part(text)}`);

/** A MOUNT disk is used whole (B-014); so are BLOCK, and RAW that is one device. */
const isWhole = (source: DiskSource | undefined): boolean =>
  source !== undefined && (source.type === 'MOUNT' || source.type === 'BLOCK' || (source.type === 'RAW' && source.id !== undefined));

function keyOf(resource: Resource, isAtomic: boolean): string {
  let key = part(resource.name) + TYPE_MARK[resource.value.kind];
  if (isAtomic) key += valueKey(canonicalValue(resource.value));
  for (const reservation of resource.reservations) key += reservationKey(reservation);
  if (resource.disk) key += diskKey(resource.disk);
  if (resource.revocable) key += '~';
  if (resource.shared) key += '*';
  return key + optionalPart('#', resource.providerId);
}

const TYPE_MARK: Readonly<Record<Value['kind'], string>> = { scalar: '', ranges: '[', set: '{' };

function valueKey(value: Value): string {
  if (value.kind === 'scalar') return `=${value.milli};`;
  if (value.kind === 'ranges') return `${value.ranges.map(({ begin, end }) => `${begin}-${end}`).join(',')};`;
  return `${[...value.items].sort().map(part).join('')};`;
}

const reservationKey = (reservation: Reservation): string =>
  `(${reservation.type === 'static' ? 's' : 'd'}${part(reservation.role)}${optionalPart('p', reservation.principal)}${labelsKey(reservation.labels)})`;

const diskKey = (disk: Disk): string => `/${disk.source ? sourceKey(disk.source) : ''}${optionalPart('i', disk.persistence?.id)}`;

const sourceKey = (source: DiskSource): string =>
  source.type +
  optionalPart('r', source.root) +
  optionalPart('d', source.id) +
  optionalPart('v', source.vendor) +
  optionalPart('f', source.profile) +
  labelsKey(source.metadata);

/** Labels are a bag: their order says nothing, and none is the same as an empty list. */
function labelsKey(labels: readonly Label[] | undefined): string {
  if (!labels || labels.length === 0) return '';
  return `{${labels
    .map((label) => part(label.key) + optionalPart('=', label.value))
    .sort()
    .join('')}}`;
}

/** Equal for two resources that a collection keeps as one entry; sizes count only where resources are never merged. */
export const resourceIdentity = (resource: Resource): string => identityOf(resource).key;

/** The identity without the allocation role: which volume, whoever it is offered to. */
export const unallocatedIdentity = (resource: Resource): string => identityOf(resource).unallocated().key;
