import { ok, type Result, type Role } from '@holdfast/core/base';
import { Entry } from './entry';
import { type Identity, identityOf } from './identity';
import { formatCopies } from './format-resource';
import { parseAgentResources } from './parse-resources';
import { reservedBy, toUnreserved, unreservedOnce } from './reservations';
import type { Reservation, Resource } from './resource';
import { merged, reduced, Sum } from './sum';
import { canonicalValue, containsValue, sameValue } from './value';

/** A resource of a collection, and of a shared one how many copies there are. */
export interface Copies {
  readonly resource: Resource;
  readonly copies: number;
}

/** As many comparisons of two pointers cost about as much as building a map of a few dozen entries. */
const COMPARISONS_AT_MOST = 512;

/**
 * What an agent has, an offer holds or a task uses: an immutable sum of resources, in which nothing is negative and nothing is empty.
 * Quantities of one identity are one entry; volumes and whole disks are entries with a count.
 * The fields are private to the language, too, so that what is worked out late makes no two equal collections look different.
 */
export class Resources {
  static readonly empty: Resources = new Resources([]);

  readonly #list: readonly Entry[];
  /** Where each identity stands in the list; only once a bigger collection was asked. */
  #index: Map<string, number> | undefined;
  #scalars: ReadonlyMap<string, number> | undefined;

  private constructor(list: readonly Entry[], index?: Map<string, number>) {
    this.#list = list;
    this.#index = index;
  }

  /** Equal shared resources become copies. Empty and negative ones are left out, as in Mesos; validateResource finds them. */
  static of(list: Iterable<Resource>): Resources {
    const sum = new Sum();
    for (const resource of list) sum.add(Entry.of(resource, 1));
    return Resources.#from(sum.entries);
  }

  /** The inverse of `entries`; without copies nothing is there. */
  static ofEntries(entries: Iterable<Copies>): Resources {
    const sum = new Sum();
    for (const { resource, copies } of entries) if (copies > 0) sum.add(Entry.of(resource, copies));
    return Resources.#from(sum.entries);
  }

  /** All together; for many, where adding one by one would copy the growing sum each time. */
  static sum(parts: Iterable<Resources>): Resources {
    const sum = new Sum();
    for (const part of parts) for (const entry of part.#list) sum.add(entry);
    return Resources.#from(sum.entries);
  }

  /**
   * What `--resources` of an agent says, as text (`cpus:4;mem:4096;disk(eng):2048;ports:[1-2,5-6]`) or as a JSON list (B-008).
   * Resources that name no role are reserved to `defaultRole`. Refused with `invalid_argument`.
   */
  static parse(text: string, defaultRole?: Role): Result<Resources> {
    const parsed = parseAgentResources(text, defaultRole);
    return parsed.ok ? ok(Resources.of(parsed.value)) : parsed;
  }

  static #from(list: readonly Entry[]): Resources {
    return list.length === 0 ? Resources.empty : new Resources(list);
  }

  get isEmpty(): boolean {
    return this.#list.length === 0;
  }

  /** Quantities and copies are added; where volumes meet, the one that was there first says where it appears. */
  add(other: Resources): Resources {
    if (other.#list.length === 0) return this;
    if (this.#list.length === 0) return other;
    const list = this.#list.slice();
    for (const entry of other.#list) {
      const at = this.#find(entry.identity, other);
      if (at < 0) list.push(entry);
      else list[at] = merged(list[at]!, entry);
    }
    return new Resources(list, list.length === this.#list.length ? this.#index : undefined);
  }

  /** What is not there is not taken; an entry that would go below nothing disappears in silence. */
  subtract(other: Resources): Resources {
    const list: (Entry | undefined)[] = this.#list.slice();
    let isAnyGone = false;
    for (const entry of other.#list) {
      const at = this.#find(entry.identity, other);
      if (at < 0) continue;
      list[at] = reduced(this.#list[at]!, entry);
      isAnyGone ||= list[at] === undefined;
    }
    return isAnyGone ? Resources.#from(list.filter((entry) => entry !== undefined)) : new Resources(list as Entry[], this.#index);
  }

  /** Quantities at least as large, copies at least as many; volumes and whole disks exactly. */
  contains(other: Resources): boolean {
    for (const entry of other.#list) {
      const mine = this.#list[this.#find(entry.identity, other)];
      if (!mine || mine.copies < entry.copies || !containsValue(mine.value, entry.value)) return false;
    }
    return true;
  }

  /** At least so much of each, in thousandths, over all reservations; a shared volume counts once. */
  containsScalars(quantities: ReadonlyMap<string, number>): boolean {
    for (const [name, milli] of quantities) if (this.scalarMilli(name) < milli) return false;
    return true;
  }

  /** Each contains the other; order says nothing. */
  equals(other: Resources): boolean {
    if (this === other) return true;
    if (this.#list.length !== other.#list.length) return false;
    return other.#list.every((entry) => {
      const mine = this.#list[this.#find(entry.identity, other)];
      return mine !== undefined && mine.copies === entry.copies && sameValue(mine.value, entry.value);
    });
  }

  /** Of a shared resource its copies; of another 1 if there is one of exactly this quantity, else 0. */
  count(resource: Resource): number {
    const mine = this.#list[this.#find(identityOf(resource), this)];
    if (!mine) return 0;
    if (mine.identity.isShared) return mine.copies;
    return sameValue(mine.value, canonicalValue(resource.value)) ? 1 : 0;
  }

  /** Each shared resource once, with its copies; equal volumes that are not shared one by one. */
  *entries(): IterableIterator<Copies> {
    for (const entry of this.#list) {
      if (entry.identity.isShared) yield { resource: entry.resource, copies: entry.copies };
      else for (let copy = 0; copy < entry.copies; copy++) yield { resource: entry.resource, copies: 1 };
    }
  }

  [Symbol.iterator](): IterableIterator<Copies> {
    return this.entries();
  }

  /** Each shared resource once, whatever its copies: not for sums. */
  toList(): Resource[] {
    const resources: Resource[] = [];
    for (const { identity, copies, resource } of this.#list) {
      const times = identity.isShared ? 1 : copies;
      for (let copy = 0; copy < times; copy++) resources.push(resource);
    }
    return resources;
  }

  /** Each shared resource as often as it has copies: `Resources.of(r.toCopies())` equals `r`. */
  toCopies(): Resource[] {
    return this.#list.flatMap((entry) => Array.from({ length: entry.copies }, () => entry.resource));
  }

  /** Keeps copies. */
  filter(isKept: (resource: Resource) => boolean): Resources {
    return this.#where((entry) => isKept(entry.resource));
  }

  /** Keeps copies, except where a shared resource becomes one that is not: the copies were of one thing. */
  map(change: (resource: Resource) => Resource): Resources {
    const sum = new Sum();
    for (const entry of this.#list) {
      const changed = change(entry.resource);
      if (changed === entry.resource) sum.add(entry);
      else sum.add(Entry.of(changed, entry.identity.isShared && !changed.shared ? 1 : entry.copies));
    }
    return Resources.#from(sum.entries);
  }

  shared(): Resources {
    return this.#where((entry) => entry.identity.isShared);
  }

  nonShared(): Resources {
    return this.#where((entry) => !entry.identity.isShared);
  }

  persistentVolumes(): Resources {
    return this.#where((entry) => entry.identity.isPersistent);
  }

  /** All of it, to one role. */
  allocate(role: Role): Resources {
    return this.#withIdentities((identity) => identity.allocatedTo(role));
  }

  unallocate(): Resources {
    return this.#withIdentities((identity) => identity.unallocated());
  }

  pushReservation(reservation: Reservation): Resources {
    return this.map((resource) => reservedBy(resource, reservation));
  }

  popReservation(): Resources {
    return this.map(unreservedOnce);
  }

  toUnreserved(): Resources {
    return this.map(toUnreserved);
  }

  /** Thousandths, over all reservations and disks; a shared volume's size once. */
  scalarMilli(name: string): number {
    return this.scalars().get(name) ?? 0;
  }

  /** Thousandths by name. */
  scalars(): ReadonlyMap<string, number> {
    this.#scalars ??= scalarsOf(this.#list);
    return this.#scalars;
  }

  /** As Mesos prints it. */
  toString(): string {
    return this.isEmpty ? '{}' : Array.from(this.entries(), formatCopies).join('; ');
  }

  /** For logs. */
  toJSON(): string {
    return this.toString();
  }

  /** The position of an identity, or -1. `lookedUp`: the collection whose entries are being looked up, one of which this is. */
  #find(identity: Identity, lookedUp: Resources): number {
    const list = this.#list;
    if (this.#index || list.length * lookedUp.#list.length > COMPARISONS_AT_MOST) return this.#indexed().get(identity.key) ?? -1;
    for (let at = 0; at < list.length; at++) if (list[at]!.identity === identity) return at;
    for (let at = 0; at < list.length; at++) if (list[at]!.identity.key === identity.key) return at;
    return -1;
  }

  #indexed(): Map<string, number> {
    this.#index ??= new Map(this.#list.map((entry, at) => [entry.identity.key, at]));
    return this.#index;
  }

  #where(isKept: (entry: Entry) => boolean): Resources {
    const list = this.#list.filter(isKept);
    return list.length === this.#list.length ? this : Resources.#from(list);
  }

  /** Entries that only their allocation roles told apart come together. */
  #withIdentities(change: (identity: Identity) => Identity): Resources {
    const role = this.#list[0]?.identity.allocationRole;
    const list: Entry[] = [];
    let isSame = true;
    let isOneRole = true;
    for (const entry of this.#list) {
      const identity = change(entry.identity);
      isSame &&= identity === entry.identity;
      isOneRole &&= entry.identity.allocationRole === role;
      list.push(entry.withIdentity(identity));
    }
    if (isSame) return this;
    if (isOneRole) return new Resources(list);
    const sum = new Sum();
    for (const entry of list) sum.add(entry);
    return new Resources(sum.entries);
  }
}

function scalarsOf(list: readonly Entry[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { identity, value, copies } of list) {
    if (value.kind !== 'scalar') continue;
    const milli = identity.isShared ? value.milli : value.milli * copies;
    sums.set(identity.name, (sums.get(identity.name) ?? 0) + milli);
  }
  return sums;
}
