import { type Identity, identityOf } from './identity';
import type { Resource, Value } from './resource';
import { canonicalValue } from './value';

/**
 * One line of a collection: an identity, how much, how many copies. The whole resource is built only when somebody asks for it,
 * so that arithmetic touches little more than numbers.
 */
export class Entry {
  private made: Resource | undefined;

  constructor(
    readonly identity: Identity,
    readonly value: Value,
    /** Of shared resources their copies; of others that are never merged, how many equal ones there are. */
    readonly copies: number,
    /** The resource that it came from: right in everything but value and allocation role, which may have changed since. */
    private readonly origin: Resource,
  ) {}

  static of(resource: Resource, copies: number): Entry {
    return new Entry(identityOf(resource), canonicalValue(resource.value), copies, resource);
  }

  get resource(): Resource {
    this.made ??= this.make();
    return this.made;
  }

  withValue(value: Value): Entry {
    return new Entry(this.identity, value, this.copies, this.origin);
  }

  withCopies(copies: number): Entry {
    return new Entry(this.identity, this.value, copies, this.origin);
  }

  withIdentity(identity: Identity): Entry {
    return new Entry(identity, this.value, this.copies, this.origin);
  }

  private make(): Resource {
    const { origin, value, identity } = this;
    if (origin.value === value && origin.allocationRole === identity.allocationRole) return origin;
    // One literal with every field: spreads give each resource a hidden class of its own, and reading it becomes ten times slower.
    const { name, reservations, disk, shared, revocable, providerId } = origin;
    return { name, value, reservations, allocationRole: identity.allocationRole, disk, shared, revocable, providerId };
  }
}
