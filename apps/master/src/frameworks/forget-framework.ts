import type { FrameworkId } from '@holdfast/core/base';
import type { Deps } from '../deps';

/** The allocator keeps a removed framework until nothing runs for it any more. */
export function forgetIfRemoved(deps: Deps, frameworkId: FrameworkId): void {
  if (deps.frameworks.get(frameworkId) || deps.tasks.ofFramework(frameworkId).length > 0) return;
  if (deps.executors.ofFramework(frameworkId).length > 0) return;
  deps.allocator.change({ kind: 'remove_framework', frameworkId });
}
