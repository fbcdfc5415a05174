import type { Answer } from './answer';
import { type BodyFormat, formatOf } from './negotiate';

/** What the checks of every door look at, before the body is read. */
export interface BodyHead {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** Answers if it refuses. */
export type HeadCheck<H> = (head: H) => Answer | undefined;

/** The first that refuses decides: the order is part of the protocol (wire document 2). */
export function firstRefusal<H>(checks: readonly HeadCheck<H>[], head: H): Answer | undefined {
  for (const check of checks) {
    const answer = check(head);
    if (answer) return answer;
  }
  return undefined;
}

const isPost: HeadCheck<BodyHead> = ({ method }) =>
  method === 'POST' ? undefined : { status: 405, text: `Calls are sent with POST, not ${method}.`, headers: { Allow: 'POST' } };

const hasContentType: HeadCheck<BodyHead> = ({ contentType }) =>
  contentType === undefined
    ? { status: 400, text: 'The header Content-Type is missing: application/json or application/x-protobuf.' }
    : undefined;

const isKnownContentType =
  (formats: readonly BodyFormat[]): HeadCheck<BodyHead> =>
  ({ contentType = '' }) =>
    formatOf(formats, contentType)
      ? undefined
      : { status: 415, text: `Content-Type must be exactly application/json or application/x-protobuf; it is '${contentType}'.` };

const isKnownEncoding: HeadCheck<BodyHead> = ({ contentEncoding }) =>
  contentEncoding === undefined || /^(identity|(x-)?gzip)?$/i.test(contentEncoding)
    ? undefined
    : {
        status: 415,
        text: `A body may be compressed with gzip only; Content-Encoding is '${contentEncoding}'.`,
        headers: { 'Accept-Encoding': 'gzip' },
      };

/** POST (405), a Content-Type (400), one that can be read (415), not compressed in an unknown way (415); in this order (wire document 2). */
export const bodyChecks = (formats: readonly BodyFormat[]): readonly HeadCheck<BodyHead>[] => [
  isPost,
  hasContentType,
  isKnownContentType(formats),
  isKnownEncoding,
];

export const NOT_ACCEPTABLE: Answer = { status: 406, text: 'Accept must admit application/json or application/x-protobuf.' };
