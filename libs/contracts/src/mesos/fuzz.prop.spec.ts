import fc from 'fast-check';
import { call } from '../arbitraries/scheduler';
import { spoiling } from '../arbitraries/spoilt';
import { schedulerCallCodec } from '../codec';
import { body, canonicalJson } from './canonical-json.fixture';
import { mesosJson, mesosProtobuf, type SchedulerFormat } from '.';

/** A call, or a refusal that says what is wrong. fast-check prints the seed of a failure. */
function expectAnAnswer(format: SchedulerFormat, input: Uint8Array): void {
  const read = format.decodeCall(Buffer.from(input));
  if (read.ok) expect(read.value.type.length).toBeGreaterThan(0);
  else {
    expect(['invalid_argument', 'framework_invalid', 'operation_unsupported']).toContain(read.refusal.code);
    expect(read.refusal.message.length).toBeGreaterThan(0);
  }
}

const jsonOf = (bytes: Buffer): Buffer => body(canonicalJson('Call', bytes));

describe.each<[string, SchedulerFormat, (bytes: Buffer) => Buffer]>([
  ['JSON', mesosJson, jsonOf],
  ['protobuf', mesosProtobuf, (bytes) => bytes],
])('a body in %s', (_, format, bodyOf) => {
  it('of any bytes is answered', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => expectAnAnswer(format, bytes)),
      { numRuns: 2000 },
    );
  });

  it('of a call that was spoilt is answered', () => {
    fc.assert(
      fc.property(call, fc.array(spoiling, { minLength: 1, maxLength: 4 }), (one, spoilings) => {
        const whole = bodyOf(schedulerCallCodec.encode(one));
        expectAnAnswer(
          format,
          spoilings.reduce((bytes, spoil) => spoil(bytes), whole),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a body in JSON', () => {
  it('of any value is answered', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => expectAnAnswer(mesosJson, body(value))),
      { numRuns: 1000 },
    );
  });

  /** Puts another value where one stood. */
  function replaced(json: unknown, path: readonly number[], value: unknown): unknown {
    if (typeof json !== 'object' || json === null || path.length === 0) return value;
    const keys = Object.keys(json);
    if (keys.length === 0) return value;
    const key = keys[path[0]! % keys.length]!;
    const inner = replaced((json as Record<string, unknown>)[key], path.slice(1), value);
    if (Array.isArray(json)) return json.map((element: unknown, at) => (String(at) === key ? inner : element));
    return { ...json, [key]: inner };
  }

  it('of a call in which one value is another is answered', () => {
    const path = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
    const odd = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(1e308, -0, 2 ** 63, '1e999', '\ud800', '\udc0012', 'Infinity', []));
    fc.assert(
      fc.property(call, path, odd, (one, where, value) => {
        expectAnAnswer(mesosJson, body(replaced(canonicalJson('Call', schedulerCallCodec.encode(one)), where, value)));
      }),
      { numRuns: 2000 },
    );
  });
});

const MEGABYTE = 1024 * 1024;

const filled = (megabytes: number, piece: string, head = '', tail = ''): Buffer =>
  Buffer.from(head + piece.repeat(Math.floor((megabytes * MEGABYTE - head.length - tail.length) / piece.length)) + tail);
const call1 = '{"framework_id":{"value":"f1"},';

/** What is quadratic in any of these does not end within the test's time. Those of many small parts are slow in jest alone, hence smaller. */
describe('a large body', () => {
  it.each<[string, Buffer]>([
    ['brackets', filled(10, '[')],
    ['objects within objects', filled(10, '{"parent":')],
    ['an open string', filled(10, '\\"', '"')],
    ['one long string', filled(10, 'a', `${call1}"type":"TEARDOWN","news":"`, '"}')],
    ['one long number', filled(10, '9', `${call1}"type":"DECLINE","decline":{"filters":{"refuse_seconds":`, '}}}')],
    ['base64', filled(10, 'A\\n', `${call1}"type":"MESSAGE","message":{"data":"`, '"}}')],
    ['what is no base64', filled(10, '=', `${call1}"type":"MESSAGE","message":{"data":"`, '"}}')],
    ['commas', filled(10, ',', '[', ']')],
    ['unknown names', filled(10, '"n":1,', '{', '"type":"SUPPRESS"}')],
    ['many long numbers', filled(1, '12345678901234567,', `${call1}"type":"REVIVE","revive":{"roles":[`, '1]}}')],
    ['offer ids', filled(1, '{"value":"o1"},', `${call1}"type":"DECLINE","decline":{"offer_ids":[`, '{"value":"o2"}]}}')],
    ['missing fields', filled(1, '{},', `${call1}"type":"DECLINE","decline":{"offer_ids":[`, '{}]}}')],
  ])('in JSON with %s is answered', (_, json) => {
    expectAnAnswer(mesosJson, json);
  });

  it.each<[string, Buffer]>([
    ['zeros', Buffer.alloc(10 * MEGABYTE)],
    ['begins of groups', Buffer.alloc(10 * MEGABYTE, 0x0b)],
    ['empty offer ids', Buffer.concat([Buffer.from([0x2a, 0x80, 0x80, 0x40]), Buffer.from('0a00'.repeat(MEGABYTE / 2), 'hex')])],
    ['types', Buffer.from('1001'.repeat(MEGABYTE / 2), 'hex')],
    ['unknown fields', Buffer.from('f80101'.repeat(MEGABYTE / 4), 'hex')],
  ])('in protobuf with %s is answered', (_, bytes) => {
    expectAnAnswer(mesosProtobuf, bytes);
  });

  it('of ten thousand offer ids is a call like any other', () => {
    const offer_ids = Array.from({ length: 10_000 }, (_, at) => ({ value: `o${at}` }));
    expect(mesosJson.decodeCall(body({ framework_id: { value: 'f1' }, type: 'DECLINE', decline: { offer_ids } }))).toMatchObject({
      ok: true,
      value: { offerIds: { length: 10_000 } },
    });
  });
});
