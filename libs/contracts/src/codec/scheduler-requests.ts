import {
  AcceptInverseOffersRequest as WireInverseOffersRequest,
  AcknowledgeOperationStatusRequest as WireAcknowledgeOperationRequest,
  AcknowledgeRequest as WireAcknowledgeRequest,
  DeclineRequest as WireDeclineRequest,
  DeclineResponse as WireDeclineResponse,
  KillRequest as WireKillRequest,
  ReconcileOperationsRequest as WireReconcileOperationsRequest,
  ReconcileRequest as WireReconcileRequest,
  ReviveRequest,
  ReviveResponse,
  SendMessageRequest as WireSendMessageRequest,
  ShutdownRequest,
  SubscribeRequest as WireSubscribeRequest,
  TeardownRequest,
  UpdateFrameworkRequest as WireUpdateFrameworkRequest,
} from '../gen/holdfast/v1/scheduler_service';
import type {
  AcknowledgeOperationRequest,
  AcknowledgeRequest,
  DeclineRequest,
  DeclineResponse,
  Empty,
  ExecutorRequest,
  FrameworkRequest,
  InverseOffersRequest,
  KillRequest,
  ReconcileOperationsRequest,
  ReconcileRequest,
  RolesRequest,
  SendMessageRequest,
  SubscribeRequest,
  UpdateFrameworkRequest,
} from '../messages';
import * as bodies from './call-bodies';
import { defineCodec, readEach } from './edge';
import { readId, readIdMessage, writeId } from './ids';
import { readSubscription, ofFramework, writeSubscription } from './subscription';

interface OfFramework {
  frameworkId?: { value?: string | undefined } | undefined;
}

const frameworkOf = ({ frameworkId }: OfFramework): string => readId(frameworkId, 'framework_id');

export const subscribeRequestCodec = defineCodec(
  WireSubscribeRequest,
  (request: SubscribeRequest) => writeSubscription(request),
  readSubscription,
);

export const updateFrameworkRequestCodec = defineCodec(
  WireUpdateFrameworkRequest,
  (request: UpdateFrameworkRequest) => ({ frameworkId: writeId(request.frameworkId), ...writeSubscription(request) }),
  (wire): UpdateFrameworkRequest => ofFramework(readSubscription(wire), frameworkOf(wire), 'framework_info.id'),
);

export const declineRequestCodec = defineCodec(
  WireDeclineRequest,
  (request: DeclineRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeDecline(request) }),
  (wire): DeclineRequest => bodies.readDecline(wire, frameworkOf(wire)),
);

export const declineResponseCodec = defineCodec(
  WireDeclineResponse,
  ({ unknownOfferIds }: DeclineResponse) => ({ unknownOfferIds: unknownOfferIds.map(writeId) }),
  (wire): DeclineResponse => ({ unknownOfferIds: readEach(wire.unknownOfferIds, 'unknown_offer_ids', readIdMessage) }),
);

/** ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS. */
export const inverseOffersRequestCodec = defineCodec(
  WireInverseOffersRequest,
  (request: InverseOffersRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeInverseOffers(request) }),
  (wire): InverseOffersRequest => bodies.readInverseOffers(wire, frameworkOf(wire)),
);

/** REVIVE and SUPPRESS. */
export const rolesRequestCodec = defineCodec(
  ReviveRequest,
  (request: RolesRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeRoles(request) }),
  (wire): RolesRequest => bodies.readRoles(wire, frameworkOf(wire)),
);

export const killRequestCodec = defineCodec(
  WireKillRequest,
  (request: KillRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeKill(request) }),
  (wire): KillRequest => bodies.readKill(wire, frameworkOf(wire)),
);

/** SHUTDOWN. */
export const executorRequestCodec = defineCodec(
  ShutdownRequest,
  (request: ExecutorRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeShutdown(request) }),
  (wire): ExecutorRequest => bodies.readShutdown(wire, frameworkOf(wire)),
);

export const sendMessageRequestCodec = defineCodec(
  WireSendMessageRequest,
  (request: SendMessageRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeMessage(request) }),
  (wire): SendMessageRequest => bodies.readMessage(wire, frameworkOf(wire)),
);

export const acknowledgeRequestCodec = defineCodec(
  WireAcknowledgeRequest,
  (request: AcknowledgeRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeAcknowledge(request) }),
  (wire): AcknowledgeRequest => bodies.readAcknowledge(wire, frameworkOf(wire)),
);

export const acknowledgeOperationRequestCodec = defineCodec(
  WireAcknowledgeOperationRequest,
  (request: AcknowledgeOperationRequest) => ({
    frameworkId: writeId(request.frameworkId),
    ...bodies.writeAcknowledgeOperation(request),
  }),
  (wire): AcknowledgeOperationRequest => bodies.readAcknowledgeOperation(wire, frameworkOf(wire)),
);

export const reconcileRequestCodec = defineCodec(
  WireReconcileRequest,
  (request: ReconcileRequest) => ({ frameworkId: writeId(request.frameworkId), ...bodies.writeReconcile(request) }),
  (wire): ReconcileRequest => bodies.readReconcile(wire, frameworkOf(wire)),
);

export const reconcileOperationsRequestCodec = defineCodec(
  WireReconcileOperationsRequest,
  (request: ReconcileOperationsRequest) => ({
    frameworkId: writeId(request.frameworkId),
    ...bodies.writeReconcileOperations(request),
  }),
  (wire): ReconcileOperationsRequest => bodies.readReconcileOperations(wire, frameworkOf(wire)),
);

/** TEARDOWN. */
export const frameworkRequestCodec = defineCodec(
  TeardownRequest,
  ({ frameworkId }: FrameworkRequest) => ({ frameworkId: writeId(frameworkId) }),
  (wire): FrameworkRequest => ({ frameworkId: frameworkOf(wire) }),
);

/** All messages without fields look alike. */
export const emptyCodec = defineCodec(
  ReviveResponse,
  (_message: Empty) => ({}),
  (): Empty => ({}),
);
