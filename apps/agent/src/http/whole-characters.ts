/**
 * Without the beginning of a character whose rest stands in the next part: whoever reads a text part by part goes on at the bytes that are
 * left away here. What is no UTF-8 stays, as does what is nothing but a beginning.
 */
export function wholeCharacters(data: Buffer, isLast: boolean): Buffer {
  if (isLast) return data;
  for (let back = 1; back <= 3 && back < data.length; back++) {
    const byte = data[data.length - back]!;
    if (byte < 0x80) return data;
    if (byte >= 0xc0) return lengthOf(byte) > back ? data.subarray(0, data.length - back) : data;
  }
  return data;
}

/** Of the character that begins so. */
const lengthOf = (first: number): number => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2);
