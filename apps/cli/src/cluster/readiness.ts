import { setTimeout as pause } from 'node:timers/promises';
import type { AgentId } from '@holdfast/core/base';
import type { Operator } from '@holdfast/scheduler-sdk';

const CHECK_MS = 100;

/** Resolves when `/readyz` of a service answers 200. HTTP has no way to be told, so it is asked. */
export async function untilReady(httpAddress: string, signal: AbortSignal): Promise<void> {
  while (!(await isReady(httpAddress, signal))) await pause(CHECK_MS, undefined, { signal });
}

async function isReady(httpAddress: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(`${httpAddress}/readyz`, { signal });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/** Resolves with the agents' ids, in the order of their HTTP ports, once the master knows every one and it is active. */
export async function untilAgentsRegistered(
  operator: Operator,
  httpPorts: readonly number[],
  signal: AbortSignal,
): Promise<readonly AgentId[]> {
  for (;;) {
    const ids = await registeredAgents(operator, httpPorts);
    if (ids !== undefined) return ids;
    await pause(CHECK_MS, undefined, { signal });
  }
}

async function registeredAgents(operator: Operator, httpPorts: readonly number[]): Promise<readonly AgentId[] | undefined> {
  try {
    const answer = await operator.agents();
    if (!answer.ok) return undefined;
    const ids = httpPorts.map((port) => answer.value.agents.find(({ info, active }) => active && info.httpPort === port)?.info.id);
    return ids.every((id) => id !== undefined) ? ids : undefined;
  } catch {
    // The master is still starting.
    return undefined;
  }
}
