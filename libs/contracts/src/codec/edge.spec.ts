import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { OfferID } from '../gen/holdfast/v1/ids';
import { codecOf, defineCodec, malformed, readBytes, readEach, writeBytes } from './edge';
import { readIdMessage, writeId } from './ids';
import { taskStatusCodec } from './task-status';
import { historyQueryCodec } from './volume-answers';

const idCodec = defineCodec(OfferID, (id: string) => writeId(id), readIdMessage);
const problemOf = (bytes: Buffer): string => {
  const read = idCodec.decode(bytes);
  return read.ok ? '' : read.refusal.message;
};

describe('a message at the edge', () => {
  it('is refused if something follows that is no field', () => {
    expect(problemOf(Buffer.concat([idCodec.encode('o1'), Buffer.from([0, 1, 2])]))).toMatch(
      /^message: cannot be read: something else follows/,
    );
  });

  it('is refused if it breaks off', () => {
    expect(problemOf(idCodec.encode('o1').subarray(0, 3))).toMatch(/^message: cannot be read/);
  });

  it('is refused if its text is not UTF-8, rather than changed', () => {
    expect(problemOf(Buffer.from([0x0a, 2, 0xc3, 0x28]))).toMatch(/^message: cannot be read/);
  });

  it('is refused without its required field, also if that has another wire type', () => {
    expect(problemOf(Buffer.alloc(0))).toBe('value: is required');
    expect(problemOf(Buffer.from([0x08, 1]))).toBe('value: is required');
  });

  it('may have fields that this release does not know', () => {
    expect(idCodec.decode(Buffer.concat([idCodec.encode('o1'), Buffer.from([0x7a, 1, 0x41])]))).toEqual({ ok: true, value: 'o1' });
  });

  it('is refused if it nests too deep, whatever the depth', () => {
    let container = Buffer.alloc(0);
    for (let depth = 0; depth < 3000; depth++) {
      container = Buffer.from(new BinaryWriter().uint32(18).bytes(container).finish());
    }
    const status = Buffer.from(new BinaryWriter().uint32(106).bytes(new BinaryWriter().uint32(34).bytes(container).finish()).finish());
    expect(taskStatusCodec.decode(status)).toMatchObject({ ok: false, refusal: { details: { field: 'message' } } });
  });

  it('is named by its path, however deep', () => {
    const list = defineCodec(
      OfferID,
      () => ({}),
      () =>
        readEach([{ inner: [1, 2] }], 'outer', ({ inner }) =>
          readEach(inner, 'inner', (one) => (one === 2 ? malformed('leaf', 'is two') : one)),
        ),
    );
    expect(list.decode(Buffer.alloc(0))).toMatchObject({ ok: false, refusal: { message: 'outer[0].inner[1].leaf: is two' } });
  });

  it('does not hide our own mistakes', () => {
    const mistaken = codecOf(
      () => Buffer.alloc(0),
      () => {
        throw new TypeError('a bug');
      },
    );
    expect(() => mistaken.decode(Buffer.alloc(0))).toThrow('a bug');
  });
});

describe('encoded bytes', () => {
  it('are not touched by the messages that follow', () => {
    const first = idCodec.encode('o1');
    idCodec.encode('something else');
    expect(readBytes(OfferID, first).value).toBe('o1');
  });

  it('may be made while others are', () => {
    const nested = codecOf(
      (id: string) => writeBytes(OfferID, { value: writeBytes(OfferID, { value: id }).toString('hex') }),
      (bytes) => Buffer.from(readBytes(OfferID, bytes).value!, 'hex').toString('latin1'),
    );
    expect(nested.decode(nested.encode('o1'))).toEqual({ ok: true, value: '\n\u0002o1' });
  });

  it('survive a message that cannot be written', () => {
    const query = { agentId: 'a1', afterRevision: 0, limit: 10 };
    expect(() => historyQueryCodec.encode({ ...query, limit: -1 })).toThrow('invalid uint32');
    expect(historyQueryCodec.decode(historyQueryCodec.encode(query))).toEqual({ ok: true, value: query });
  });
});
