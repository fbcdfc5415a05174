import type { Deps } from '../deps';
import { returnOffer } from '../offers/return-offers';
import type { EventStream } from './event-stream';
import { asBookChange, type Framework } from './framework-book';
import { removeFramework } from './remove-framework';

/** The stream ended: no more offers, tasks go on, and the failover timeout runs (D-010, D-011). */
export function disconnectFramework(deps: Deps, framework: Framework, stream: EventStream): void {
  if (framework.stream !== stream || deps.frameworks.get(framework.id) !== framework) return;
  framework.stream = undefined;
  framework.disconnectedMs = deps.world.nowMs();
  // Inactive first: what the offers return must not be offered to it at once.
  deps.allocator.change(asBookChange(framework));
  for (const offer of deps.offers.ofFramework(framework.id)) returnOffer(deps, offer);
  deps.frameworkStore.save({ info: framework.info, disconnectedMs: framework.disconnectedMs });
  deps.log.info({ frameworkId: framework.id, failoverTimeoutMs: framework.info.failoverTimeoutMs }, 'framework disconnected');
  awaitReturn(deps, framework, framework.info.failoverTimeoutMs);
}

/** The longest that a timer of the platform can run. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Removes the framework unless it subscribes again within `waitMs`. */
export function awaitReturn(deps: Deps, framework: Framework, waitMs: number): void {
  framework.cancelFailover?.();
  framework.cancelFailover = deps.world.after(Math.min(waitMs, LONGEST_TIMER_MS), () =>
    removeFramework(deps, framework, `it did not subscribe again within its failover timeout of ${waitMs} ms`),
  );
}
