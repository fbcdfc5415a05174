import { ok, refused, type Principal, type Result } from '@holdfast/core/base';
import { schedulerService, type CallAnswer, type Method, type SubscribedCall } from '@holdfast/contracts';
import { handleServerStream, handleUnary, type CallInfo, type RpcHandler } from '@holdfast/platform/rpc';
import { asAuthenticated, authenticated } from '../authentication';
import type { Caller } from '../calls/caller';
import { carryOutCall } from '../calls/carry-out-call';
import type { Deps } from '../deps';
import { EventStream } from '../frameworks';
import { subscribeFramework } from '../frameworks/subscribe-framework';
import { connectHandler } from './connect-service';

export const STREAM_ID = 'holdfast-stream-id';

/** The frameworks' door: decodes, finds out who calls, hands the call over, encodes. The proto file says which refusal means what. */
export function schedulerHandlers(deps: Deps): RpcHandler[] {
  const { authenticator, settings, world } = deps;

  /** A unary call of a subscribed framework. Its answer says also of what was taken in vain why (`CallAnswer.refusal`). */
  const call = <Req, Res>(method: Method<Req, Res>, asCall: (request: Req) => SubscribedCall, asAnswer: (answer: CallAnswer) => Res) =>
    handleUnary(
      method,
      asAuthenticated(authenticator, (request: Req, info, principal) => {
        const settle = (answer: Result<CallAnswer>): Result<Res> => {
          if (!answer.ok) return answer;
          return answer.value.refusal ? refused(answer.value.refusal) : ok(asAnswer(answer.value));
        };
        const outcome = carryOutCall(deps, callerOf(info, principal), asCall(request));
        return outcome instanceof Promise ? outcome.then(settle) : settle(outcome);
      }),
    );
  const nothing = () => ({});

  return [
    handleServerStream(schedulerService.subscribe, async (request, out, info) => {
      const streamId = world.ids.uuid();
      info.setInitialMetadata(STREAM_ID, streamId);
      const principal = await authenticated(authenticator, info);
      if (!principal.ok) return out.refuse(principal.refusal);
      if (out.closed) return;
      const caller: Caller = { door: 'grpc', streamId, ...(principal.value !== undefined && { principal: principal.value }) };
      const subscribed = subscribeFramework(deps, request, new EventStream(streamId, out, world, settings), caller);
      if (!subscribed.ok) out.refuse(subscribed.refusal);
    }),
    connectHandler(deps),
    call(
      schedulerService.accept,
      ({ frameworkId, offerIds, operations, filters }) => ({ type: 'ACCEPT', frameworkId, offerIds, operations, filters }),
      ({ results = [] }) => ({ results }),
    ),
    call(
      schedulerService.decline,
      ({ frameworkId, offerIds, filters }) => ({ type: 'DECLINE', frameworkId, offerIds, filters }),
      ({ unknownOfferIds = [] }) => ({ unknownOfferIds }),
    ),
    call(schedulerService.revive, (request) => ({ type: 'REVIVE', ...request }), nothing),
    call(schedulerService.suppress, (request) => ({ type: 'SUPPRESS', ...request }), nothing),
    call(schedulerService.kill, (request) => ({ type: 'KILL', ...request }), nothing),
    call(schedulerService.acknowledge, (request) => ({ type: 'ACKNOWLEDGE', ...request }), nothing),
    call(schedulerService.reconcile, (request) => ({ type: 'RECONCILE', ...request }), nothing),
    call(schedulerService.teardown, (request) => ({ type: 'TEARDOWN', ...request }), nothing),
    call(schedulerService.updateFramework, (request) => ({ type: 'UPDATE_FRAMEWORK', ...request }), nothing),
    call(schedulerService.shutdown, (request) => ({ type: 'SHUTDOWN', ...request }), nothing),
    call(schedulerService.sendMessage, (request) => ({ type: 'MESSAGE', ...request }), nothing),
    call(schedulerService.acceptInverseOffers, (request) => ({ type: 'ACCEPT_INVERSE_OFFERS', ...request }), nothing),
    call(schedulerService.declineInverseOffers, (request) => ({ type: 'DECLINE_INVERSE_OFFERS', ...request }), nothing),
    call(schedulerService.acknowledgeOperationStatus, (request) => ({ type: 'ACKNOWLEDGE_OPERATION_STATUS', ...request }), nothing),
    call(schedulerService.reconcileOperations, (request) => ({ type: 'RECONCILE_OPERATIONS', ...request }), nothing),
  ];
}

function callerOf(info: CallInfo, principal: Principal | undefined): Caller {
  const streamId = info.metadata(STREAM_ID);
  return { door: 'grpc', ...(streamId !== undefined && { streamId }), ...(principal !== undefined && { principal }) };
}
