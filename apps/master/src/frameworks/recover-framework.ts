import type { FrameworkInfo } from '@holdfast/core/offers';
import type { Deps } from '../deps';
import { awaitReturn } from './disconnect-framework';
import { knownFramework } from './framework-book';

/** Known only from what runs for it: it may subscribe again within the recovery time. */
export function recoverFramework(deps: Deps, framework: FrameworkInfo): void {
  const recovered = knownFramework({ ...framework, id: framework.id ?? '' });
  deps.frameworks.put({ ...recovered, disconnectedMs: deps.world.nowMs() });
  const stored = deps.frameworks.get(recovered.id);
  if (stored) awaitReturn(deps, stored, Math.max(framework.failoverTimeoutMs, deps.settings.frameworkRecoveryMs));
}
