import { setTimeout as pause } from 'node:timers/promises';
import type { AgentId, Epoch } from '@holdfast/core/base';
import { readRegistration, type Registration } from './registration';

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
 * Resolves once every agent says that it is registered with a master of a later epoch than `afterEpoch`. It says so in its metrics, which
 * are open to all: every other door may ask who is there, and a cluster knows of its principals only hashes of their secrets.
 */
export async function untilAgentsRegistered(
  httpAddresses: readonly string[],
  afterEpoch: Epoch,
  signal: AbortSignal,
): Promise<RegisteredAgents> {
  const agents = await Promise.all(httpAddresses.map((address) => untilRegistered(address, afterEpoch, signal)));
  return { agentIds: agents.map(({ agentId }) => agentId), epoch: Math.max(...agents.map(({ epoch }) => epoch)) };
}

async function untilRegistered(httpAddress: string, afterEpoch: Epoch, signal: AbortSignal): Promise<Registration> {
  for (;;) {
    const registration = await registrationOf(httpAddress, signal);
    if (registration && registration.epoch > afterEpoch) return registration;
    await pause(CHECK_MS, undefined, { signal });
  }
}

async function registrationOf(httpAddress: string, signal: AbortSignal): Promise<Registration | undefined> {
  try {
    const answer = await fetch(`${httpAddress}/metrics`, { signal });
    const text = await answer.text();
    return answer.ok ? readRegistration(text) : undefined;
  } catch {
    // It is still starting.
    signal.throwIfAborted();
    return undefined;
  }
}
