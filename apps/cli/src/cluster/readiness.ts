import { setTimeout as pause } from 'node:timers/promises';
import type { AgentId, Epoch } from '@holdfast/core/base';

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

export interface RegisteredAgents {
  /** In the order of their addresses. */
  readonly agentIds: readonly AgentId[];
  /** The highest that any of them has seen. */
  readonly epoch: Epoch;
}

/**
 * Resolves once every agent says that it is registered with a master of a later epoch than `afterEpoch`. The agents are asked rather than
 * the master, which may want to know who asks: a cluster knows of its principals only hashes of their secrets.
 */
export async function untilAgentsRegistered(
  httpAddresses: readonly string[],
  afterEpoch: Epoch,
  signal: AbortSignal,
): Promise<RegisteredAgents> {
  const states = await Promise.all(httpAddresses.map((address) => untilRegistered(address, afterEpoch, signal)));
  return { agentIds: states.map(({ id }) => id), epoch: Math.max(...states.map((state) => state.highest_epoch)) };
}

/** What is read of the `/state` of an agent. */
interface AgentState {
  readonly id: AgentId;
  readonly registered: boolean;
  readonly highest_epoch: Epoch;
}

async function untilRegistered(httpAddress: string, afterEpoch: Epoch, signal: AbortSignal): Promise<AgentState> {
  for (;;) {
    const state = await stateOf(httpAddress, signal);
    if (state?.registered && state.highest_epoch > afterEpoch) return state;
    await pause(CHECK_MS, undefined, { signal });
  }
}

async function stateOf(httpAddress: string, signal: AbortSignal): Promise<AgentState | undefined> {
  try {
    const answer = await fetch(`${httpAddress}/state`, { signal });
    const state: unknown = await answer.json();
    return answer.ok ? (state as AgentState) : undefined;
  } catch {
    // It is still starting.
    signal.throwIfAborted();
    return undefined;
  }
}
