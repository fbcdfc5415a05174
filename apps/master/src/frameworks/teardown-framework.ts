import { authorize } from '@holdfast/core/authorization';
import { ok, refused, type Result } from '@holdfast/core/base';
import type { CallAnswer } from '@holdfast/contracts';
import type { Deps } from '../deps';
import type { Framework } from './framework-book';
import { endFramework } from './remove-framework';

/** TEARDOWN (D-013), unless the ACLs refuse it (`unauthorized`). The stream is ended once the call is answered. */
export function teardownFramework(deps: Deps, framework: Framework): Result<CallAnswer> {
  const { principal } = framework.info;
  const refusal = authorize(deps.acls, principal, {
    kind: 'teardown_frameworks',
    ...(principal !== undefined && { frameworkPrincipal: principal }),
  });
  if (refusal) return refused(refusal);
  const stream = endFramework(deps, framework, 'it asked for TEARDOWN');
  // Over Connect the answer goes out on this very stream.
  queueMicrotask(() => stream?.close());
  return ok({});
}
