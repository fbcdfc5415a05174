import fc from 'fast-check';

export type Spoiling = (bytes: Buffer) => Buffer;

/** What may happen to a good message on its way: a byte overwritten, a part cut out or doubled, the end broken off. */
export const spoiling: fc.Arbitrary<Spoiling> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]): Spoiling => (whole) => {
    const spoilt = Buffer.from(whole);
    if (spoilt.length > 0) spoilt[at % spoilt.length] = byte;
    return spoilt;
  }),
  fc.tuple(fc.nat(), fc.nat(30)).map(([at, count]): Spoiling => (whole) => {
    const from = at % (whole.length + 1);
    return Buffer.concat([whole.subarray(0, from), whole.subarray(from + count)]);
  }),
  fc.tuple(fc.nat(), fc.nat(30)).map(([at, count]): Spoiling => (whole) => {
    const from = at % (whole.length + 1);
    return Buffer.concat([whole.subarray(0, from + count), whole.subarray(from)]);
  }),
  fc.nat().map(
    (cut): Spoiling =>
      (whole) =>
        whole.subarray(0, cut % (whole.length + 1)),
  ),
);
