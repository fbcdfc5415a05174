/** One way to write bodies, e.g. `application/json`. */
export interface BodyFormat {
  readonly contentType: string;
}

/** Compared byte for byte: parameters and other spellings are not taken (wire document 2). */
export const formatOf = <F extends BodyFormat>(formats: readonly F[], contentType: string): F | undefined =>
  formats.find((format) => format.contentType === contentType);

/**
 * The first of these formats that an Accept header admits, whatever its order. No header admits everything; quality values count as zero or not
 * (wire document 2).
 */
export function negotiate<F extends BodyFormat>(formats: readonly F[], accept: string | undefined): F | undefined {
  if (accept === undefined || accept.trim() === '') return formats[0];
  const ranges = accept.split(',').map(asRange);
  return formats.find(({ contentType }) => admits(ranges, contentType));
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
