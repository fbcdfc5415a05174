import {
  acceptRequestCodec,
  acceptResponseCodec,
  acknowledgeOperationRequestCodec,
  acknowledgeRequestCodec,
  declineRequestCodec,
  declineResponseCodec,
  emptyCodec,
  executorRequestCodec,
  frameworkRequestCodec,
  inverseOffersRequestCodec,
  killRequestCodec,
  reconcileOperationsRequestCodec,
  reconcileRequestCodec,
  rolesRequestCodec,
  connectCallCodec,
  schedulerEventCodec,
  sendMessageRequestCodec,
  subscribeRequestCodec,
  updateFrameworkRequestCodec,
} from '../codec';
import { duplex, serverStream, unary } from './rpc-kind';

export const SCHEDULER_SERVICE = 'holdfast.v1.SchedulerService';

/** What a framework says to the master; conditions and codes stand in scheduler_service.proto. */
export const schedulerService = {
  subscribe: serverStream(SCHEDULER_SERVICE, 'Subscribe', subscribeRequestCodec, schedulerEventCodec),
  accept: unary(SCHEDULER_SERVICE, 'Accept', acceptRequestCodec, acceptResponseCodec),
  decline: unary(SCHEDULER_SERVICE, 'Decline', declineRequestCodec, declineResponseCodec),
  revive: unary(SCHEDULER_SERVICE, 'Revive', rolesRequestCodec, emptyCodec),
  suppress: unary(SCHEDULER_SERVICE, 'Suppress', rolesRequestCodec, emptyCodec),
  kill: unary(SCHEDULER_SERVICE, 'Kill', killRequestCodec, emptyCodec),
  acknowledge: unary(SCHEDULER_SERVICE, 'Acknowledge', acknowledgeRequestCodec, emptyCodec),
  reconcile: unary(SCHEDULER_SERVICE, 'Reconcile', reconcileRequestCodec, emptyCodec),
  teardown: unary(SCHEDULER_SERVICE, 'Teardown', frameworkRequestCodec, emptyCodec),
  updateFramework: unary(SCHEDULER_SERVICE, 'UpdateFramework', updateFrameworkRequestCodec, emptyCodec),
  shutdown: unary(SCHEDULER_SERVICE, 'Shutdown', executorRequestCodec, emptyCodec),
  sendMessage: unary(SCHEDULER_SERVICE, 'SendMessage', sendMessageRequestCodec, emptyCodec),
  acceptInverseOffers: unary(SCHEDULER_SERVICE, 'AcceptInverseOffers', inverseOffersRequestCodec, emptyCodec),
  declineInverseOffers: unary(SCHEDULER_SERVICE, 'DeclineInverseOffers', inverseOffersRequestCodec, emptyCodec),
  acknowledgeOperationStatus: unary(SCHEDULER_SERVICE, 'AcknowledgeOperationStatus', acknowledgeOperationRequestCodec, emptyCodec),
  reconcileOperations: unary(SCHEDULER_SERVICE, 'ReconcileOperations', reconcileOperationsRequestCodec, emptyCodec),
  connect: duplex(SCHEDULER_SERVICE, 'Connect', connectCallCodec, schedulerEventCodec),
} as const;
