import fc from 'fast-check';
import { call, event, offer } from '../arbitraries/scheduler';
import { schedulerCallCodec, schedulerEventCodec } from '../codec';
import { writeSchedulerEvent } from '../codec/scheduler-event';
import type { SchedulerCall, SchedulerEvent } from '../messages';
import { body, canonicalJson } from './canonical-json.fixture';
import { jsonWriter } from './json-writer';
import { schema } from './schema';
import { mesosJson, mesosProtobuf } from '.';

const withoutNumber = ({ callNumber: _, ...rest }: SchedulerCall) => rest;

/** What the wire can say of a call: reading it back is the codec's own law. */
const asRead = (bytes: Buffer) => {
  const read = schedulerCallCodec.decode(bytes);
  return read.ok ? withoutNumber(read.value) : read;
};

describe('any call', () => {
  it('means the same in JSON, in protobuf and over Connect', () => {
    fc.assert(
      fc.property(call, (one) => {
        const bytes = schedulerCallCodec.encode(one);
        const inProtobuf = mesosProtobuf.decodeCall(bytes);
        const inJson = mesosJson.decodeCall(body(canonicalJson('Call', bytes)));
        expect(inProtobuf).toEqual({ ok: true, value: asRead(bytes) });
        expect(inJson).toEqual(inProtobuf);
      }),
      { numRuns: 300 },
    );
  });
});

/** Integers of 64 bits, which other libraries write as strings, are told from text by their fields. */
const LONG_INTEGERS = new Set(['begin', 'end', 'nanoseconds']);

function likeMesos(json: unknown, name = ''): unknown {
  if (typeof json === 'string' && LONG_INTEGERS.has(name)) return Number(json);
  if (Array.isArray(json)) return json.map((element) => likeMesos(element));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, likeMesos(value, key)]));
}

const isTold = (one: SchedulerEvent): boolean => one.type !== 'ANSWER';

describe('any event', () => {
  it('says in JSON what it says in protobuf', () => {
    fc.assert(
      fc.property(event.filter(isTold), (one) => {
        const json: unknown = JSON.parse(mesosJson.encodeEvent(one)!.toString());
        expect(json).toEqual(likeMesos(canonicalJson('Event', schedulerEventCodec.encode(one))));
      }),
      { numRuns: 300 },
    );
  });

  it('is ASCII on one line in JSON (wire document, section 3)', () => {
    fc.assert(
      fc.property(event.filter(isTold), (one) => mesosJson.encodeEvent(one)!.every((byte) => byte >= 0x20 && byte < 0x7f)),
      { numRuns: 300 },
    );
  });
});

describe('any offers', () => {
  const form = fc.record({ allocationInfo: fc.boolean(), reservationStack: fc.boolean() });

  it('are the same JSON from their own writer and from the one that is made of the schema', () => {
    const write = jsonWriter(schema().event);
    fc.assert(
      fc.property(fc.array(offer, { maxLength: 3 }), form, (offers, shape) => {
        const one: SchedulerEvent = { type: 'OFFERS', offers, form: shape };
        expect(mesosJson.encodeEvent(one)!.toString('latin1')).toBe(write(writeSchedulerEvent(one)));
      }),
      { numRuns: 500 },
    );
  });

  it('of one agent follow what the agent says of itself', () => {
    const write = jsonWriter(schema().event);
    fc.assert(
      fc.property(offer, fc.webUrl(), fc.nat(65_535), (one, hostname, port) => {
        const moved = [
          { ...one, hostname },
          { ...one, url: { hostname, ip: '10.0.0.1', port } },
          { ...one, domain: { region: 'r', zone: 'z' } },
        ];
        const offers: SchedulerEvent = {
          type: 'OFFERS',
          offers: moved.flatMap((other) => [one, other]),
          form: { allocationInfo: true, reservationStack: true },
        };
        expect(mesosJson.encodeEvent(offers)!.toString('latin1')).toBe(write(writeSchedulerEvent(offers)));
      }),
      { numRuns: 100 },
    );
  });
});
