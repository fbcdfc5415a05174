import { type FrameworkId, refuse, unreachable } from '@holdfast/core/base';
import { FrameworkID } from '../gen/holdfast/v1/ids';
import {
  Call as WireCall,
  Call_AcceptInverseOffers as WireInverseOffers,
  Call_Acknowledge as WireAcknowledge,
  Call_AcknowledgeOperationStatus as WireAcknowledgeOperation,
  Call_Decline as WireDecline,
  Call_Kill as WireKill,
  Call_Message as WireMessage,
  Call_Reconcile as WireReconcile,
  Call_ReconcileOperations as WireReconcileOperations,
  Call_Request as WireRequest,
  Call_Revive as WireRoles,
  Call_Shutdown as WireShutdown,
  Call_Subscribe as WireSubscribe,
  Call_Type as CallType,
  Call_UpdateFramework as WireUpdate,
  call_TypeFromJSON as callTypeOf,
} from '../gen/holdfast/v1/scheduler_call';
import type { ConnectCall, FrameworkRequest, RolesRequest, SchedulerCall, SubscribedCall, UpdateFrameworkRequest } from '../messages';
import { readCallAccept, writeCallAccept } from './accept';
import * as bodies from './call-bodies';
import { attempt, codecOf, malformed, readBytes, readOptional, readPart, refuseMessage, required, type Wire, writeBytes } from './edge';
import { Frame } from './frame';
import { readIdMessage, writeId, writeOptionalId } from './ids';
import { readOptionalCount, writeOptionalCount } from './numbers';
import { readSubscription, ofFramework, writeSubscription } from './subscription';

/** Field numbers of Call in scheduler_call.proto: a call is opened frame by frame, so that one malformed operation is refused alone. */
const CALL = {
  frameworkId: 1,
  type: 2,
  subscribe: 3,
  accept: 4,
  decline: 5,
  acceptInverseOffers: 13,
  declineInverseOffers: 14,
  revive: 15,
  kill: 6,
  shutdown: 7,
  acknowledge: 8,
  acknowledgeOperationStatus: 17,
  reconcile: 9,
  reconcileOperations: 18,
  message: 10,
  request: 11,
  suppress: 16,
  updateFramework: 19,
  callNumber: 10_000,
} as const satisfies Partial<Record<keyof WireCall, number>>;

/** Any call, as Connect and the Mesos door take it. The type UNKNOWN is refused as `operation_unsupported` (D-009: 501). */
export function readSchedulerCall(bytes: Uint8Array): SchedulerCall {
  const frame = new Frame(bytes);
  if (frame.problem !== undefined) malformed('', frame.problem);
  const type = callTypeOf(required(frame.number(CALL.type), 'type'));
  const callNumber = readOptionalCount(frame.count(CALL.callNumber), 'call_number');
  const call = type === CallType.SUBSCRIBE ? readSubscribe(frame) : readSubscribedCall(frame, type);
  return callNumber === undefined ? call : { ...call, callNumber };
}

/** Empty counts as absent, as it does within a FrameworkInfo. */
function readSubscribe(frame: Frame): SchedulerCall {
  const subscription = readPart(frame.part(CALL.subscribe), 'subscribe', (bytes) => readSubscription(readBytes(WireSubscribe, bytes)));
  const named = readOptional(frame.part(CALL.frameworkId), 'framework_id', (id) => required(readBytes(FrameworkID, id).value, 'value'));
  if ((named ?? '') !== (subscription.framework.id ?? '')) malformed('framework_id', "differs from 'subscribe.framework_info.id'");
  return { type: 'SUBSCRIBE', ...subscription };
}

function readSubscribedCall(frame: Frame, type: CallType): SubscribedCall {
  if (type === CallType.UNKNOWN) refuseMessage(refuse('operation_unsupported', { operation: 'The call UNKNOWN' }));
  const frameworkId = readPart(frame.part(CALL.frameworkId), 'framework_id', (id) => readIdMessage(readBytes(FrameworkID, id)));
  const read = <W, D>(wire: Wire<W>, key: keyof typeof CALL, field: string, body: (wire: W, frameworkId: FrameworkId) => D): D =>
    readPart(frame.part(CALL[key]), field, (bytes) => body(readBytes(wire, bytes), frameworkId));
  switch (type) {
    case CallType.TEARDOWN:
      return { type, frameworkId };
    case CallType.ACCEPT:
      return { type, ...readPart(frame.part(CALL.accept), 'accept', (bytes) => readCallAccept(bytes, frameworkId)) };
    case CallType.DECLINE:
      return { type, ...read(WireDecline, 'decline', 'decline', bodies.readDecline) };
    case CallType.ACCEPT_INVERSE_OFFERS:
      return { type, ...read(WireInverseOffers, 'acceptInverseOffers', 'accept_inverse_offers', bodies.readInverseOffers) };
    case CallType.DECLINE_INVERSE_OFFERS:
      return { type, ...read(WireInverseOffers, 'declineInverseOffers', 'decline_inverse_offers', bodies.readInverseOffers) };
    case CallType.REVIVE:
      return { type, ...readRolesOf(frame, 'revive', frameworkId) };
    case CallType.SUPPRESS:
      return { type, ...readRolesOf(frame, 'suppress', frameworkId) };
    case CallType.KILL:
      return { type, ...read(WireKill, 'kill', 'kill', bodies.readKill) };
    case CallType.SHUTDOWN:
      return { type, ...read(WireShutdown, 'shutdown', 'shutdown', bodies.readShutdown) };
    case CallType.ACKNOWLEDGE:
      return { type, ...read(WireAcknowledge, 'acknowledge', 'acknowledge', bodies.readAcknowledge) };
    case CallType.ACKNOWLEDGE_OPERATION_STATUS: {
      const field = 'acknowledge_operation_status';
      return { type, ...read(WireAcknowledgeOperation, 'acknowledgeOperationStatus', field, bodies.readAcknowledgeOperation) };
    }
    case CallType.RECONCILE:
      return { type, ...read(WireReconcile, 'reconcile', 'reconcile', bodies.readReconcile) };
    case CallType.RECONCILE_OPERATIONS:
      return { type, ...read(WireReconcileOperations, 'reconcileOperations', 'reconcile_operations', bodies.readReconcileOperations) };
    case CallType.MESSAGE:
      return { type, ...read(WireMessage, 'message', 'message', bodies.readMessage) };
    case CallType.REQUEST:
      return { type, ...read(WireRequest, 'request', 'request', (_wire, id) => ({ frameworkId: id })) };
    case CallType.UPDATE_FRAMEWORK:
      return { type, ...readUpdateFramework(frame, frameworkId) };
    default:
      return malformed('type', 'is not a known call');
  }
}

/** All roles are meant where the call says nothing. */
const readRolesOf = (frame: Frame, field: 'revive' | 'suppress', frameworkId: FrameworkId): RolesRequest =>
  readOptional(frame.part(CALL[field]), field, (bytes) => bodies.readRoles(readBytes(WireRoles, bytes), frameworkId)) ?? {
    frameworkId,
    roles: [],
  };

function readUpdateFramework(frame: Frame, frameworkId: FrameworkId): UpdateFrameworkRequest {
  const subscription = readPart(frame.part(CALL.updateFramework), 'update_framework', (bytes) =>
    readSubscription(readBytes(WireUpdate, bytes)),
  );
  return ofFramework(subscription, frameworkId, 'update_framework.framework_info.id');
}

const writeCall = (type: CallType, { frameworkId }: FrameworkRequest, callNumber: number | undefined): WireCall => ({
  type,
  frameworkId: writeId(frameworkId),
  callNumber: writeOptionalCount(callNumber),
});

function writeSchedulerCall(call: SchedulerCall): WireCall {
  const { callNumber } = call;
  if (call.type === 'SUBSCRIBE') {
    return {
      type: CallType.SUBSCRIBE,
      frameworkId: writeOptionalId(call.framework.id),
      subscribe: writeSubscription(call),
      callNumber: writeOptionalCount(callNumber),
    };
  }
  const wire = writeCall(CallType[call.type], call, callNumber);
  switch (call.type) {
    case 'TEARDOWN':
      break;
    case 'ACCEPT':
      wire.accept = writeCallAccept(call);
      break;
    case 'DECLINE':
      wire.decline = bodies.writeDecline(call);
      break;
    case 'ACCEPT_INVERSE_OFFERS':
      wire.acceptInverseOffers = bodies.writeInverseOffers(call);
      break;
    case 'DECLINE_INVERSE_OFFERS':
      wire.declineInverseOffers = bodies.writeInverseOffers(call);
      break;
    case 'REVIVE':
      wire.revive = bodies.writeRoles(call);
      break;
    case 'SUPPRESS':
      wire.suppress = bodies.writeRoles(call);
      break;
    case 'KILL':
      wire.kill = bodies.writeKill(call);
      break;
    case 'SHUTDOWN':
      wire.shutdown = bodies.writeShutdown(call);
      break;
    case 'ACKNOWLEDGE':
      wire.acknowledge = bodies.writeAcknowledge(call);
      break;
    case 'ACKNOWLEDGE_OPERATION_STATUS':
      wire.acknowledgeOperationStatus = bodies.writeAcknowledgeOperation(call);
      break;
    case 'RECONCILE':
      wire.reconcile = bodies.writeReconcile(call);
      break;
    case 'RECONCILE_OPERATIONS':
      wire.reconcileOperations = bodies.writeReconcileOperations(call);
      break;
    case 'MESSAGE':
      wire.message = bodies.writeMessage(call);
      break;
    case 'REQUEST':
      wire.request = { requests: [] };
      break;
    case 'UPDATE_FRAMEWORK':
      wire.updateFramework = writeSubscription(call);
      break;
    default:
      return unreachable(call);
  }
  return wire;
}

/** A call by itself: over Connect, and the body of the Mesos door in protobuf. */
export const schedulerCallCodec = codecOf((call: SchedulerCall) => writeBytes(WireCall, writeSchedulerCall(call)), readSchedulerCall);

/** On a stream of calls one that cannot be read is a call like others, so that it costs nothing but its own answer. */
function readConnectCall(bytes: Uint8Array): ConnectCall {
  const call = attempt(readSchedulerCall, bytes);
  if (call.ok) return call.value;
  const callNumber = attempt((number) => readOptionalCount(number, 'call_number'), new Frame(bytes).count(CALL.callNumber));
  return {
    type: 'MALFORMED',
    ...(callNumber.ok && callNumber.value !== undefined && { callNumber: callNumber.value }),
    refusal: call.refusal,
  };
}

/** A malformed call is written as one without a type: what made it so is gone, and who reads it refuses it again. */
const writeConnectCall = (call: ConnectCall): WireCall =>
  call.type === 'MALFORMED' ? { callNumber: writeOptionalCount(call.callNumber) } : writeSchedulerCall(call);

export const connectCallCodec = codecOf((call: ConnectCall) => writeBytes(WireCall, writeConnectCall(call)), readConnectCall);
