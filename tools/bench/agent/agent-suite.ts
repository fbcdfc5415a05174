import { setTimeout as pause } from 'node:timers/promises';
import type { Resource } from '@holdfast/core/resources';
import { disk, persistentVolume, reserved } from '@holdfast/scheduler-sdk';
import { median } from '../rate';
import type { Result, Suite, SuiteRun } from '../result';
import { AgentProcess } from './agent-process';
import { bareStartsPerSecond, inControlGroups, isolationOf } from './bare-start';
import { cpuMs } from './launched-processes';
import { ROLE, type ScriptedMaster } from './scripted-master';
import { stopOnSignals } from './stop-on-signals';

const AT_ONCE = 16;
/** Starts, beside the same isolation without us. */
const START_MARK = 0.5;
/** Starts that do not count: what an agent does often is compiled well after so many. */
const WARM_UP = 1_000;
const CROWD = 1_000;
const IDLE_TASKS = 200;
/** 1 % of a core. */
const IDLE_LIMIT_MS_PER_S = 10;
const ADOPTED_TASKS = 500;
const SLEEPER = 'exec sleep 3600';

const RESERVED = reserved(disk(1_024), { role: ROLE });
const VOLUME: Resource = persistentVolume(RESERVED, { id: 'data', shared: true });

interface Sizes {
  /** Agent and floor take turns, so that what else the machine does meets both. */
  readonly rounds: number;
  readonly startsPerRound: number;
  /** Whole rounds of the measuring of disks, which comes every 15 s. */
  readonly idleMs: number;
}

/** A real agent, with the bench in the master's place, beside xargs(1) that starts `true` with as much isolation and nothing else. */
export const agentSuite: Suite = {
  name: 'agent',
  about:
    'starts per second: plain, isolated, and with a shared volume; 1,000 launches at once; an idle agent with 200 tasks; 500 tasks taken over',
  async run(run) {
    const sizes = run.isQuick ? { rounds: 3, startsPerRound: 100, idleMs: 15_000 } : { rounds: 5, startsPerRound: 500, idleMs: 30_000 };
    const agents: AgentProcess[] = [];
    const stopAll = () => Promise.all(agents.splice(0).map((agent) => agent.stop())).then(() => undefined);
    return stopOnSignals(stopAll, async () => {
      const started = async (isolation: 'namespaces' | 'plain') => {
        const agent = await AgentProcess.create(isolation);
        agents.push(agent);
        await agent.start();
        return agent;
      };
      const plain = await started('plain');
      const isolated = await started('namespaces');
      await isolated.master.apply({ type: 'RESERVE', resources: [RESERVED] });
      await isolated.master.apply({ type: 'CREATE', resources: [VOLUME] });
      return [...(await starts(run, sizes, plain, isolated)), await idle(run, sizes, isolated), await adopted(run, sizes, isolated, plain)];
    });
  },
};

interface StartCase {
  readonly name: string;
  readonly master: ScriptedMaster;
  readonly volumes: readonly Resource[];
  readonly floor: readonly string[];
  readonly mark?: number;
}

async function starts(run: SuiteRun, sizes: Sizes, plain: AgentProcess, isolated: AgentProcess): Promise<readonly Result[]> {
  const [bare, bareWithVolume] = [await isolationOf(isolated.master), await isolationOf(isolated.master, [VOLUME])];
  const grouped = inControlGroups(bare);
  const cases: readonly StartCase[] = [
    { name: 'plain, no volume, beside a bare spawn', master: plain.master, volumes: [], floor: ['true'] },
    { name: 'isolated, no volume, beside the bare isolation', master: isolated.master, volumes: [], floor: bare, mark: START_MARK },
    {
      name: 'isolated, a shared volume, beside the bare isolation with it',
      master: isolated.master,
      volumes: [VOLUME],
      floor: bareWithVolume,
      mark: START_MARK,
    },
    ...(grouped
      ? [{ name: 'isolated, no volume, beside it in control groups, by a script', master: isolated.master, volumes: [], floor: grouped }]
      : []),
  ];
  run.say('warming up …');
  for (const { master } of [plain, isolated]) await startsPerSecond(master, [], WARM_UP, AT_ONCE);
  const results: Result[] = [];
  for (const { name, master, volumes, floor, mark } of cases) {
    const { startsPerRound, rounds } = sizes;
    run.say(`tasks started, ${name} …`);
    const [value, bareRate] = await byTurns(
      rounds,
      () => startsPerSecond(master, volumes, startsPerRound, AT_ONCE),
      () => bareStartsPerSecond(floor, startsPerRound, AT_ONCE),
    );
    results.push({
      name: `tasks started and ended, ${AT_ONCE} at a time: ${name}`,
      value,
      unit: 'tasks/s',
      floor: bareRate,
      ratio: value / bareRate,
      ...(mark !== undefined && { mark }),
    });
  }
  run.say(`${CROWD.toLocaleString('en')} launches at once …`);
  const [value, floor] = await byTurns(
    1,
    () => startsPerSecond(isolated.master, [VOLUME], CROWD, CROWD),
    () => bareStartsPerSecond(bareWithVolume, CROWD, AT_ONCE),
  );
  results.push({
    name: `${CROWD.toLocaleString('en')} launches in one message, isolated, a shared volume`,
    value,
    unit: 'tasks/s',
    floor,
    ratio: value / floor,
    mark: START_MARK,
  });
  return results;
}

/** From the first launch to the last confirmed end. */
async function startsPerSecond(master: ScriptedMaster, volumes: readonly Resource[], count: number, atOnce: number): Promise<number> {
  let left = count;
  const startedMs = performance.now();
  const goOn = async () => {
    while (left-- > 0) await master.run({ command: 'true', volumes }).hasEnded;
  };
  await Promise.all(Array.from({ length: atOnce }, goOn));
  return (count / (performance.now() - startedMs)) * 1_000;
}

/** What agent and spawner use while their tasks sleep; the measuring of disks and whatever else comes round is in it. */
async function idle(run: SuiteRun, { idleMs }: Sizes, agent: AgentProcess): Promise<Result> {
  run.say(`an idle agent with ${IDLE_TASKS} running tasks …`);
  await runSleepers(agent, IDLE_TASKS);
  await pause(2_000);
  const used = () => agent.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const [beforeMs, startedMs] = [used(), performance.now()];
  await pause(idleMs);
  const value = ((used() - beforeMs) / (performance.now() - startedMs)) * 1_000;
  const floor = IDLE_LIMIT_MS_PER_S;
  return {
    name: `processor time of an idle agent with ${IDLE_TASKS} tasks (at most 1 % of a core)`,
    value,
    unit: 'ms/s',
    floor,
    ratio: floor / value,
    mark: 1,
  };
}

/** From the start of an agent that was killed to its registration with everything that still runs; the floor has nothing to take over. */
async function adopted(run: SuiteRun, { rounds }: Sizes, agent: AgentProcess, empty: AgentProcess): Promise<Result> {
  run.say(`${ADOPTED_TASKS} tasks taken over by a new agent …`);
  await runSleepers(agent, ADOPTED_TASKS);
  const [value, floor] = await byTurns(
    rounds,
    async () => {
      const { tookMs, register } = await agent.restart();
      const running = register.tasks.filter(({ state }) => state === 'TASK_RUNNING').length;
      if (running !== ADOPTED_TASKS) throw new Error(`${running} of ${ADOPTED_TASKS} running tasks were taken over`);
      return tookMs;
    },
    async () => (await empty.restart()).tookMs,
  );
  return {
    name: `${ADOPTED_TASKS} running tasks taken over after kill -9, beside a start with none`,
    value,
    unit: 'ms',
    floor,
    ratio: floor / value,
  };
}

/** Up to so many tasks that run. */
async function runSleepers({ master }: AgentProcess, count: number): Promise<void> {
  const missing = Math.max(0, count - master.unfinishedCount);
  await Promise.all(Array.from({ length: missing }, () => master.run({ command: SLEEPER }).hasStarted));
}

/** The medians of both, measured by turns. */
async function byTurns(rounds: number, one: () => Promise<number>, other: () => Promise<number>): Promise<readonly [number, number]> {
  const [ones, others]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ones.push(await one());
    others.push(await other());
  }
  return [median(ones), median(others)];
}
