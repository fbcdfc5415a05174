import { setTimeout as pause } from 'node:timers/promises';
import type { Offer } from '@holdfast/core/offers';
import { destroyVolume, orThrow, type Operator, type Scheduler } from '@holdfast/scheduler-sdk';
import { agentStates } from '../cluster/agent-state';
import type { ChaosCluster } from '../cluster/chaos-cluster';
import type { Load } from '../load/load';
import { controlGroups, mountsBelow, processesOf } from './machine';
import { violation, type Violation } from './violation';

const KILL_LIMIT_MS = 40_000;
const DESTROY_LIMIT_MS = 60_000;

/** Everything ends: tasks are killed, volumes destroyed, frameworks torn down, and the disks are as they were. The cluster still runs. */
export async function endLoad(cluster: ChaosCluster, load: Load, operator: Operator): Promise<readonly Violation[]> {
  const unended = (await Promise.all(load.actors.map((actor) => actor.killAll(KILL_LIMIT_MS)))).flat();
  if (unended.length > 0) return [violation('clean end', `these tasks do not end when killed: ${unended.join(', ')}`)];
  const kept = await destroyAll(load, operator);
  if (kept.length > 0)
    return [
      violation('clean end', `these volumes are not gone ${DESTROY_LIMIT_MS / 1000} s after everything has ended: ${kept.join(', ')}`),
    ];
  const states = await agentStates(cluster.ready);
  const notWhole = states.flatMap((state, at) =>
    state?.checkpointed_resources.length === 0 && state.tasks.every(({ pid }) => pid === null)
      ? []
      : [violation('clean end', `agent-${at + 1} keeps ${state?.checkpointed_resources.join('; ')}`)],
  );
  for (const actor of load.actors) await actor.teardown();
  return notWhole;
}

/** Each volume by a framework of its role; one that waits for its last holder goes by itself. */
async function destroyAll(load: Load, operator: Operator): Promise<readonly string[]> {
  const untilMs = Date.now() + DESTROY_LIMIT_MS;
  for (;;) {
    const left = orThrow(await operator.volumes()).volumes.map(
      ({ agentId, volume, state, holders }) => `${agentId} ${volume} (${state}, ${holders.length} holders)`,
    );
    if (left.length === 0 || Date.now() > untilMs) return left;
    for (const actor of load.actors) await actor.useOffers(destroyOffered);
    await pause(200);
  }
}

async function destroyOffered(scheduler: Scheduler, offer: Offer): Promise<void> {
  const volumes = offer.resources.persistentVolumes().toList();
  if (volumes.length === 0) await scheduler.decline(offer, { refuseMs: 0 });
  else
    await scheduler.accept(
      offer,
      volumes.map((volume) => destroyVolume(volume)),
      { refuseMs: 0 },
    );
}

/** Stops the cluster; whatever is still there of it afterwards should not be. */
export async function stopCleanly(cluster: ChaosCluster): Promise<readonly Violation[]> {
  const stores = (await agentStates(cluster.ready)).flatMap((state) => state?.store_id ?? []);
  const code = await cluster.stop();
  const { workDir } = cluster.ready;
  const left = [
    ...processesOf(workDir, new Set([process.pid])),
    ...mountsBelow(workDir).map(({ pid, source, target }) => `mount of ${source} at ${target} in process ${pid}`),
    ...stores.flatMap((storeId) => controlGroups(storeId)).map((name) => `control group ${name}`),
  ];
  return [
    ...(code === 0 ? [] : [violation('clean end', `holdfast dev ended with exit code ${code}`)]),
    ...left.map((what) => violation('clean end', `left behind: ${what}`)),
  ];
}
