import fc from 'fast-check';
import { wholeCharacters } from './whole-characters';

describe('a text that is read part by part', () => {
  it('is the same text again, whatever its characters and wherever it is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer({ min: 4, max: 9 }), (text, length) => {
        const file = Buffer.from(text);
        let read = '';
        for (let offset = 0; offset < file.length;) {
          const part = file.subarray(offset, offset + length);
          const whole = wholeCharacters(part, offset + part.length >= file.length);
          expect(whole.length).toBeGreaterThan(0);
          read += whole.toString();
          offset += whole.length;
        }
        expect(read).toBe(file.toString());
      }),
    );
  });

  it('is never held back, not even where it is nothing but a beginning', () => {
    for (const bytes of [[0xe2], [0xe2, 0x82], [0x61, 0xff], [0x80, 0x80, 0x80, 0x80], []]) {
      const part = Buffer.from(bytes);
      expect(wholeCharacters(part, true)).toEqual(part);
      expect(wholeCharacters(part, false).length).toBeGreaterThanOrEqual(Math.min(1, part.length));
    }
    expect(wholeCharacters(Buffer.from([0x61, 0xe2, 0x82]), false)).toEqual(Buffer.from([0x61]));
  });
});
