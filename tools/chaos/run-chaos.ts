import { connectOperator } from '@holdfast/scheduler-sdk';
import { checkAfterRound } from './checks/after-round';
import { endLoad, stopCleanly } from './checks/clean-end';
import { verifyUnderLoad } from './checks/verify';
import { violation, type Violation } from './checks/violation';
import { ChaosCluster } from './cluster/chaos-cluster';
import { allFaults, chooseFaults } from './faults/catalogue';
import type { Fault } from './faults/fault';
import { Load } from './load/load';
import { FaultTable, type ChaosReport, type RoundViolation } from './report';
import { injectAll } from './run-round';
import { SeededRandom } from './seeded-random';

export interface ChaosOptions {
  readonly seed: string;
  readonly agents: number;
  /** No round begins after this time. */
  readonly limitMs: number;
  /** Each of them once, in an order that the seed chooses, instead of as many as the time allows. */
  readonly isEachOnce: boolean;
  /** Beginnings of the names of faults, joined by commas; undefined: all. */
  readonly faults: string | undefined;
  readonly distDir: string;
  readonly say: (line: string) => void;
  /** Stops everything cleanly. */
  readonly signal: AbortSignal;
}

/** A cluster under a load, round after round of faults, with all checks after each. The cluster is stopped whatever happens. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, agents, say, signal } = options;
  const startedMs = Date.now();
  const cluster = await ChaosCluster.start({ agents, distDir: options.distDir });
  say(`A cluster of ${agents} agents serves after ${((Date.now() - startedMs) / 1000).toFixed(1)} s; its files are in ${cluster.home}.`);
  const operator = connectOperator({ address: cluster.ready.master.grpc });
  const faults = chosenFaults(options, cluster);
  const table = new FaultTable(faults.map(({ name }) => name));
  const violations: RoundViolation[] = [];
  const load = await Load.start(cluster.ready.master.grpc, operator, seed);
  const random = new SeededRandom(`${seed}/faults`);
  let rounds = 0;
  try {
    const plans = planRounds(options, faults, random, startedMs);
    let next = plans.next();
    while (!next.done && !signal.aborted && violations.length === 0) {
      const plan = next.value;
      rounds += 1;
      const names = plan.map(({ name }) => name);
      say(`Round ${rounds}: ${names.join(', ')}`);
      load.resume();
      if (random.chance(VERIFY_UNDER_LOAD)) violations.push(...asRound(await verifyUnderLoad(operator, signal), rounds));
      const { injected, missed } = await injectAll({ cluster, random, signal }, plan, say);
      await load.pause();
      const found = await checkAfterRound({
        cluster,
        load,
        operator,
        signal,
        hasLostWrites: injected.some(({ losesWrites }) => losesWrites),
      });
      for (const { name } of missed) table.missed(name);
      table.judged(
        injected.map(({ name }) => name),
        found.length === 0,
      );
      violations.push(...found.map((one) => ({ ...one, round: rounds, faults: names })));
      next = plans.next(missed);
      say(found.length === 0 ? `  in order` : found.map(({ check, message }) => `  VIOLATED: ${check}: ${message}`).join('\n'));
    }
    if (violations.length === 0 && !signal.aborted) {
      say('The end: everything is killed and destroyed.');
      violations.push(...asRound(await endLoad(cluster, load, operator), rounds));
    }
  } catch (error) {
    // What was asked to stop in the middle has found nothing.
    if (!signal.aborted)
      violations.push({
        ...violation('harness', error instanceof Error ? (error.stack ?? error.message) : String(error)),
        round: rounds,
        faults: [],
      });
  } finally {
    load.close();
    operator.close();
    violations.push(...asRound(await stopCleanly(cluster), rounds));
    if (violations.length === 0) await cluster.removeFiles();
  }
  return {
    seed,
    startedAt: new Date(startedMs).toISOString(),
    minutes: (Date.now() - startedMs) / 60_000,
    rounds,
    agents,
    faults: table.list(),
    deeds: load.deeds,
    violations,
    ...(violations.length > 0 && { keptDir: cluster.home }),
  };
}

function chosenFaults({ faults }: ChaosOptions, cluster: ChaosCluster): readonly Fault[] {
  const all = allFaults(cluster.services, [...cluster.links.keys()]);
  return faults === undefined ? all : chooseFaults(all, faults);
}

/** Every fault gets its turn before any comes again. Where each is to come once, those that were missed get another. */
function* planRounds(
  { isEachOnce, limitMs }: ChaosOptions,
  faults: readonly Fault[],
  random: SeededRandom,
  startedMs: number,
): Generator<readonly Fault[], void, readonly Fault[]> {
  let left: readonly Fault[] = [];
  for (let turn = 0; Date.now() - startedMs <= limitMs; turn += 1) {
    if (left.length === 0 && turn > 0 && isEachOnce) return;
    if (left.length === 0) left = random.shuffle(faults);
    const size = isEachOnce ? Math.ceil(faults.length / SHORT_ROUNDS) : random.integer(1, 4);
    const missed = yield left.slice(0, size);
    left = [...left.slice(size), ...(isEachOnce ? missed : [])];
  }
}

/** In so many rounds the cluster is verified while the load is on and nothing has failed yet. */
const VERIFY_UNDER_LOAD = 0.3;
/** So many rounds take about a minute. */
const SHORT_ROUNDS = 3;

const asRound = (found: readonly Violation[], round: number): readonly RoundViolation[] =>
  found.map((one) => ({ ...one, round, faults: ['the end'] }));
