import type { AgentId } from '@holdfast/core/base';
import type { Conversion } from '@holdfast/core/offers';
import { type Resource, Resources, unallocated } from '@holdfast/core/resources';
import { bundleOf, type Bundle } from './bundle';
import type { Client, FrameworkBook } from './client';
import { Lot, type LotRules, type View } from './lot';
import { type Gates, gatesBeforeAgent } from './gates';
import type { AgentTraits } from './offer-constraints';
import type { OfferFilter } from './offer-filter';
import type { Quantities } from './quantities';
import { chargePath } from './share-node';
import { SharedHoldings } from './shared-holdings';

/** `offered`: in an outstanding offer; `used`: by tasks. */
export type Use = 'offered' | 'used';

/** What one client holds of one agent, copies of shared volumes included. */
export type Held = Readonly<Record<Use, Resources>>;

/** The same, with the only bundle that `offered` consists of, while that is so: most offers come back as they went. */
type HeldEntry = Record<Use, Resources> & { onlyOffer: Bundle | undefined };

export interface AgentRules extends LotRules {
  readonly filtersGpuAgents: boolean;
  readonly region: string | undefined;
}

/**
 * One agent: what it has in all, who holds what of it, and what is left. What is left is derived, never stored as a fact of its own:
 *   available = (total.nonShared − allocated.nonShared) + total.shared  
 * so more may be allocated than there is (C-095): then just nothing is left.
 */
export class AgentBook {
  active = true;
  isRemoved = false;
  /** For which a framework needs a capability to see the agent at all: its gpus, its region (C-073, C-074). */
  gates: Gates = 0;
  /** What was refused of it; most agents have none. */
  filters: Map<Client, readonly OfferFilter[]> | undefined;
  /** Who declined without a filter: no offer before the next period begins. */
  pausedFor: Set<FrameworkBook> | undefined;
  private readonly held = new Map<Client, HeldEntry>();
  private readonly holdings = new SharedHoldings();
  private known: AgentTraits = { hostname: '', attributes: [] };
  private whole: Resources = Resources.empty;
  /** What tasks leave, and what outstanding offers leave of that. Apart, since offers come and go while tasks stay. */
  private unused: Lot | undefined;
  private unoffered: Lot | undefined;

  constructor(
    readonly id: AgentId,
    /** No other agent has it at the same time. */
    readonly slot: number,
    private readonly rules: AgentRules,
  ) {}

  get traits(): AgentTraits {
    return this.known;
  }

  /** Followed by `setTotal`. Answers whether these are others than before. */
  setTraits(traits: AgentTraits): boolean {
    const isOther = JSON.stringify(traits) !== JSON.stringify(this.known);
    this.known = traits;
    return isOther;
  }

  get total(): Resources {
    return this.whole;
  }

  /** Each volume once; thousandths by column. */
  get totalQuantities(): Quantities {
    return this.rules.columns.quantities(this.whole.scalars());
  }

  setTotal(total: Resources): void {
    this.whole = withOneCopyEach(total.unallocate());
    this.setGates();
    this.unused = this.unoffered = undefined;
  }

  /** Applies conversions to the total, in order; of a shared volume it has one copy, whatever is used. */
  convertTotal(conversions: readonly Conversion[]): void {
    let { total } = this;
    for (const { consumed, produced } of conversions) total = total.subtract(consumed.unallocate()).add(produced.unallocate());
    this.setTotal(total);
  }

  /** What may be offered now. */
  lot(): Lot {
    return (this.unoffered ??= this.whatOffersLeave());
  }

  heldBy(client: Client): Held | undefined {
    return this.held.get(client);
  }

  /** Everything that the framework has in outstanding offers of this agent, for whatever role. */
  offeredTo(framework: FrameworkBook): Resources {
    let sum = Resources.empty;
    for (const client of framework.clients.values()) sum = sum.add(this.held.get(client)?.offered ?? Resources.empty);
    return sum;
  }

  give(client: Client, use: Use, resources: Resources): void {
    if (!resources.isEmpty) this.giveBundle(client, use, bundleOf(resources.unallocate(), this.rules.columns));
  }

  /** An offer of a cycle, from what may be offered now. */
  giveOffer(client: Client, view: View): void {
    const lot = this.lot();
    this.giveBundle(client, 'offered', view);
    this.unoffered = lot.after(view);
  }

  /** Takes back as much of `resources` as the client holds, one copy for each copy named; answers what it did not hold. */
  take(client: Client, use: Use, resources: Resources): Resources {
    const held = this.held.get(client);
    if (!held || resources.isEmpty) return resources;
    const asked = resources.unallocate();
    const before = held[use];
    held[use] = before.subtract(asked);
    const isHeld = before.contains(asked);
    this.uncharge(client, this.taken(held, use, isHeld ? asked : before.subtract(held[use])));
    if (held.offered.isEmpty && held.used.isEmpty) {
      this.held.delete(client);
      client.agents--;
    }
    this.forget(use);
    return isHeld ? Resources.empty : asked.subtract(before);
  }

  /** Each copy of one shared volume that tasks use becomes one of the other. */
  exchangeUsed(from: Resource, to: Resource): void {
    for (const client of [...this.held.keys()]) {
      const copies = this.held.get(client)?.used.count(unallocated(from)) ?? 0;
      if (copies === 0) continue;
      this.give(client, 'used', copiesOf(to, copies));
      this.take(client, 'used', copiesOf(from, copies));
    }
  }

  /** Takes everything back from everybody; answers from whom. */
  takeAll(): Client[] {
    const clients = [...this.held.keys()];
    for (const client of clients) {
      const { offered, used } = this.held.get(client)!;
      this.take(client, 'offered', offered);
      this.take(client, 'used', used);
    }
    return clients;
  }

  private setGates(): void {
    const { filtersGpuAgents, region } = this.rules;
    const { domain } = this.known;
    this.gates = gatesBeforeAgent({
      hasGpus: filtersGpuAgents && this.whole.scalarMilli('gpus') > 0,
      isRemote: region !== undefined && domain !== undefined && domain.region !== region,
    });
  }

  private giveBundle(client: Client, use: Use, bundle: Bundle): void {
    let held = this.held.get(client);
    if (!held) {
      held = { offered: Resources.empty, used: Resources.empty, onlyOffer: undefined };
      this.held.set(client, held);
      client.agents++;
    }
    if (use === 'offered') held.onlyOffer = held.offered.isEmpty ? bundle : undefined;
    held[use] = held[use].isEmpty ? bundle.resources : held[use].add(bundle.resources);
    this.charge(client, bundle);
    this.forget(use);
  }

  /** What was taken, as a bundle; without working it out anew where it is a whole offer. */
  private taken(held: HeldEntry, use: Use, resources: Resources): Bundle {
    const { onlyOffer } = held;
    if (use === 'offered') held.onlyOffer = undefined;
    return use === 'offered' && onlyOffer && held.offered.isEmpty ? onlyOffer : bundleOf(resources, this.rules.columns);
  }

  private charge({ node }: Client, { quantities, copies }: Bundle): void {
    chargePath(node, quantities, 1);
    for (const each of copies) this.holdings.hold(node, each);
  }

  private uncharge({ node }: Client, { quantities, copies }: Bundle): void {
    chargePath(node, quantities, -1);
    for (const each of copies) this.holdings.release(node, each);
  }

  private forget(use: Use): void {
    this.unoffered = undefined;
    if (use === 'used') this.unused = undefined;
  }

  private whatTasksLeave(): Lot {
    this.unused ??= new Lot(this.less('used', this.whole.nonShared()), this.whole.shared(), this.rules);
    return this.unused;
  }

  /** The very lot that tasks leave while nothing is offered, since what it has worked out serves again. */
  private whatOffersLeave(): Lot {
    const unused = this.whatTasksLeave();
    const left = this.less('offered', unused.nonShared);
    return left === unused.nonShared ? unused : new Lot(left, unused.shared, this.rules);
  }

  private less(use: Use, whole: Resources): Resources {
    let left = whole;
    for (const held of this.held.values()) if (!held[use].isEmpty) left = left.subtract(held[use].nonShared());
    return left;
  }
}

/** An agent has one copy of each shared volume, so that an offer lists it once. */
function withOneCopyEach(total: Resources): Resources {
  const shared = total.shared();
  for (const { copies } of shared.entries()) if (copies > 1) return total.nonShared().add(Resources.of(shared.toList()));
  return total;
}

const copiesOf = (resource: Resource, copies: number): Resources => Resources.of(Array.from({ length: copies }, () => resource));
