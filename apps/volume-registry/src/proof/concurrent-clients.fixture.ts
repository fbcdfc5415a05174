import fc from 'fast-check';
import type { Epoch, Revision, StoreId } from '@holdfast/core/base';
import type { LedgerTransaction, LedgerUnit, StoreReport, VolumeKey, VolumeStore } from '@holdfast/core/volumes';
import { someUnits, type RecordedCall } from '@holdfast/testing/ledger-model';
import { AGENT, FIRST_MS, held } from '@holdfast/testing/volume-store';

export type ClientStep =
  /** `generation` in units: how far from the one last heard of. `takesOver`: as a new leader. */
  | { readonly kind: 'apply'; readonly units: readonly LedgerUnit[]; readonly takesOver: boolean }
  /** What the books said a moment ago, less every so many-th holder (0: all are told). */
  | { readonly kind: 'report'; readonly forgetsEvery: number; readonly takesOver: boolean };

export interface Client {
  readonly steps: readonly ClientStep[];
  /** How many calls it has under way at once. */
  readonly width: number;
}

const takesOver = fc.constantFrom(...Array<boolean>(15).fill(false), true);
const step: fc.Arbitrary<ClientStep> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('apply' as const), units: someUnits, takesOver }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('report' as const), forgetsEvery: fc.nat(3), takesOver }) },
);
const client: fc.Arbitrary<Client> = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 12, size: 'max' }),
  width: fc.integer({ min: 1, max: 3 }),
});

export const someClients = fc.array(client, { minLength: 2, maxLength: 6, size: 'max' });

/** What all clients of one store share: a clock that only counts, and what is known of generations. */
class Scene {
  readonly calls: RecordedCall[] = [];
  readonly generations = new Map<VolumeKey, number>();
  private moments = 0;

  tick(): number {
    return (this.moments += 1);
  }
}

/** Lets all of them loose on one store, turn about over these connections; answers with what they asked and were told. */
export async function letLoose(
  stores: readonly VolumeStore[],
  storeId: StoreId,
  clients: readonly Client[],
): Promise<readonly RecordedCall[]> {
  const scene = new Scene();
  await Promise.all(clients.map((plan, at) => play(scene, stores[at % stores.length] as VolumeStore, storeId, `client ${at}`, plan)));
  return scene.calls;
}

async function play(scene: Scene, store: VolumeStore, storeId: StoreId, name: string, { steps, width }: Client): Promise<void> {
  let epoch: Epoch = 1;
  let seenRevision: Revision = 0;
  const queue = [...steps];

  const facts = (isNewLeader: boolean) => {
    if (isNewLeader) epoch += 1;
    const beganAt = scene.tick();
    const traceParent = `00-${beganAt.toString(16).padStart(32, '0')}-b7ad6b7169203331-01`;
    return { beganAt, call: { storeId, epoch, seenRevision, nowMs: FIRST_MS + beganAt, traceParent } };
  };
  const hear = (call: RecordedCall): void => {
    scene.calls.push(call);
    seenRevision = Math.max(seenRevision, call.answer?.revision ?? 0);
    if (call.answer?.refusal?.code === 'stale_epoch') {
      epoch = Math.max(epoch, (call.answer.refusal.details as { highest: Epoch }).highest);
    }
  };
  const act = async (it: ClientStep): Promise<void> => {
    if (it.kind === 'apply') {
      const { beganAt, call } = facts(it.takesOver);
      const asked: LedgerTransaction = { ...call, units: resolved(it.units, scene.generations) };
      const answer = await store.apply(asked);
      hear({ client: name, beganAt, endedAt: scene.tick(), asked, answer });
      asked.units.forEach((unit, at) => {
        const generation = answer.results[at]?.generation;
        if ('volume' in unit && generation !== undefined) scene.generations.set(unit.volume, generation);
      });
    } else {
      const reported = await whatTheBooksSay(store, storeId, it.forgetsEvery);
      const { beganAt, call } = facts(it.takesOver);
      const asked: StoreReport = { ...call, agentId: AGENT, ...reported };
      hear({ client: name, beganAt, asked, answer: await store.reconcile(asked), endedAt: scene.tick() });
    }
  };
  const work = async (): Promise<void> => {
    for (let it = queue.shift(); it; it = queue.shift()) await act(it);
  };
  await Promise.all(Array.from({ length: width }, work));
}

const resolved = (units: readonly LedgerUnit[], generations: ReadonlyMap<VolumeKey, number>): readonly LedgerUnit[] =>
  units.map((unit) =>
    'generation' in unit ? { ...unit, generation: Math.max(1, (generations.get(unit.volume) ?? 1) + unit.generation) } : unit,
  );

async function whatTheBooksSay(
  store: VolumeStore,
  storeId: StoreId,
  forgetsEvery: number,
): Promise<Pick<StoreReport, 'volumes' | 'holders'>> {
  const there = (await store.readVolumes({ storeIds: [storeId] })).filter(({ state }) => state !== 'gone');
  const holders = there.flatMap(({ volume, holders: some }) => some.map((holder) => held(holder, volume, holder.state, holder.mode)));
  return {
    volumes: there.map(({ volume, resource }) => ({ volume, resource, principal: 'ops' })),
    holders: holders.filter((_, at) => forgetsEvery === 0 || (at + 1) % forgetsEvery !== 0),
  };
}
