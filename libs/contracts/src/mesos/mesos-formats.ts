import type { Result } from '@holdfast/core/base';
import { attempt, type Wire, writeBytes } from '../codec/edge';
import { checkBytes } from './check-bytes';
import { jsonToProtobuf } from './json-reader';
import { jsonWriter } from './json-writer';
import { parseJson } from './parse-json';
import { shapeOf } from './schema';

/** How what is said and answered in one API stands in the bodies of the Mesos v1 HTTP API (wire document, section 2). */
export interface MesosFormat<Call, Event> {
  readonly contentType: 'application/json' | 'application/x-protobuf';
  /**
   * Refuses with `invalid_argument`; where required fields are missing, `problem` lists their dotted paths, comma-separated. The type UNKNOWN
   * is refused with `operation_unsupported`. What else is refused is the API's own. Never throws on bad input.
   */
  decodeCall(body: Buffer): Result<Call>;
  /** One message, in a stream one record without its length line; `undefined` for one of ours that Mesos does not know. */
  encodeEvent(event: Event): Buffer | undefined;
}

/** What there is to know of an API. */
export interface MesosApi<Call, Event, W extends object> {
  /** The full name of the message that calls are, in the descriptor set. */
  readonly call: string;
  readonly decodeCall: (bytes: Buffer) => Result<Call>;
  /** Of the message that events (or answers) are. */
  readonly event: string;
  readonly wire: Pick<Wire<W>, 'encode'>;
  readonly writeEvent: (event: Event) => W;
}

/**
 * Both formats of an API. JSON goes by the mapping of Mesos (wire document, section 5): ASCII only, compact, without line ends (section 3).
 * Calls are turned to protobuf first and read from there, so that both formats are read alike; required fields are those of `facts.ts`.
 */
export function mesosFormats<Call, Event, W extends object>(
  api: MesosApi<Call, Event, W>,
): { readonly json: MesosFormat<Call, Event>; readonly protobuf: MesosFormat<Call, Event> } {
  const callShape = once(() => shapeOf(api.call));
  const writeJson = once(() => jsonWriter(shapeOf(api.event)));
  const readCall = (bytes: Buffer): Result<Call> => {
    const checked = attempt((body) => checkBytes(body, callShape()), bytes);
    return checked.ok ? api.decodeCall(bytes) : checked;
  };
  return {
    json: {
      contentType: 'application/json',
      decodeCall: (body) => {
        const bytes = attempt((json) => jsonToProtobuf(parseJson(json), callShape()), body);
        return bytes.ok ? readCall(bytes.value) : bytes;
      },
      encodeEvent: (event) => Buffer.from(writeJson()(api.writeEvent(event)), 'latin1'),
    },
    protobuf: {
      contentType: 'application/x-protobuf',
      decodeCall: readCall,
      encodeEvent: (event) => writeBytes(api.wire, api.writeEvent(event)),
    },
  };
}

/** Most processes that load this library have no Mesos door: nothing is compiled before it is asked for. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
