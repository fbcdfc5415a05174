import { startCluster } from '@holdfast/testing/cluster';
import { startRedis } from '@holdfast/testing/redis';
import { emulateAgents } from './emulated-agents';
import { startFloor, type FloorOptions } from './floor/floor';
import { declineEverything, launchEverywhere, type Load } from './load';
import { ratePerSecond } from './rate';
import type { Result, Suite, SuiteRun } from './result';
import { measureSizes } from './sizes';

const LAUNCH_AGENTS = 20;
const TASKS_PER_OFFER = 10;
const RESOURCES = 'cpus:1;mem:4096;disk:10240';

interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly agents: number;
  readonly floor: Omit<FloorOptions, 'sizes' | 'redisUrl' | 'agents'>;
  readonly load: (address: string) => Promise<Load>;
  readonly mark?: number;
}

/** From a framework's stream to an agent's and back: real services, emulated agents. */
export const e2eSuite: Suite = {
  name: 'e2e',
  about: 'offers to frameworks that decline everything; launches of no-op tasks on emulated agents, without and with a shared volume',
  async run(run) {
    const offersAgents = run.isQuick ? 200 : 1000;
    const measures: Measure[] = [1, 50].map((frameworks) => ({
      name: `offers to ${frameworks} ${frameworks === 1 ? 'framework' : 'frameworks'} declining everything`,
      unit: 'offers/s',
      agents: offersAgents,
      floor: { does: 'decline', frameworks, itemsPerOffer: frameworks === 1 ? 100 : 20 },
      load: (address) => declineEverything(address, frameworks),
    }));
    measures.push(
      launches('launches of no-op tasks', false, 0.25),
      launches('launches of no-op tasks that use a shared volume', true, 0.25),
    );
    const results: Result[] = [];
    for (const measure of measures) results.push(await measureOne(run, measure));
    const [without, withVolume] = results.slice(2);
    if (without && withVolume) {
      results.push({
        name: 'launches that use a shared volume, beside those that do not',
        value: withVolume.value,
        unit: 'tasks/s',
        ratio: withVolume.value / without.value,
        mark: 0.6,
      });
    }
    return results;
  },
};

const launches = (name: string, usesVolumes: boolean, mark: number): Measure => ({
  name,
  unit: 'tasks/s',
  agents: LAUNCH_AGENTS,
  floor: { does: 'launch', frameworks: 1, itemsPerOffer: TASKS_PER_OFFER, usesVolumes },
  load: (address) => launchEverywhere(address, usesVolumes),
  mark,
});

async function measureOne(run: SuiteRun, measure: Measure): Promise<Result> {
  const times = run.isQuick ? { warmUpMs: 1_500, measureMs: 3_000 } : { warmUpMs: 3_000, measureMs: 10_000 };
  run.say(`${measure.name}: the floor …`);
  const floor = await floorRate(measure, times);
  run.say(`${measure.name}: Holdfast …`);
  const value = await holdfastRate(measure, times);
  return {
    name: measure.name,
    value,
    unit: measure.unit,
    floor,
    ratio: value / floor,
    ...(measure.mark !== undefined && { mark: measure.mark }),
  };
}

type Times = Parameters<typeof ratePerSecond>[1];

async function floorRate({ floor: options, agents }: Measure, times: Times): Promise<number> {
  const redis = await startRedis({ appendonly: true });
  // An event of the offers suite stands for many agents, a launch for one.
  const bareAgents = options.does === 'launch' ? agents : Math.max(1, Math.round(agents / options.itemsPerOffer));
  const floor = await startFloor({ ...options, agents: bareAgents, sizes: measureSizes(), redisUrl: redis.url });
  try {
    return await ratePerSecond(floor.count, times);
  } finally {
    floor.stop();
    await redis.stop();
  }
}

async function holdfastRate({ agents, load: startLoad }: Measure, times: Times): Promise<number> {
  const cluster = await startCluster({ agents: 0, env: { HOLDFAST_ALLOCATOR_INTERVAL_MS: '20' } });
  const emulated = emulateAgents({ master: cluster.ready.master.grpc, count: agents, resources: RESOURCES });
  try {
    await emulated.registered;
    const load = await startLoad(cluster.ready.master.grpc);
    const rate = await ratePerSecond(load.count, times);
    const problem = load.problem();
    if (problem !== undefined) throw new Error(`the load was refused: ${problem}`);
    await load.stop();
    return rate;
  } finally {
    emulated.stop();
    await cluster.stop();
  }
}
