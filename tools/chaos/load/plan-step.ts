import type { Offer, Operation } from '@holdfast/core/offers';
import type { Reservation, Resource } from '@holdfast/core/resources';
import type { TaskInfo } from '@holdfast/core/tasks';
import {
  createVolume,
  destroyVolume,
  destroyWhenUnused,
  disk,
  growVolume,
  launch,
  offeredCpus,
  persistentVolume,
  reservedDiskMb,
  shrinkVolume,
  task,
} from '@holdfast/scheduler-sdk';
import type { WhenUnused } from '@holdfast/core/volumes';
import type { SeededRandom } from '../seeded-random';
import { volumeName, type KnownVolume, type VolumeBook } from './volume-book';

/** What one ACCEPT asks for, and what its results say about which volume. */
export interface Step {
  readonly operations: readonly Operation[];
  /** By index of the operation. */
  readonly creates: ReadonlyMap<number, KnownVolume>;
  readonly destroys: ReadonlyMap<number, Destroy>;
}

export interface Destroy {
  /** Undefined where nobody of the load has made it. */
  readonly volume: KnownVolume | undefined;
  readonly isWaiting: boolean;
}

export interface Chooser {
  readonly random: SeededRandom;
  readonly book: VolumeBook;
  /** Names of volumes and tasks begin with it. */
  readonly framework: string;
  nextNumber(): number;
}

const TASK = { cpus: 0.1, memMb: 32 };
const PATH = 'data';
/** Names are used again, so that a later volume meets what was meant for an earlier one. */
const NAMES = 5;
const VOLUMES_PER_OFFER = 6;

/** What to do with an offer, by the dice. Nothing: it is declined. */
export function planStep(chooser: Chooser, offer: Offer): Step {
  const { random } = chooser;
  const operations: Operation[] = [];
  const creates = new Map<number, KnownVolume>();
  const destroys = new Map<number, Destroy>();
  let tasksLeft = Math.floor(offeredCpus(offer) / TASK.cpus) - 1;
  const tasks = (count: number, volume: Resource, token?: KnownVolume, isFirst = false): readonly TaskInfo[] => {
    const some = Array.from({ length: Math.max(0, Math.min(count, tasksLeft)) }, (_, at) =>
      holder(chooser, offer, volume, token, isFirst && at === 0),
    );
    tasksLeft -= some.length;
    return some;
  };

  const volumes = offer.resources.persistentVolumes().toList();
  for (const volume of volumes) {
    const known = chooser.book.get(nameOf(offer, volume));
    const dice = random.next();
    if (dice < 0.45) {
      const holders = tasks(volume.shared ? random.integer(1, 3) : 1, volume, known);
      if (holders.length > 0) operations.push(launch(...holders));
    } else if (dice < 0.6) {
      destroys.set(operations.length, { volume: known, isWaiting: false });
      operations.push(destroyVolume(volume));
    } else if (dice < 0.7) {
      destroys.set(operations.length, { volume: known, isWaiting: true });
      operations.push(destroyWhenUnused(chooseTerms(random), volume));
    } else if (dice < 0.78 && reservedDiskMb(offer, offer.role) >= 64 && creates.size === 0) {
      operations.push(growVolume(volume, diskOf(offer.role, 4)));
    } else if (dice < 0.82 && !volume.shared && sizeMb(volume) > 8) {
      operations.push(shrinkVolume(volume, 4));
    }
  }
  if (volumes.length < VOLUMES_PER_OFFER && reservedDiskMb(offer, offer.role) >= 128 && random.chance(0.6)) {
    const { volume, known } = newVolume(chooser, offer);
    const earlier = chooser.book.get(volumeName(known));
    if (!earlier || earlier.life === 'doomed' || random.chance(0.1)) {
      const holders = tasks(known.shared ? random.integer(1, 3) : 1, volume, known, true);
      if (holders.length > 0) {
        creates.set(operations.length, known);
        operations.push(createVolume(volume), launch(...holders));
      }
    }
  }
  return { operations, creates, destroys };
}

export const nameOf = (offer: Offer, volume: Resource): string =>
  volumeName({ agentId: offer.agentId, role: offer.role, id: volume.disk?.persistence?.id ?? '' });

function newVolume(chooser: Chooser, offer: Offer): { volume: Resource; known: KnownVolume } {
  const { random, framework } = chooser;
  const number = chooser.nextNumber();
  const id = `${framework}-v${random.integer(1, NAMES)}`;
  const shared = random.chance(0.75);
  const volume = persistentVolume(diskOf(offer.role, random.pick([8, 16, 32])), { id, shared, containerPath: PATH });
  const { agentId, role } = offer;
  return {
    volume,
    known: { agentId, role, id, shared, token: `${id}.${number}`, creator: `${framework}-t${number}`, life: 'asked', isWritten: false },
  };
}

/** The first task of a volume writes its token; later ones fail with 9 where it should be there and is not, and go on otherwise. */
function holder(chooser: Chooser, offer: Offer, volume: Resource, known: KnownVolume | undefined, isFirst: boolean): TaskInfo {
  const { random, framework } = chooser;
  const forS = random.chance(0.75) ? random.between(0.05, 1.5) : random.between(2, 15);
  const sleep = `sleep ${forS.toFixed(2)}`;
  // A CREATE of a name that is taken is refused; its tasks may still run on the volume that is in the offer, and must not write over its token.
  const write = `(set -C; echo ${known?.token} > ${PATH}/token)`;
  const read = `test "$(cat ${PATH}/token)" = ${known?.token} || exit ${WRONG_DATA}`;
  const id = isFirst && known ? known.creator : `${framework}-t${chooser.nextNumber()}`;
  const command = isFirst ? `${write} && ${sleep}` : known?.isWritten ? `${read}; ${sleep}` : sleep;
  const mode = !isFirst && random.chance(0.25) ? 'RO' : 'RW';
  return task({ id, agentId: offer.agentId, ...TASK, command, volumes: [{ volume, mode, containerPath: PATH }], killGraceMs: 100 });
}

/** How a task ends that did not find what was written. */
export const WRONG_DATA = 9;

/** How a destroy waits; the deadlines pass within a round. */
export const chooseTerms = (random: SeededRandom): WhenUnused => ({
  admitsReaders: random.chance(0.3),
  ...(random.chance(0.6) && { deadlineMs: random.integer(500, 6_000) }),
  onDeadline: random.pick(['cancel', 'kill'] as const),
});

/** Disk that the agent itself has reserved to the role. */
const diskOf = (role: string, mb: number): Resource => ({
  ...disk(mb),
  reservations: [{ type: 'static', role } satisfies Reservation],
});

const sizeMb = (volume: Resource): number => (volume.value.kind === 'scalar' ? volume.value.milli / 1000 : 0);
