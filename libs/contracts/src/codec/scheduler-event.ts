import { unreachable } from '@holdfast/core/base';
import {
  Event as WireEvent,
  type Event_Failure as WireFailure,
  type Event_Subscribed as WireSubscribed,
  Event_Type as EventType,
} from '../gen/holdfast/v1/scheduler_event';
import type { SchedulerEvent } from '../messages';
import { defineCodec, malformed, readEach, readPart, required } from './edge';
import { readId, readOptionalId, writeId, writeOptionalId } from './ids';
import { readMasterInfo, writeMasterInfo } from './master-info';
import { formOf, readOffer, writeOffer } from './offer';
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
  return { type: 'FAILURE', ...(agentId !== undefined && { agentId }) };
}

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

function writeSchedulerEvent(event: SchedulerEvent): WireEvent {
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
      return { type: EventType.FAILURE, failure: { agentId: writeOptionalId(event.agentId) } };
    case 'ERROR':
      return { type: EventType.ERROR, error: { message: event.message } };
    case 'HEARTBEAT':
      return { type: EventType.HEARTBEAT };
    default:
      return unreachable(event);
  }
}

export const schedulerEventCodec = defineCodec(WireEvent, writeSchedulerEvent, readSchedulerEvent);
