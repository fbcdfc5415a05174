import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Frame } from './frame';

const part = (text: string): Uint8Array => new BinaryWriter().uint32(18).bytes(Buffer.from(text)).finish();
const texts = (parts: readonly Uint8Array[]): string[] => parts.map((bytes) => Buffer.from(bytes).toString());

describe('a frame', () => {
  it('has the parts of a repeated field in order, and the last one of a single field', () => {
    const frame = new Frame(Buffer.concat([part('a'), part('b')]));
    expect(texts(frame.all(2))).toEqual(['a', 'b']);
    expect(texts([frame.part(2)!])).toEqual(['b']);
    expect(frame.problem).toBeUndefined();
  });

  it('has numbers, the last of each field', () => {
    const frame = new Frame(new BinaryWriter().uint32(8).int32(3).uint32(8).int32(-1).finish());
    expect(frame.number(1)).toBe(-1);
    expect(frame.number(2)).toBeUndefined();
  });

  it('passes over other kinds of fields', () => {
    const frame = new Frame(new BinaryWriter().uint32(9).double(1.5).uint32(21).float(2).uint32(24).int32(7).finish());
    expect(frame.number(3)).toBe(7);
  });

  it.each([
    ['breaks off', Buffer.concat([part('a'), part('b').subarray(0, 2)])],
    ['has a field number 0', Buffer.concat([part('a'), Buffer.from([0, 0])])],
    ['ends a group that it did not begin', Buffer.concat([part('a'), Buffer.from([0x0c])])],
  ])('keeps what came before the place where it %s', (_name, bytes) => {
    const frame = new Frame(bytes);
    expect(texts(frame.all(2))).toEqual(['a']);
    expect(frame.problem).toMatch(/^cannot be read: /);
  });
});
