import {
  acceptRequestCodec,
  acceptResponseCodec,
  acknowledgeRequestCodec,
  declineRequestCodec,
  declineResponseCodec,
  emptyCodec,
  frameworkRequestCodec,
  killRequestCodec,
  reconcileRequestCodec,
  rolesRequestCodec,
  schedulerEventCodec,
  subscribeRequestCodec,
} from '../codec';
import { serverStream, unary } from './rpc-kind';

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
} as const;
