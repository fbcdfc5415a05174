import { ok, type FrameworkId, type Result } from '@holdfast/core/base';
import { schedulerService, type Empty, type RolesRequest } from '@holdfast/contracts';
import { handleServerStream, handleUnary, type CallInfo, type RpcHandler } from '@holdfast/platform/rpc';
import { acceptOffers } from '../accept/accept-offers';
import type { Deps } from '../deps';
import { EventStream, type Framework } from '../frameworks';
import { removeFramework } from '../frameworks/remove-framework';
import { changeRoles } from '../frameworks/change-roles';
import { subscribeFramework } from '../frameworks/subscribe-framework';
import { declineOffers } from '../offers/decline-offers';
import { acknowledgeUpdate } from '../tasks/acknowledge-update';
import { killTask } from '../tasks/kill-task';
import { reconcileTasks } from '../tasks/reconcile-tasks';

export const STREAM_ID = 'holdfast-stream-id';

/** The frameworks' door: decodes, finds the caller, calls a use case, encodes. The proto file says which refusal means what. */
export function schedulerHandlers(deps: Deps): RpcHandler[] {
  const caller = (frameworkId: FrameworkId, call: CallInfo) => deps.frameworks.caller(frameworkId, call.metadata(STREAM_ID));
  const asCaller = <T>(frameworkId: FrameworkId, call: CallInfo, use: (framework: Framework) => T): Result<T> => {
    const framework = caller(frameworkId, call);
    return framework.ok ? ok(use(framework.value)) : framework;
  };
  const roles = (kind: 'revive_roles' | 'suppress_roles') => (request: RolesRequest, call: CallInfo) => {
    const framework = caller(request.frameworkId, call);
    return framework.ok ? changeRoles(deps, framework.value, kind, request.roles) : framework;
  };
  const done =
    (use: (framework: Framework) => void) =>
    (framework: Framework): Empty => {
      use(framework);
      return {};
    };

  return [
    handleServerStream(schedulerService.subscribe, (request, out, call) => {
      const stream = new EventStream(deps.world.ids.uuid(), out, deps.world, deps.settings);
      call.setInitialMetadata(STREAM_ID, stream.id);
      const subscribed = subscribeFramework(deps, request, stream);
      if (!subscribed.ok) out.refuse(subscribed.refusal);
    }),
    handleUnary(schedulerService.accept, async (request, call) => {
      const framework = caller(request.frameworkId, call);
      return framework.ok ? acceptOffers(deps, framework.value, request) : framework;
    }),
    handleUnary(schedulerService.decline, (request, call) =>
      asCaller(request.frameworkId, call, (framework) => ({ unknownOfferIds: declineOffers(deps, framework, request) })),
    ),
    handleUnary(schedulerService.revive, roles('revive_roles')),
    handleUnary(schedulerService.suppress, roles('suppress_roles')),
    handleUnary(schedulerService.kill, (request, call) => {
      const framework = caller(request.frameworkId, call);
      return framework.ok ? killTask(deps, framework.value, request) : framework;
    }),
    handleUnary(schedulerService.acknowledge, (request, call) =>
      asCaller(
        request.frameworkId,
        call,
        done((framework) => acknowledgeUpdate(deps, framework, request)),
      ),
    ),
    handleUnary(schedulerService.reconcile, (request, call) =>
      asCaller(
        request.frameworkId,
        call,
        done((framework) => reconcileTasks(deps, framework, request)),
      ),
    ),
    handleUnary(schedulerService.teardown, (request, call) =>
      asCaller(
        request.frameworkId,
        call,
        done((framework) => removeFramework(deps, framework, 'it asked for TEARDOWN')),
      ),
    ),
  ];
}
