import type { Result } from '@holdfast/core/base';
import { attempt } from '../codec/edge';
import { schedulerCallCodec, schedulerEventCodec } from '../codec';
import { writeSchedulerEvent } from '../codec/scheduler-event';
import type { SchedulerCall, SchedulerEvent } from '../messages';
import { checkBytes } from './check-bytes';
import { jsonToProtobuf } from './json-reader';
import { jsonWriter } from './json-writer';
import { writeOffersJson } from './offer-json';
import { parseJson } from './parse-json';
import { schema } from './schema';

/** How calls and events stand in the bodies of the Mesos v1 HTTP API (wire document, section 2). */
export interface MesosFormat {
  readonly contentType: 'application/json' | 'application/x-protobuf';
  /**
   * Refuses with `invalid_argument`; where required fields are missing, `problem` lists their dotted paths, comma-separated. The type UNKNOWN
   * is refused with `operation_unsupported`, a framework that cannot be with `framework_invalid`. Never throws on bad input.
   */
  decodeCall(body: Buffer): Result<SchedulerCall>;
  /** One record without its length line; `undefined` for an event of ours that Mesos does not know. */
  encodeEvent(event: SchedulerEvent): Buffer | undefined;
}

/** The JSON mapping of Mesos (wire document, section 5): ASCII only, compact, without line ends (section 3). */
export const mesosJson: MesosFormat = {
  contentType: 'application/json',
  decodeCall: (body) => {
    const bytes = attempt((json) => jsonToProtobuf(parseJson(json), schema().call), body);
    return bytes.ok ? readCall(bytes.value) : bytes;
  },
  encodeEvent: (event) => {
    if (event.type === 'ANSWER') return undefined;
    const json = event.type === 'OFFERS' ? writeOffersJson(event) : jsonWriter(schema().event)(writeSchedulerEvent(event));
    return Buffer.from(json, 'latin1');
  },
};

export const mesosProtobuf: MesosFormat = {
  contentType: 'application/x-protobuf',
  decodeCall: (body) => readCall(body),
  encodeEvent: (event) => (event.type === 'ANSWER' ? undefined : schedulerEventCodec.encode(event)),
};

function readCall(bytes: Buffer): Result<SchedulerCall> {
  const checked = attempt((body) => checkBytes(body, schema().call), bytes);
  if (!checked.ok) return checked;
  const call = schedulerCallCodec.decode(bytes);
  return call.ok ? { ok: true, value: withoutExtensions(call.value) } : call;
}

/** Call numbers belong to Connect. */
function withoutExtensions(call: SchedulerCall): SchedulerCall {
  if (call.callNumber === undefined) return call;
  const { callNumber: _, ...rest } = call;
  return rest;
}
