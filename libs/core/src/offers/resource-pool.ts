import { Resources } from '@holdfast/core/resources';

/**
 * Quantities while an ACCEPT is being planned; persistent volumes are kept apart (planned-volumes.ts). What is surely there is told from what
 * is there only if an earlier step takes effect, so that an operation depends on others only when it has to. Lives within one planning.
 */
export class ResourcePool {
  private readonly conditional: { readonly step: number; left: Resources }[] = [];

  constructor(private sure: Resources) {}

  /** What the operations before have left, if all of them take effect. */
  get all(): Resources {
    return Resources.sum([this.sure, ...this.conditional.map(({ left }) => left)]);
  }

  /** `step`: the step that must take effect for these to be there; none if they are there anyway. */
  add(resources: Resources, step?: number): void {
    if (step === undefined) this.sure = this.sure.add(resources);
    else if (!resources.isEmpty) this.conditional.push({ step, left: resources });
  }

  /** Takes all that is wanted and answers the steps on which it depends, ascending; takes nothing and answers nothing if it is not there. */
  take(wanted: Resources): readonly number[] | undefined {
    if (this.sure.contains(wanted)) {
      this.sure = this.sure.subtract(wanted);
      return [];
    }
    return this.conditional.length === 0 ? undefined : this.takeWithConditional(wanted);
  }

  /** Takes all parts or none; answers the steps on which each of them depends. */
  takeEach(parts: readonly Resources[]): readonly (readonly number[])[] | undefined {
    const before = { sure: this.sure, lefts: this.conditional.map(({ left }) => left) };
    const taken: (readonly number[])[] = [];
    for (const part of parts) {
      const steps = this.take(part);
      if (!steps) {
        this.sure = before.sure;
        this.conditional.forEach((one, at) => (one.left = before.lefts[at]!));
        return undefined;
      }
      taken.push(steps);
    }
    return taken;
  }

  private takeWithConditional(wanted: Resources): readonly number[] | undefined {
    const steps: number[] = [];
    let missing = wanted.subtract(this.sure);
    const lefts = this.conditional.map(({ step, left }) => {
      const still = missing.subtract(left);
      const taken = missing.subtract(still);
      if (!taken.isEmpty) steps.push(step);
      missing = still;
      return left.subtract(taken);
    });
    if (!missing.isEmpty) return undefined;
    this.sure = this.sure.subtract(wanted);
    this.conditional.forEach((part, at) => (part.left = lefts[at]!));
    return steps;
  }
}
