import { assert, type Role } from '@holdfast/core/base';
import { AgentSelection } from './agent-selection';
import type { FrameworkEntry } from './book-entries';
import type { MinimumAllocatable } from './minimum-allocatable';
import { compileOfferConstraints, type CompileRegex } from './offer-constraints';

/** As the framework said it; the constraints have passed `checkOfferConstraints`. */
export type WishedFor = Pick<FrameworkEntry, 'offerConstraints' | 'minAllocatable'>;

/** What a framework asks of offers, by role: of which agents (C-060), and how much at least (C-059). */
export interface Wishes {
  readonly selections: ReadonlyMap<Role, AgentSelection>;
  readonly minimums: ReadonlyMap<Role, MinimumAllocatable>;
  readonly text: string;
}

/** One text for equal wishes, written in the same order. */
export const wishesText = ({ offerConstraints, minAllocatable }: WishedFor): string => JSON.stringify([offerConstraints, minAllocatable]);

export const NO_WISHES: Wishes = { selections: new Map(), minimums: new Map(), text: wishesText({}) };

export function wishesOf(wished: WishedFor, compileRegex: CompileRegex): Wishes {
  const { offerConstraints = {}, minAllocatable = {} } = wished;
  const tests = compileOfferConstraints(offerConstraints, compileRegex);
  assert(tests.ok, 'the master lets no constraints pass that cannot be compiled');
  return {
    selections: new Map(Array.from(tests.value, ([role, test]) => [role, new AgentSelection(test)])),
    minimums: new Map(Object.entries(minAllocatable).map(([role, sets]) => [role, sets.map(thousandths)])),
    text: wishesText(wished),
  };
}

const thousandths = (units: Readonly<Record<string, number>>): ReadonlyMap<string, number> =>
  new Map(Object.entries(units).map(([name, amount]) => [name, Math.round(amount * 1000)]));
