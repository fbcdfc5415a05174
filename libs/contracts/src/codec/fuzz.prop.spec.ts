import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { everyMessage } from '../arbitraries';
import { type Spoiling, spoiling } from '../arbitraries/spoilt';
import { Call as WireCall } from '../gen/holdfast/v1/scheduler_call';
import { AcceptRequest as WireAcceptRequest } from '../gen/holdfast/v1/scheduler_service';

/** What anybody may send to the master. fast-check prints the seed of a failure. */
const DOORS = everyMessage.filter(({ name }) =>
  [
    'schedulerCallCodec',
    'acceptRequestCodec',
    'volumesQueryCodec',
    'holdersQueryCodec',
    'historyQueryCodec',
    'watchQueryCodec',
    'destroyVolumeRequestCodec',
    'releaseHolderRequestCodec',
    'verifyQueryCodec',
    'repairRequestCodec',
  ].includes(name),
);

const bytes = fc.uint8Array({ maxLength: 400 });

/** Fields as protobuf has them, with any number, type and content: far more of these pass the first look than of random bytes. */
const { message } = fc.letrec<{ message: Uint8Array; field: Uint8Array }>((tie) => ({
  message: fc.array(tie('field'), { maxLength: 6 }).map((fields) => Buffer.concat(fields)),
  field: fc
    .record({
      number: fc.oneof(
        { arbitrary: fc.integer({ min: 1, max: 20 }), weight: 9 },
        { arbitrary: fc.integer({ min: 1, max: 536_870_911 }), weight: 1 },
      ),
      content: fc.oneof(
        { maxDepth: 6 },
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.nat(20).map(BigInt),
        fc.double(),
        fc.uint8Array({ maxLength: 20 }),
        fc.string({ maxLength: 10 }).map((text) => Buffer.from(text)),
        tie('message'),
      ),
    })
    .map(({ number, content }) => {
      const writer = new BinaryWriter();
      if (typeof content === 'bigint')
        return writer
          .uint32(number * 8)
          .uint64(content)
          .finish();
      if (typeof content === 'number')
        return writer
          .uint32(number * 8 + 1)
          .double(content)
          .finish();
      return writer
        .uint32(number * 8 + 2)
        .bytes(content)
        .finish();
    }),
}));

/** Or with a strange message behind it. */
const spoilingAnyhow: fc.Arbitrary<Spoiling> = fc.oneof(
  { arbitrary: spoiling, weight: 4 },
  message.map(
    (more): Spoiling =>
      (whole) =>
        Buffer.concat([whole, more]),
  ),
);

describe.each(DOORS)('$name', ({ codec, values }) => {
  /** A message, or a refusal that says what is wrong; whatever was taken can be written and read again. */
  function expectAnAnswer(input: Uint8Array): void {
    const read = codec.decode(Buffer.from(input));
    if (!read.ok) {
      expect(read.refusal.message.length).toBeGreaterThan(0);
      return;
    }
    expect(codec.decode(codec.encode(read.value)).ok).toBe(true);
  }

  it('answers any bytes', () => {
    fc.assert(fc.property(fc.oneof(bytes, message), expectAnAnswer), { numRuns: 1500 });
  });

  it('answers valid messages that were spoilt', () => {
    fc.assert(
      fc.property(values, fc.array(spoilingAnyhow, { minLength: 1, maxLength: 4 }), (value, spoilingAnyhows) => {
        expectAnAnswer(spoilingAnyhows.reduce((whole, spoil) => spoil(whole), codec.encode(value)));
      }),
      { numRuns: 1000 },
    );
  });

  it('answers valid messages that break off anywhere', () => {
    fc.assert(
      fc.property(values, (value) => {
        const whole = codec.encode(value);
        for (let length = 0; length < whole.length; length += 1 + (whole.length >> 6)) expectAnAnswer(whole.subarray(0, length));
      }),
      { numRuns: 30 },
    );
  });

  it('takes a valid message with fields that no release knows', () => {
    const unknown = new BinaryWriter()
      .uint32(30_000 * 8 + 2)
      .bytes(Buffer.from('news'))
      .finish();
    fc.assert(
      fc.property(values, (value) => codec.decode(Buffer.concat([codec.encode(value), unknown])).ok),
      { numRuns: 50 },
    );
  });
});

describe('hostile calls', () => {
  const [call, accept] = [
    DOORS.find(({ name }) => name === 'schedulerCallCodec')!,
    DOORS.find(({ name }) => name === 'acceptRequestCodec')!,
  ];
  const head = { frameworkId: { value: 'f1' } };

  it('with 10,000 offer ids are read', () => {
    const offerIds = Array.from({ length: 10_000 }, (_, at) => ({ value: `o${at}` }));
    const bytesOf = WireAcceptRequest.encode({ ...head, offerIds, operations: [] }).finish();
    expect(accept.codec.decode(Buffer.from(bytesOf))).toMatchObject({ ok: true, value: { offerIds: { length: 10_000 } } });
  });

  /** An empty message, so many times. */
  const empty = (field: number, count: number): Buffer => Buffer.alloc(2 * count, Buffer.from([field * 8 + 2, 0]));
  const part = (field: number, content: Uint8Array): Uint8Array =>
    new BinaryWriter()
      .uint32(field * 8 + 2)
      .bytes(content)
      .finish();
  const frameworkId = part(1, part(1, Buffer.from('f1')));
  const callAccept = (operations: Uint8Array): Buffer => Buffer.concat([frameworkId, Buffer.from([16, 3]), part(4, operations)]);
  const LAUNCH = Buffer.from([8, 1]);

  it('with two million operations are refused whole, and at once', () => {
    const refused = { ok: false, refusal: { code: 'invalid_argument' } };
    expect(accept.codec.decode(Buffer.concat([frameworkId, empty(3, 2_000_000)]))).toMatchObject(refused);
    expect(call.codec.decode(callAccept(empty(2, 2_000_000)))).toMatchObject(refused);
  });

  it('with two million tasks in one operation are answered within that operation', () => {
    const launch = Buffer.concat([LAUNCH, part(2, empty(1, 2_000_000))]);
    expect(accept.codec.decode(Buffer.concat([frameworkId, part(3, launch)]))).toMatchObject({
      ok: true,
      value: { operations: [{ type: 'MALFORMED', declaredType: 'LAUNCH', refusal: { details: { field: 'operations[0].launch' } } }] },
    });
  });

  it('with too many tasks in all their operations together are refused whole', () => {
    const launch = part(2, Buffer.concat([LAUNCH, part(2, empty(1, 15_000))]));
    expect(call.codec.decode(callAccept(launch))).toMatchObject({ ok: true });
    expect(call.codec.decode(callAccept(Buffer.concat([launch, launch])))).toMatchObject({
      ok: false,
      refusal: { code: 'invalid_argument', details: { field: 'accept.operations' } },
    });
  });

  it('with groups nested a thousand deep, which no field of ours has, are answered', () => {
    const deep = Buffer.concat([Buffer.alloc(1000, 0x0b), Buffer.alloc(1000, 0x0c)]);
    expect(typeof call.codec.decode(deep).ok).toBe('boolean');
    expect(typeof call.codec.decode(Buffer.concat([Buffer.alloc(1_000_000, 0x0b)])).ok).toBe('boolean');
  });

  it('with a length far beyond their end are refused before anything is set aside for it', () => {
    const long = Buffer.from([0x22, 0xff, 0xff, 0xff, 0xff, 0x07, 1, 2, 3]);
    expect(call.codec.decode(long)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
    expect(accept.codec.decode(long)).toMatchObject({ ok: false, refusal: { code: 'invalid_argument' } });
  });

  it('with text that is not UTF-8 are refused', () => {
    const bad = new BinaryWriter()
      .uint32(10)
      .bytes(
        new BinaryWriter()
          .uint32(10)
          .bytes(Buffer.from([0xc3, 0x28]))
          .finish(),
      )
      .finish();
    const teardown = Buffer.concat([bad, WireCall.encode(WireCall.fromJSON({ type: 'TEARDOWN' })).finish()]);
    expect(call.codec.decode(teardown)).toMatchObject({
      ok: false,
      refusal: { code: 'invalid_argument', details: { field: 'framework_id' } },
    });
  });
});
