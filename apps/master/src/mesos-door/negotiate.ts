import { mesosJson, mesosProtobuf, type MesosFormat } from '@holdfast/contracts';

/** JSON is tried first, whatever the order in the header (wire document 2). */
const FORMATS: readonly MesosFormat[] = [mesosJson, mesosProtobuf];

/** Compared byte for byte: parameters and other spellings are not taken (wire document 2). */
export const formatOf = (contentType: string): MesosFormat | undefined => FORMATS.find((format) => format.contentType === contentType);

/** The format that an Accept header admits. No header admits everything; quality values count as zero or not. */
export function negotiate(accept: string | undefined): MesosFormat | undefined {
  if (accept === undefined || accept.trim() === '') return FORMATS[0];
  const ranges = accept.split(',').map(asRange);
  return FORMATS.find(({ contentType }) => admits(ranges, contentType));
}

interface Range {
  readonly type: string;
  readonly admitted: boolean;
}

function asRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  return { type, admitted: !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter)) };
}

/** The most specific range decides: `type/subtype`, then `type/*`, then everything. */
function admits(ranges: readonly Range[], contentType: string): boolean {
  const [family] = contentType.split('/');
  for (const candidate of [contentType, `${family}/*`, '*/*']) {
    const range = ranges.find(({ type }) => type === candidate);
    if (range) return range.admitted;
  }
  return false;
}
