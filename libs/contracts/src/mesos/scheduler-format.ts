import type { Result } from '@holdfast/core/base';
import { schedulerCallCodec, schedulerEventCodec } from '../codec';
import { writeSchedulerEvent } from '../codec/scheduler-event';
import { Event as WireEvent } from '../gen/holdfast/v1/scheduler_event';
import type { SchedulerCall, SchedulerEvent } from '../messages';
import { type MesosFormat, mesosFormats } from './mesos-formats';
import { writeOffersJson } from './offer-json';

/** Of the scheduler API. A framework that cannot be is refused with `framework_invalid`. */
export type SchedulerFormat = MesosFormat<SchedulerCall, SchedulerEvent>;

const { json, protobuf } = mesosFormats({
  call: 'holdfast.v1.Call',
  decodeCall: readCall,
  event: 'holdfast.v1.Event',
  wire: WireEvent,
  writeEvent: writeSchedulerEvent,
});

export const mesosJson: SchedulerFormat = {
  ...json,
  encodeEvent: (event) => {
    if (event.type === 'ANSWER') return undefined;
    return event.type === 'OFFERS' ? Buffer.from(writeOffersJson(event), 'latin1') : json.encodeEvent(event);
  },
};

export const mesosProtobuf: SchedulerFormat = {
  ...protobuf,
  encodeEvent: (event) => (event.type === 'ANSWER' ? undefined : schedulerEventCodec.encode(event)),
};

/** Call numbers belong to Connect. */
function readCall(bytes: Buffer): Result<SchedulerCall> {
  const call = schedulerCallCodec.decode(bytes);
  if (!call.ok || call.value.callNumber === undefined) return call;
  const { callNumber: _, ...rest } = call.value;
  return { ok: true, value: rest };
}
