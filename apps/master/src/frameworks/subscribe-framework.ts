import { ok, refuse, refused, type FrameworkId, type Refusal, type Result } from '@holdfast/core/base';
import type { FrameworkInfo } from '@holdfast/core/offers';
import type { SubscribeRequest } from '@holdfast/contracts';
import type { Caller } from '../calls/caller';
import type { Deps } from '../deps';
import { returnOffer } from '../offers/return-offers';
import { sendOperationStatus } from '../operations/send-operation-status';
import { sendStatus } from '../tasks/send-status';
import { checkSubscription, withPrincipal } from './check-subscription';
import { disconnectFramework } from './disconnect-framework';
import type { EventStream } from './event-stream';
import { asBookChange, knownFramework, type Framework } from './framework-book';

let frameworkCount = 0;

/**
 * Begins or takes over a framework's subscription: SUBSCRIBED first, then what was never acknowledged, then offers.
 * An older stream of the same framework is told and ended; its offers go back without RESCIND (D-004, C-094).
 * Refused with `principal_mismatch`, `framework_invalid`, `framework_removed` or `unauthorized`; then nothing has changed (D-002).
 */
export function subscribeFramework(deps: Deps, request: SubscribeRequest, stream: EventStream, caller: Caller): Result<Framework> {
  const filled = withPrincipal(request.framework, caller);
  if (!filled.ok) return filled;
  const info = filled.value;
  const refusal = checkSubscription(deps, { ...request, framework: info }) ?? checkIdentity(deps, info);
  if (refusal) return refused(refusal);
  const earlier = info.id === undefined ? undefined : deps.frameworks.get(info.id);
  if (earlier) releaseOlderStream(deps, earlier);
  const framework = earlier ?? newFramework(deps, info);
  framework.info = merge(framework.info, info);
  framework.suppressedRoles = new Set(request.suppressedRoles);
  framework.offerConstraints = request.offerConstraints;
  framework.stream = stream;
  framework.disconnectedMs = undefined;
  framework.cancelFailover?.();
  framework.cancelFailover = undefined;
  stream.onClose(() => disconnectFramework(deps, framework, stream));

  deps.frameworkStore.save({ info: framework.info });
  stream.send({ type: 'SUBSCRIBED', frameworkId: framework.id, heartbeatIntervalMs: deps.settings.heartbeatIntervalMs, master: deps.self });
  stream.send({ type: 'HEARTBEAT' });
  for (const task of deps.tasks.ofFramework(framework.id)) if (task.unacknowledged) sendStatus(framework, task.unacknowledged);
  for (const { unacknowledged } of deps.operations.ofFramework(framework.id)) {
    if (unacknowledged) sendOperationStatus(framework, unacknowledged);
  }
  deps.allocator.change(asBookChange(framework));
  deps.log.info({ frameworkId: framework.id, name: framework.info.name, roles: framework.info.roles }, 'framework subscribed');
  return ok(framework);
}

function checkIdentity(deps: Deps, info: FrameworkInfo): Refusal | undefined {
  if (info.id === undefined) return undefined;
  if (deps.frameworks.isRemoved(info.id)) return refuse('framework_removed', { frameworkId: info.id });
  const known = deps.frameworks.get(info.id);
  if (known && known.info.principal !== info.principal) {
    return refuse('framework_invalid', {
      problem: `The principal of framework ${info.id} cannot change from '${known.info.principal ?? ''}' to '${info.principal ?? ''}'.`,
    });
  }
  return undefined;
}

/** An id that this master has never seen is taken as it is: the framework outlived an earlier master. */
function newFramework(deps: Deps, info: FrameworkInfo): Framework {
  const id: FrameworkId = info.id ?? `${deps.leadership.masterId}-${String(frameworkCount++).padStart(4, '0')}`;
  const framework = knownFramework({ ...info, id });
  deps.frameworks.put(framework);
  return framework;
}

/** `user` and `checkpoint` stay as they were (D-006). */
const merge = (known: Framework['info'], given: FrameworkInfo): Framework['info'] => ({
  ...given,
  id: known.id,
  user: known.user,
  checkpoint: known.checkpoint,
});

function releaseOlderStream(deps: Deps, framework: Framework): void {
  const older = framework.stream;
  framework.stream = undefined;
  for (const offer of deps.offers.ofFramework(framework.id)) returnOffer(deps, offer);
  older?.close('Framework failed over');
}
