import fc from 'fast-check';
import { Resources } from '@holdfast/core/resources';
import { everyMessage } from '../arbitraries';

/** Resources as lists of copies, bytes as hex, sets as lists; the bytes that a task came in are no part of what it says. */
function plain(value: unknown): unknown {
  if (value instanceof Resources) return value.toCopies().map(plain);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Set) return [...value].sort();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => key !== 'wire' && field !== undefined)
      .map(([key, field]) => [key, plain(field)]),
  );
}

describe.each(everyMessage)('$name', ({ codec, values }) => {
  it('gives back what it was given, and writes that in the same bytes', () => {
    fc.assert(
      fc.property(values, (message) => {
        const bytes = codec.encode(message);
        const read = codec.decode(bytes);
        expect(read.ok ? plain(read.value) : read).toEqual(plain(message));
        expect(read.ok && codec.encode(read.value).equals(bytes)).toBe(true);
      }),
    );
  });

  it('answers random bytes with a message or a refusal, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof codec.decode(Buffer.from(bytes)).ok).toBe('boolean');
      }),
      { numRuns: 150 },
    );
  });

  it('answers spoilt messages with a message or a refusal, and never throws', () => {
    fc.assert(
      fc.property(values, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(), (message, changes, cut) => {
        const bytes = codec.encode(message);
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        expect(typeof codec.decode(bytes).ok).toBe('boolean');
        expect(typeof codec.decode(bytes.subarray(0, cut % (bytes.length + 1))).ok).toBe('boolean');
      }),
      { numRuns: 150 },
    );
  });
});
