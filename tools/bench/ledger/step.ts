/** One unit of work: the same for the ledger and for the bare script. */
export interface Step {
  readonly kind: 'acquire' | 'release';
  readonly volume: number;
  readonly holder: number;
}

/** Whoever can be asked to hold and to let go. */
export interface Ledgerlike {
  /** All steps in one script call; throws if any of them was not done. */
  transact(steps: readonly Step[]): Promise<void>;
}

export const STORE = '00000000-0000-4000-8000-000000000000';
export const AGENT = '00000000-0000-4000-8000-000000000000-S0';
export const FRAMEWORK = '00000000-0000-4000-8000-000000000000-0000';
export const ROLE = 'bench';

export const volumeName = (volume: number): string => `${ROLE}/volume-${volume}`;
export const taskName = (holder: number): string => `task-${holder}`;
export const launchName = (holder: number): string => `00000000-0000-4000-8000-${String(holder).padStart(12, '0')}`;

/** Ever new holders, of which each volume has `standing` at a time: one comes, then the oldest goes. Volumes take turns. */
export class Rota {
  private next = 0;
  private volume = 0;
  private readonly holders: number[][];

  constructor(
    private readonly volumes: number,
    private readonly standing: number,
  ) {
    this.holders = Array.from({ length: volumes }, () => []);
  }

  /** The steps that lead to `standing` holders of every volume. */
  filling(): Step[] {
    return this.holders.flatMap((held, volume) => Array.from({ length: this.standing }, () => this.acquire(held, volume)));
  }

  /** `count` steps, half of them releases. */
  steps(count: number): Step[] {
    const steps: Step[] = [];
    while (steps.length < count) {
      const { volume } = this;
      const held = this.holders[volume] ?? [];
      const isFull = held.length > this.standing;
      steps.push(isFull ? { kind: 'release', volume, holder: held.shift() ?? 0 } : this.acquire(held, volume));
      if (isFull) this.volume = (volume + 1) % this.volumes;
    }
    return steps;
  }

  private acquire(held: number[], volume: number): Step {
    const holder = this.next++;
    held.push(holder);
    return { kind: 'acquire', volume, holder };
  }
}
