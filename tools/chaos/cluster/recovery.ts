import { setTimeout as pause } from 'node:timers/promises';
import type { ReadyInfo } from '@holdfast/testing/cluster';
import { agentStates } from './agent-state';

const LOOK_MS = 200;
const ANSWER_MS = 2_000;

/**
 * Resolves with nothing once every service says that it is ready and every agent that it is registered with the newest master; with what is
 * still missing when that takes longer than `limitMs`.
 */
export async function untilRecovered(ready: ReadyInfo, limitMs: number, signal: AbortSignal): Promise<readonly string[]> {
  const untilMs = Date.now() + limitMs;
  for (;;) {
    const problems = await problemsOf(ready);
    if (problems.length === 0 || Date.now() > untilMs) return problems;
    await pause(LOOK_MS, undefined, { signal });
  }
}

async function problemsOf(ready: ReadyInfo): Promise<readonly string[]> {
  const doors = [ready.master.http, ready.allocator.http, ready.volumeRegistry.http, ...ready.agents.map(({ http }) => http)];
  const unready = (await Promise.all(doors.map(problemOf))).flat();
  if (unready.length > 0) return unready;
  const states = await agentStates(ready);
  const newest = Math.max(...states.map((state) => state?.highest_epoch ?? 0));
  return states.flatMap((state, at) => {
    if (!state) return [`agent-${at + 1} does not tell its state`];
    if (!state.registered) return [`agent-${at + 1} is not registered`];
    return state.highest_epoch < newest ? [`agent-${at + 1} is registered with an earlier master`] : [];
  });
}

async function problemOf(door: string): Promise<readonly string[]> {
  try {
    const answer = await fetch(`${door}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await answer.text();
    return answer.ok ? [] : [`${door} is not ready: ${text.trim()}`];
  } catch (error) {
    return [`${door} does not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
}
