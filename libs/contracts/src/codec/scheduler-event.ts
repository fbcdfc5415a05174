import { unreachable } from '@holdfast/core/base';
import {
  Event as WireEvent,
  type Event_Answer as WireAnswer,
  type Event_Failure as WireFailure,
  type Event_Message as WireMessage,
  type Event_Subscribed as WireSubscribed,
  Event_Type as EventType,
} from '../gen/holdfast/v1/scheduler_event';
import type { SchedulerEvent } from '../messages';
import { codecOf, malformed, readBytes, readEach, readOptional, readPart, required, writeBytes } from './edge';
import { readId, readIdMessage, readOptionalId, writeId, writeOptionalId } from './ids';
import { readMasterInfo, writeMasterInfo } from './master-info';
import { readOptionalCount, writeOptionalCount } from './numbers';
import { formOf, readOffer, writeOffer } from './offer';
import { encodeOffers } from './offers-event';
import { readOperationResult, writeOperationResult } from './operation-result';
import { readOperationStatus, writeOperationStatus } from './operation-status';
import { readRefusal, writeRefusal } from './refusal';
import { formOfResources } from './resource';
import { readTaskStatus, writeTaskStatus } from './task-status';
import { readSecondsMs } from './time';

type EventOf<T extends SchedulerEvent['type']> = Extract<SchedulerEvent, { type: T }>;

function readSubscribed(wire: WireSubscribed): EventOf<'SUBSCRIBED'> {
  return {
    type: 'SUBSCRIBED',
    frameworkId: readId(wire.frameworkId, 'framework_id'),
    heartbeatIntervalMs: readSecondsMs(wire.heartbeatIntervalSeconds, 'heartbeat_interval_seconds'),
    master: readPart(wire.masterInfo, 'master_info', readMasterInfo),
  };
}

function readFailure(wire: WireFailure): EventOf<'FAILURE'> {
  const agentId = readOptionalId(wire.agentId, 'agent_id');
  const executorId = readOptionalId(wire.executorId, 'executor_id');
  return {
    type: 'FAILURE',
    ...(agentId !== undefined && { agentId }),
    ...(executorId !== undefined && { executorId }),
    ...(wire.status !== undefined && { status: wire.status }),
  };
}

const readMessage = (wire: WireMessage): EventOf<'MESSAGE'> => ({
  type: 'MESSAGE',
  agentId: readId(wire.agentId, 'agent_id'),
  executorId: readId(wire.executorId, 'executor_id'),
  data: required(wire.data, 'data'),
});

/** No results and an empty list of them are the same, and so with offers. */
function readAnswer(wire: WireAnswer): EventOf<'ANSWER'> {
  const callNumber = readOptionalCount(wire.callNumber, 'call_number');
  const refusal = readOptional(wire.refusal, 'refusal', readRefusal);
  return {
    type: 'ANSWER',
    ...(callNumber !== undefined && { callNumber }),
    ...(refusal !== undefined && { refusal }),
    ...(wire.results.length > 0 && { results: readEach(wire.results, 'results', readOperationResult) }),
    ...(wire.unknownOfferIds.length > 0 && { unknownOfferIds: readEach(wire.unknownOfferIds, 'unknown_offer_ids', readIdMessage) }),
  };
}

const writeAnswer = ({ callNumber, refusal, results, unknownOfferIds }: EventOf<'ANSWER'>): WireAnswer => ({
  callNumber: writeOptionalCount(callNumber),
  refusal: refusal && writeRefusal(refusal),
  results: results ? results.map(writeOperationResult) : [],
  unknownOfferIds: unknownOfferIds ? unknownOfferIds.map(writeId) : [],
});

function readSchedulerEvent(wire: WireEvent): SchedulerEvent {
  const type = required(wire.type, 'type');
  switch (type) {
    case EventType.SUBSCRIBED:
      return readPart(wire.subscribed, 'subscribed', readSubscribed);
    case EventType.OFFERS: {
      const { offers } = required(wire.offers, 'offers');
      return { type: 'OFFERS', offers: readEach(offers, 'offers.offers', readOffer), form: formOf(offers) };
    }
    case EventType.RESCIND:
      return { type: 'RESCIND', offerId: readId(required(wire.rescind, 'rescind').offerId, 'rescind.offer_id') };
    case EventType.UPDATE:
      return { type: 'UPDATE', status: readPart(required(wire.update, 'update').status, 'update.status', readTaskStatus) };
    case EventType.UPDATE_OPERATION_STATUS: {
      const wireStatus = required(wire.updateOperationStatus, 'update_operation_status').status;
      const status = readPart(wireStatus, 'update_operation_status.status', readOperationStatus);
      return { type: 'UPDATE_OPERATION_STATUS', status, form: formOfResources(wireStatus?.convertedResources ?? []) };
    }
    case EventType.MESSAGE:
      return readPart(wire.message, 'message', readMessage);
    case EventType.ANSWER:
      return readPart(wire.answer, 'answer', readAnswer);
    case EventType.FAILURE:
      return readPart(wire.failure, 'failure', readFailure);
    case EventType.ERROR:
      return { type: 'ERROR', message: required(required(wire.error, 'error').message, 'error.message') };
    case EventType.HEARTBEAT:
      return { type: 'HEARTBEAT' };
    default:
      return malformed('type', `${type} is not an event that Holdfast sends`);
  }
}

/** Also what the Mesos door writes of it. */
export function writeSchedulerEvent(event: SchedulerEvent): WireEvent {
  switch (event.type) {
    case 'SUBSCRIBED':
      return {
        type: EventType.SUBSCRIBED,
        subscribed: {
          frameworkId: writeId(event.frameworkId),
          heartbeatIntervalSeconds: event.heartbeatIntervalMs / 1000,
          masterInfo: writeMasterInfo(event.master),
        },
      };
    case 'OFFERS':
      return { type: EventType.OFFERS, offers: { offers: event.offers.map((offer) => writeOffer(offer, event.form)) } };
    case 'RESCIND':
      return { type: EventType.RESCIND, rescind: { offerId: writeId(event.offerId) } };
    case 'UPDATE':
      return { type: EventType.UPDATE, update: { status: writeTaskStatus(event.status) } };
    case 'FAILURE':
      return {
        type: EventType.FAILURE,
        failure: { agentId: writeOptionalId(event.agentId), executorId: writeOptionalId(event.executorId), status: event.status },
      };
    case 'UPDATE_OPERATION_STATUS':
      return {
        type: EventType.UPDATE_OPERATION_STATUS,
        updateOperationStatus: { status: writeOperationStatus(event.status, event.form) },
      };
    case 'MESSAGE':
      return {
        type: EventType.MESSAGE,
        message: { agentId: writeId(event.agentId), executorId: writeId(event.executorId), data: Buffer.from(event.data) },
      };
    case 'ANSWER':
      return { type: EventType.ANSWER, answer: writeAnswer(event) };
    case 'ERROR':
      return { type: EventType.ERROR, error: { message: event.message } };
    case 'HEARTBEAT':
      return { type: EventType.HEARTBEAT };
    default:
      return unreachable(event);
  }
}

export const schedulerEventCodec = codecOf(
  (event: SchedulerEvent) => (event.type === 'OFFERS' ? encodeOffers(event) : writeBytes(WireEvent, writeSchedulerEvent(event))),
  (bytes) => readSchedulerEvent(readBytes(WireEvent, bytes)),
);
