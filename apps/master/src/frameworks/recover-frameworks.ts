import type { Deps } from '../deps';
import { awaitReturn } from './disconnect-framework';
import { knownFramework } from './framework-book';

/**
 * After a restart: frameworks known to the earlier master get their failover timeout, and at least the recovery time, to
 * subscribe again; then they are removed. Mesos forgets these timers at a failover (D-012).
 */
export async function recoverFrameworks(deps: Deps): Promise<void> {
  const { frameworks, removed } = await deps.frameworkStore.load();
  for (const id of removed) deps.frameworks.markRemoved(id);
  for (const { info, disconnectedMs } of frameworks) {
    const framework = { ...knownFramework(info), disconnectedMs: disconnectedMs ?? deps.world.nowMs() };
    deps.frameworks.put(framework);
    awaitReturn(deps, framework, Math.max(info.failoverTimeoutMs, deps.settings.frameworkRecoveryMs));
  }
}
