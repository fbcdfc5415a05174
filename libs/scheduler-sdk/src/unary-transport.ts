import { ok, unreachable, type Result, type StreamId } from '@holdfast/core/base';
import { schedulerService, type CallAnswer, type Method, type SubscribedCall } from '@holdfast/contracts';
import type { RpcClient } from '@holdfast/platform/rpc';
import type { Transport } from './transport';

/** The metadata key under which Subscribe hands out the id of a stream and every call shows it. */
const STREAM_ID_KEY = 'holdfast-stream-id';

type Ask = <Req, Res extends CallAnswer>(method: Method<Req, Res>, request: Req) => Promise<Result<CallAnswer>>;

/** Events on a stream of their own, and one RPC for each call. */
export const unaryTransport = (client: RpcClient, callTimeoutMs: number): Transport => ({
  open(request) {
    const stream = client.serverStream(schedulerService.subscribe, request);
    let streamId: StreamId = '';
    stream.onInitialMetadata((get) => {
      streamId = get(STREAM_ID_KEY) ?? '';
    });
    return {
      onEvent: (hear) => stream.onMessage(hear),
      onEnd: (call) => stream.onEnd(call),
      call: (call) =>
        carryOut(call, (method, body) =>
          client.unary(method, body, { deadlineMs: callTimeoutMs, metadata: { [STREAM_ID_KEY]: streamId } }),
        ),
      cancel: () => stream.cancel(),
    };
  },
});

/** The RPC of each call; that the request says its type, too, reaches no wire. */
function carryOut(call: SubscribedCall, ask: Ask): Promise<Result<CallAnswer>> {
  switch (call.type) {
    case 'TEARDOWN':
      return ask(schedulerService.teardown, call);
    case 'ACCEPT':
      return ask(schedulerService.accept, call);
    case 'DECLINE':
      return ask(schedulerService.decline, call);
    case 'ACCEPT_INVERSE_OFFERS':
      return ask(schedulerService.acceptInverseOffers, call);
    case 'DECLINE_INVERSE_OFFERS':
      return ask(schedulerService.declineInverseOffers, call);
    case 'REVIVE':
      return ask(schedulerService.revive, call);
    case 'SUPPRESS':
      return ask(schedulerService.suppress, call);
    case 'KILL':
      return ask(schedulerService.kill, call);
    case 'SHUTDOWN':
      return ask(schedulerService.shutdown, call);
    case 'ACKNOWLEDGE':
      return ask(schedulerService.acknowledge, call);
    case 'ACKNOWLEDGE_OPERATION_STATUS':
      return ask(schedulerService.acknowledgeOperationStatus, call);
    case 'RECONCILE':
      return ask(schedulerService.reconcile, call);
    case 'RECONCILE_OPERATIONS':
      return ask(schedulerService.reconcileOperations, call);
    case 'MESSAGE':
      return ask(schedulerService.sendMessage, call);
    case 'REQUEST':
      // Has no RPC, since it is taken and ignored wherever it can be said (C-061).
      return Promise.resolve(ok({}));
    case 'UPDATE_FRAMEWORK':
      return ask(schedulerService.updateFramework, call);
    default:
      return unreachable(call);
  }
}
