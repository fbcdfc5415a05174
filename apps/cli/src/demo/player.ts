import type { AgentId, Role } from '@holdfast/core/base';
import type { Offer, Operation, OperationResult } from '@holdfast/core/offers';
import { awaitEvent, connectScheduler, findVolume, orThrow, type Scheduler } from '@holdfast/scheduler-sdk';

const WAIT_MS = 10_000;

/** A framework of the story. At rest it wants no offers; what it is offered, ever, it remembers. */
export class Player {
  readonly name: string;
  readonly role: Role;
  readonly scheduler: Scheduler;
  /** Every offer that it ever got, oldest first. */
  readonly seen: Offer[] = [];
  #isListening = false;

  private constructor(name: string, role: Role, scheduler: Scheduler) {
    this.name = name;
    this.role = role;
    this.scheduler = scheduler;
    scheduler.on('offers', (offers) => {
      this.seen.push(...offers);
      // Under way when it went to rest.
      if (!this.#isListening) void this.#giveBack(offers);
    });
  }

  /** Subscribes, at rest. */
  static async join(
    address: string,
    options: { readonly name: string; readonly role: Role; readonly takesShared: boolean },
  ): Promise<Player> {
    const { name, role, takesShared } = options;
    const scheduler = await connectScheduler({
      address,
      framework: { name: `demo-${name}`, roles: [role], capabilities: takesShared ? ['SHARED_RESOURCES'] : [] },
      suppressedRoles: [role],
    });
    return new Player(name, role, scheduler);
  }

  get id(): string {
    return this.scheduler.frameworkId;
  }

  /** Wants offers from now on, and keeps them. */
  async listen(): Promise<void> {
    this.#isListening = true;
    orThrow(await this.scheduler.revive(), `${this.name} asks for offers`);
  }

  /** Wants no more offers and gives back those it has, but for `kept`. */
  async rest(...kept: readonly Offer[]): Promise<void> {
    this.#isListening = false;
    orThrow(await this.scheduler.suppress(), `${this.name} asks for no more offers`);
    await this.#giveBack(this.scheduler.offers.filter((offer) => !kept.includes(offer)));
  }

  /** The first offer of this agent that it has or gets and that matches. */
  offerOf(agentId: AgentId, what: string, matches: (offer: Offer) => boolean = () => true): Promise<Offer> {
    return this.scheduler.findOffer((offer) => offer.agentId === agentId && matches(offer), {
      timeoutMs: WAIT_MS,
      what: `${this.name} to be offered ${what}`,
    });
  }

  /** Listens for an offer of this agent, keeps it and rests. */
  async takeOffer(agentId: AgentId, what: string, matches?: (offer: Offer) => boolean): Promise<Offer> {
    await this.listen();
    const offer = await this.offerOf(agentId, what, matches);
    await this.rest(offer);
    return offer;
  }

  /** What an ACCEPT of this offer came to; what is not used goes back at once. */
  async accept(offer: Offer, operations: readonly Operation[]): Promise<readonly OperationResult[]> {
    return orThrow(await this.scheduler.accept(offer, operations, { refuseMs: 0 }), `${this.name} accepts an offer`);
  }

  /** Resolves when what it holds in outstanding offers is as wanted. */
  async untilOffered(what: string, isEnough: (offers: readonly Offer[]) => boolean): Promise<void> {
    const check = () => (isEnough(this.scheduler.offers) ? true : undefined);
    if (check()) return;
    await awaitEvent(this.scheduler, 'offers', check, { timeoutMs: WAIT_MS, what: `${this.name} to be offered ${what}` });
  }

  /** Offers that it got since it had seen `count` of them and that contain this volume. */
  sightings(volumeId: string, since = 0): readonly Offer[] {
    return this.seen.slice(since).filter((offer) => findVolume(offer, volumeId) !== undefined);
  }

  async #giveBack(offers: readonly Offer[]): Promise<void> {
    if (offers.length > 0) orThrow(await this.scheduler.decline(offers, { refuseMs: 0 }), `${this.name} declines`);
  }
}
