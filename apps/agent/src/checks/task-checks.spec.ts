import type { CheckResult, Command, HealthCheck, Probe } from '@holdfast/core/tasks';
import { manualWorld } from '@holdfast/testing/world';
import type { ExecEnd } from '../containers';
import { TaskChecks, type ToldOfChecks } from './index';

const COMMAND: Command = { shell: true, value: 'ok', args: [], environment: [] };
const PROBE: Probe = { kind: 'command', command: COMMAND };
const TIMES = { probe: PROBE, delayMs: 1000, intervalMs: 500, timeoutMs: 200 };
const HEALTH: HealthCheck = { ...TIMES, consecutiveFailures: 2, gracePeriodMs: 0 };
const NOTHING_TOLD: ToldOfChecks = { wasHealthy: false };

let world: ReturnType<typeof manualWorld>;
let said: string[];
/** When each command was run. */
let askedMs: number[];
let answers: ((end: ExecEnd) => void)[];
let startMs: number;

beforeEach(() => {
  world = manualWorld();
  startMs = world.nowMs();
  [said, askedMs, answers] = [[], [], []];
});

function checksOf(info: { healthCheck?: HealthCheck; check?: typeof TIMES }, told = NOTHING_TOLD): TaskChecks {
  const checks = new TaskChecks(info, told, {
    timers: world,
    runningForMs: () => world.nowMs() - startMs,
    exec: () => {
      askedMs.push(world.nowMs() - startMs);
      return new Promise((resolve) => answers.push(resolve));
    },
    onHealth: (healthy, problem) => said.push(healthy ? 'healthy' : `unhealthy: ${problem}`),
    onUnhealthy: (message) => said.push(`kill: ${message}`),
    onCheck: (result) => said.push(JSON.stringify(result)),
  });
  checks.start();
  return checks;
}

/** The command that was run last exits; resolves when that has been taken in. */
async function exits(code: number): Promise<void> {
  answers.at(-1)!({ kind: 'exited', code });
  await new Promise((resolve) => setImmediate(resolve));
}

it('asks after the delay, and then an interval after each answer', async () => {
  checksOf({ check: TIMES });
  world.advance(999);
  expect(askedMs).toEqual([]);
  world.advance(1);
  expect(askedMs).toEqual([1000]);
  // It takes its time, and is not asked again meanwhile.
  world.advance(5000);
  expect(askedMs).toEqual([1000]);
  await exits(0);
  world.advance(499);
  expect(askedMs).toEqual([1000]);
  world.advance(1);
  expect(askedMs).toEqual([1000, 6500]);
});

it('counts the delay from the start of the task, under the next agent, too', () => {
  startMs -= 700;
  checksOf({ check: TIMES });
  world.advance(300);
  expect(askedMs).toEqual([1000]);
  startMs -= 5000;
  checksOf({ check: TIMES });
  world.advance(0);
  expect(askedMs).toEqual([1000, 6000]);
});

it('tells what a check finds when that has changed', async () => {
  const { result } = { result: { kind: 'command', exitCode: 0 } satisfies CheckResult };
  checksOf({ check: { ...TIMES, delayMs: 0 } }, { wasHealthy: false, checkResult: result });
  for (const code of [0, 0, 3, 3, 0]) {
    world.advance(500);
    await exits(code);
  }
  expect(said).toEqual(['{"kind":"command","exitCode":3}', '{"kind":"command","exitCode":0}']);
});

it('says that a task is to be killed once, with the check and its last failure', async () => {
  checksOf({ healthCheck: HEALTH });
  world.advance(1000);
  await exits(0);
  world.advance(500);
  await exits(4);
  world.advance(500);
  await exits(5);
  world.advance(60_000);
  expect(said).toEqual([
    'healthy',
    'unhealthy: its command exited with status 4',
    'kill: its health check (command ok) failed 2 times in a row, the last time because its command exited with status 5',
  ]);
  expect(askedMs).toHaveLength(3);
});

it('says nothing any more once it is stopped, not even what it was asking', async () => {
  const checks = checksOf({ healthCheck: { ...HEALTH, consecutiveFailures: 1 }, check: TIMES });
  world.advance(1000);
  checks.stop();
  for (const answer of answers) answer({ kind: 'exited', code: 1 });
  await exits(1);
  world.advance(60_000);
  expect([said, askedMs]).toEqual([[], [1000, 1000]]);
});

it('does not ask without a pause, however short the interval', async () => {
  checksOf({ check: { ...TIMES, delayMs: 0, intervalMs: 0 } });
  world.advance(0);
  await exits(0);
  world.advance(0);
  expect(askedMs).toHaveLength(1);
  world.advance(20);
  expect(askedMs).toHaveLength(2);
});

it('has nothing to do for a task without checks', () => {
  const checks = checksOf({});
  world.advance(60_000);
  checks.stop();
  expect([said, askedMs]).toEqual([[], []]);
});
