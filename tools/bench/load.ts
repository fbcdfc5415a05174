import type { AgentId } from '@holdfast/core/base';
import type { Offer } from '@holdfast/core/offers';
import type { Resource } from '@holdfast/core/resources';
import {
  connectScheduler,
  createVolume,
  disk,
  findVolume,
  launch,
  mounted,
  offeredCpus,
  orThrow,
  persistentVolume,
  reserve,
  reserved,
  task,
  type Scheduler,
} from '@holdfast/scheduler-sdk';
import type { TaskInfo } from '@holdfast/core/tasks';

export const ROLE = 'bench';
const VOLUME_MB = 64;
const TASK_CPUS = 0.1;

const reservedDisk = reserved(disk(VOLUME_MB), { role: ROLE });

/** The shared volume that tasks of the launch suite use: one on each emulated agent. */
export const taskVolume: Resource = persistentVolume(reservedDisk, { id: 'data', shared: true });

export const describeTask = (id: string, agentId: AgentId, volumes: readonly Resource[]): TaskInfo =>
  task({ id, agentId, cpus: TASK_CPUS, memMb: 1, command: 'true', volumes: volumes.map((volume) => ({ volume, mode: 'RW' })) });

const connect = (address: string, name: string): Promise<Scheduler> =>
  connectScheduler({
    address,
    framework: {
      name,
      user: 'bench',
      roles: [ROLE],
      capabilities: ['SHARED_RESOURCES', 'MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'],
    },
  });

export interface Load {
  count(): number;
  /** What went wrong first, if anything did: a load that is refused measures nothing. */
  problem(): string | undefined;
  stop(): Promise<void>;
}

/** Frameworks that decline every offer at once, and want the same again in the next cycle. */
export async function declineEverything(address: string, frameworks: number): Promise<Load> {
  let declined = 0;
  const schedulers = await Promise.all(Array.from({ length: frameworks }, (_, at) => connect(address, `decliner-${at}`)));
  for (const scheduler of schedulers) {
    const decline = (offers: readonly Offer[]) => {
      declined += offers.length;
      scheduler.decline(offers, { refuseMs: 0 }).catch(() => undefined);
    };
    scheduler.on('offers', decline);
    if (scheduler.offers.length > 0) decline(scheduler.offers);
  }
  return { count: () => declined, problem: () => undefined, stop: () => endAll(schedulers) };
}

/** One framework that fills every offer with no-op tasks, each with the agent's shared volume if asked. */
export async function launchEverywhere(address: string, usesVolumes: boolean): Promise<Load> {
  let launched = 0;
  let finished = 0;
  const scheduler = await connect(address, 'launcher');
  const ready = new Set<AgentId>();
  scheduler.on('updated', ({ state }) => {
    if (state === 'TASK_FINISHED') finished++;
  });

  const fill = async (offer: Offer): Promise<void> => {
    const volume = findVolume(offer, 'data');
    if (usesVolumes && !ready.has(offer.agentId)) {
      ready.add(offer.agentId);
      return void orThrow(await scheduler.accept(offer, [reserve(reservedDisk), createVolume(taskVolume)]));
    }
    if (usesVolumes && !volume) return void (await scheduler.decline(offer, { refuseMs: 0 }));
    const slots = Math.floor(offeredCpus(offer) / TASK_CPUS + 1e-6);
    const mounts = usesVolumes && volume ? [mounted(volume, { mode: 'RW' })] : [];
    const tasks = Array.from({ length: slots }, () => describeTask(`t${launched++}`, offer.agentId, mounts));
    orThrow(await scheduler.accept(offer, [launch(...tasks)]));
  };
  let problem: string | undefined;
  const fillAll = (offers: readonly Offer[]) => offers.forEach((offer) => void fill(offer).catch((cause) => (problem ??= String(cause))));
  scheduler.on('offers', fillAll);
  fillAll(scheduler.offers);
  return { count: () => finished, problem: () => problem, stop: () => endAll([scheduler]) };
}

async function endAll(schedulers: readonly Scheduler[]): Promise<void> {
  await Promise.all(schedulers.map((scheduler) => scheduler.teardown().catch(() => undefined)));
  for (const scheduler of schedulers) scheduler.close();
}
