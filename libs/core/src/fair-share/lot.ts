import type { Role } from '@holdfast/core/base';
import { isAllocatableTo, type Resource, Resources } from '@holdfast/core/resources';
import { type Bundle, bundleOf } from './bundle';
import { type Gates, gatesBefore } from './gates';
import { isAllocatable, type MinimumAllocatable } from './minimum-allocatable';
import type { OwnMinimums } from './own-minimums';
import type { ScalarColumns } from './quantities';

/** What of a lot one role and set of gates would be given: all of it that they may have (C-011). */
export interface View extends Bundle {
  /** Worth an offer to whoever has no minimum of its own, as is the next. */
  readonly isAllocatable: boolean;
  /** Worth an offer even without the shared volumes that come along. */
  readonly standsAlone: boolean;
  /** Nothing else is in the lot. */
  readonly isWhole: boolean;
}

export interface LotRules {
  readonly minimum: MinimumAllocatable;
  /** Those that frameworks have set for themselves. */
  readonly ownMinimums: OwnMinimums;
  readonly columns: ScalarColumns;
}

/**
 * What one agent has left to offer. It never changes, so what a role may have of it is worked out once and serves every framework
 * of that role and every later cycle, until the agent's books change.
 */
export class Lot {
  private whole: Resources | undefined;
  private isWorthAnOffer = false;
  /** Under which version of the minimums that was said. */
  private judgedAt = -1;
  private gates: Gates | undefined;
  private isReserved = false;
  private views: Map<Role, View[]> | undefined;
  private sharedAlone: Lot | undefined;

  constructor(
    readonly nonShared: Resources,
    /** One copy of each shared volume, in use or not. */
    readonly shared: Resources,
    private readonly rules: LotRules,
  ) {}

  /** False: nobody can be offered any of it, so nobody needs to be asked; a shared volume alone ends the walk, too (A-088 repaired). */
  get mayBeOffered(): boolean {
    const { minimum, ownMinimums } = this.rules;
    if (this.judgedAt !== ownMinimums.version) {
      this.judgedAt = ownMinimums.version;
      const isEnough = (least: MinimumAllocatable) => isAllocatable(this.nonShared, this.shared, least);
      this.isWorthAnOffer = isEnough(minimum) || ownMinimums.all.some(isEnough);
    }
    return this.isWorthAnOffer;
  }

  get resources(): Resources {
    return (this.whole ??= this.nonShared.add(this.shared));
  }

  /** What is allocatable to the role: unreserved, reserved to it or to an ancestor; less what the gates hold back. */
  view(role: Role, gates: Gates): View {
    const needed = this.gatesOfContents();
    const key = this.isReserved ? role : '';
    this.views ??= new Map();
    let views = this.views.get(key);
    if (!views) this.views.set(key, (views = []));
    return (views[gates & needed] ??= this.makeView(role, gates));
  }

  /** What a view leaves for others in the same cycle: neither its resources nor its shared volumes (A-084, A-085 repaired). */
  without(view: View): Lot {
    return new Lot(this.nonShared.subtract(view.nonShared), this.shared.subtract(view.shared), this.rules);
  }

  /** What it leaves for later cycles: shared volumes stay, whoever holds them. */
  after(view: View): Lot {
    if (!view.isWhole) return new Lot(this.nonShared.subtract(view.nonShared), this.shared, this.rules);
    return (this.sharedAlone ??= new Lot(Resources.empty, this.shared, this.rules));
  }

  private makeView(role: Role, gates: Gates): View {
    const { minimum, columns } = this.rules;
    const shown = this.resources.filter((resource) => isShown(resource, role, gates));
    const bundle = bundleOf(shown, columns);
    return {
      ...bundle,
      isWhole: shown.equals(this.resources),
      isAllocatable: isAllocatable(bundle.nonShared, bundle.shared, minimum),
      standsAlone: isAllocatable(bundle.nonShared, Resources.empty, minimum),
    };
  }

  private gatesOfContents(): Gates {
    if (this.gates === undefined) {
      this.gates = 0;
      for (const { resource } of this.resources.entries()) {
        this.gates |= gatesBefore(resource);
        if (resource.reservations.length > 0) this.isReserved = true;
      }
    }
    return this.gates;
  }
}

const isShown = (resource: Resource, role: Role, gates: Gates): boolean =>
  (gatesBefore(resource) & ~gates) === 0 && isAllocatableTo(resource, role);
