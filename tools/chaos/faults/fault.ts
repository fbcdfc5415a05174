import type { ChaosCluster } from '../cluster/chaos-cluster';
import type { SeededRandom } from '../seeded-random';

export interface FaultStage {
  readonly cluster: ChaosCluster;
  readonly random: SeededRandom;
  readonly signal: AbortSignal;
}

/** What became of an attempt: `missed` if nothing happened, as with a failpoint that nobody came by. */
export type Injection = 'injected' | 'missed';

export interface Fault {
  /** As in `--faults` and in the table. */
  readonly name: string;
  /** Writes that Redis has confirmed are lost: what was granted and not yet carried out may be forgotten. */
  readonly losesWrites?: true;
  /** Resolves when the fault is over; what died of it may not be back yet. Leaves nothing stopped, cut or armed. */
  inject(stage: FaultStage): Promise<Injection>;
}
