/** What may not stand in a JSON text as it is, or is no ASCII. */
const UNUSUAL = /[^\x20-\x7e]|["\\]/;

/** ASCII only: some clients count characters where the framing counts bytes (wire document, section 3). */
export const writeJsonText = (text: string): string => (UNUSUAL.test(text) ? escaped(text) : '"' + text + '"');

const escaped = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Always with a fraction or an exponent (wire document, section 5). What JSON cannot say is written as it may be read. */
export function writeJsonDouble(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = String(value);
  return Number.isInteger(value) && !text.includes('e') ? text + '.0' : text;
}
