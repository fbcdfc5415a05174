import type { FrameworkId, Role } from '@holdfast/core/base';
import type { Capability } from '@holdfast/core/offers';
import type { AgentSelection } from './agent-selection';
import { type Gates, gatesOf } from './gates';
import type { MinimumAllocatable } from './minimum-allocatable';
import type { OfferFilter } from './offer-filter';
import { ShareNode } from './share-node';
import { ShareOrder } from './share-order';
import type { ShareTotals } from './share-totals';
import { NO_WISHES, type Wishes } from './wishes';

/** A role: who in it wants offers, and what all in it hold together. It is known while any framework is in it or holds something for it (C-041). */
export class RoleBook {
  readonly node: ShareNode<RoleBook>;
  /** Those who want offers, in order of share. */
  readonly waiting: ShareOrder<Client>;
  readonly clients = new Set<Client>();
  /** How many of them have a minimum of their own. */
  ownMinimums = 0;

  constructor(
    readonly role: Role,
    totals: ShareTotals,
  ) {
    this.node = new ShareNode<RoleBook>(this, role);
    this.waiting = new ShareOrder(totals);
  }
}

/** One framework in one role: what offers are made to (C-012). */
export class Client {
  readonly node: ShareNode<Client>;
  readonly filters = new Set<OfferFilter>();
  /** On how many agents it holds something. */
  agents = 0;
  /** Absent: any agent will do. */
  selection: AgentSelection | undefined;
  /** Absent: that of the cluster holds. */
  minimum: MinimumAllocatable | undefined;

  constructor(
    readonly framework: FrameworkBook,
    readonly role: RoleBook,
  ) {
    this.node = new ShareNode<Client>(this, framework.id, role.node);
    role.clients.add(this);
  }

  setWishes({ selections, minimums }: Wishes): void {
    const { role } = this.role;
    if (this.minimum) this.role.ownMinimums--;
    this.selection = selections.get(role);
    this.minimum = minimums.get(role);
    if (this.minimum) this.role.ownMinimums++;
  }
}

/** A framework as the master described it; before that, and after its removal, only a name under which agents hold resources (C-114). */
export class FrameworkBook {
  active = false;
  isSubscribed = false;
  roles: ReadonlySet<Role> = new Set();
  suppressed: Set<Role> = new Set();
  capabilities: ReadonlySet<Capability> = new Set();
  gates: Gates = 0;
  wishes: Wishes = NO_WISHES;
  /** By role, also of roles that it has left but still holds resources for. */
  readonly clients = new Map<Role, Client>();

  constructor(readonly id: FrameworkId) {}

  setCapabilities(capabilities: ReadonlySet<Capability>): void {
    this.capabilities = capabilities;
    this.gates = gatesOf(capabilities);
  }

  /** Whether it is to be offered anything for a role (C-040, C-054). */
  wants(role: Role): boolean {
    return this.active && this.roles.has(role) && !this.suppressed.has(role);
  }
}
