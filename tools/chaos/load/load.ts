import type { Operator } from '@holdfast/scheduler-sdk';
import { SeededRandom } from '../seeded-random';
import { FrameworkActor, NO_DEEDS, type Deeds } from './framework-actor';
import { OperatorActor } from './operator-actor';
import { VolumeBook } from './volume-book';

/** Two frameworks of one role share volumes; the third has a role of its own, the fourth both. */
const FRAMEWORKS: readonly { readonly name: string; readonly roles: readonly string[] }[] = [
  { name: 'ada', roles: ['eng'] },
  { name: 'ben', roles: ['eng'] },
  { name: 'cleo', roles: ['ops'] },
  { name: 'dora', roles: ['eng', 'ops'] },
];

/** Everybody who wants something of the cluster. */
export class Load {
  private constructor(
    readonly actors: readonly FrameworkActor[],
    private readonly person: OperatorActor,
    /** What all of them know together. */
    readonly book: VolumeBook,
    /** What tasks complained of: data that was not what had been written. */
    readonly wrongData: string[],
    private readonly personsDeeds: Deeds,
  ) {}

  static async start(address: string, operator: Operator, seed: string): Promise<Load> {
    const book = new VolumeBook();
    const wrongData: string[] = [];
    const actors: FrameworkActor[] = [];
    for (const { name, roles } of FRAMEWORKS) {
      const random = new SeededRandom(`${seed}/${name}`);
      const onWrongData = (problem: string) => wrongData.push(problem);
      actors.push(await FrameworkActor.start({ name, roles, address, random, book, onWrongData }));
    }
    const deeds = { ...NO_DEEDS };
    return new Load(actors, new OperatorActor(operator, new SeededRandom(`${seed}/operator`), book, deeds), book, wrongData, deeds);
  }

  resume(): void {
    for (const actor of [...this.actors, this.person]) actor.resume();
  }

  async pause(): Promise<void> {
    await Promise.all([...this.actors, this.person].map((actor) => actor.pause()));
  }

  /** The frameworks that get no offer within the time, by name. */
  async unserved(limitMs: number): Promise<readonly string[]> {
    const untilMs = Date.now() + limitMs;
    const served = await Promise.all(this.actors.map((actor) => actor.isOffered(untilMs)));
    return this.actors.filter((_, at) => !served[at]).map(({ name }) => name);
  }

  close(): void {
    for (const actor of [...this.actors, this.person]) actor.close();
  }

  /** Of everybody together. */
  get deeds(): Deeds {
    const sum = { ...this.personsDeeds };
    for (const { deeds } of this.actors) for (const what of Object.keys(sum) as (keyof Deeds)[]) sum[what] += deeds[what];
    return sum;
  }
}
