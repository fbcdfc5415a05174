import { setImmediate as nextTurn } from 'node:timers/promises';
import type { World } from '@holdfast/core/base';
import { allocateAgents, inRandomOrder } from '@holdfast/core/fair-share';
import { failpoint } from '@holdfast/platform/failpoints';
import { ATTR, currentTraceParent, withSpan } from '@holdfast/platform/telemetry';
import type { AllocatorMetrics } from '../metrics';
import type { MasterSession, Sessions } from '../session';
import type { CycleReason } from './cycle-queue';

/** After so many agents, others get their turn: requests, health checks, the lock of the job. A few milliseconds. */
const AGENTS_PER_TURN = 1_000;

export interface CycleDeps {
  readonly world: World;
  readonly sessions: Sessions;
  readonly metrics: AllocatorMetrics;
}

/** Runs one cycle over what is worth looking at now. With nothing to look at, or no master, it is over at once; twice is as good as once. */
export async function runOfferCycle(deps: CycleDeps, reason: CycleReason): Promise<void> {
  const session = deps.sessions.current;
  if (!session?.books.hasCandidates) return;
  const startedMs = performance.now();
  await withSpan('offer cycle', { [ATTR.cycleReason]: reason }, async (span) => {
    const { agents, allocations } = await serveCandidates(deps, session);
    span.setAttribute(ATTR.cycleAgents, agents);
    span.setAttribute(ATTR.cycleAllocations, allocations);
    deps.metrics.cycleDone({ reason, tookMs: performance.now() - startedMs, agents, allocations });
  });
}

/** An agent that comes up anew while this runs is a candidate of the next cycle: of this one, each agent has one turn. */
async function serveCandidates({ world, sessions }: CycleDeps, session: MasterSession) {
  const candidates = inRandomOrder(session.books.takeCandidates(), world.random);
  const traceParent = currentTraceParent();
  let allocations = 0;
  for (let at = 0; at < candidates.length; at += AGENTS_PER_TURN) {
    if (at > 0) await nextTurn();
    if (sessions.current !== session) break;
    const made = allocateAgents(session.books, candidates.slice(at, at + AGENTS_PER_TURN), world.nowMs());
    if (made.length > 0) failpoint('allocator.before_allocations');
    session.send(made, traceParent);
    if (made.length > 0) failpoint('allocator.after_allocations');
    allocations += made.length;
  }
  return { agents: candidates.length, allocations };
}
