import { assert, ok, refused, type Principal, type Result } from '@holdfast/core/base';
import type { MesosFormat } from '@holdfast/contracts';
import { basicChallenge, REALM } from '../authentication';
import type { Answer } from './answer';
import { redirect, type Leader } from './leader';
import { formatOf } from './negotiate';

/** What can be known of a request before its body is read. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly origin: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly authenticated: Result<Principal | undefined>;
  readonly leader: Leader;
}

/** Each step answers if it refuses; the first that does decides (wire document 2). */
type Check = (head: RequestHead) => Answer | undefined;

const authentication: Check = ({ authenticated }) =>
  authenticated.ok
    ? undefined
    : {
        status: 401,
        text: authenticated.refusal.message,
        headers: { 'WWW-Authenticate': basicChallenge(REALM.scheduler) },
      };

const principalHasAName: Check = ({ authenticated }) =>
  authenticated.ok && authenticated.value === '' ? { status: 403, text: 'The authenticated principal has no name.' } : undefined;

const leadership: Check = ({ leader, origin }) => (leader.kind === 'us' ? undefined : redirect(leader, origin));

const isPost: Check = ({ method }) =>
  method === 'POST' ? undefined : { status: 405, text: `Calls are sent with POST, not ${method}.`, headers: { Allow: 'POST' } };

const hasContentType: Check = ({ contentType }) =>
  contentType === undefined
    ? { status: 400, text: 'The header Content-Type is missing: application/json or application/x-protobuf.' }
    : undefined;

const isKnownContentType: Check = ({ contentType = '' }) =>
  formatOf(contentType)
    ? undefined
    : { status: 415, text: `Content-Type must be exactly application/json or application/x-protobuf; it is '${contentType}'.` };

const isKnownEncoding: Check = ({ contentEncoding }) =>
  contentEncoding === undefined || /^(identity|(x-)?gzip)?$/i.test(contentEncoding)
    ? undefined
    : {
        status: 415,
        text: `A body may be compressed with gzip only; Content-Encoding is '${contentEncoding}'.`,
        headers: { 'Accept-Encoding': 'gzip' },
      };

const IN_ORDER: readonly Check[] = [
  authentication,
  principalHasAName,
  leadership,
  isPost,
  hasContentType,
  isKnownContentType,
  isKnownEncoding,
];

/** What the checks have found out. */
export interface Admitted {
  readonly principal: Principal | undefined;
  /** How the body is to be read. */
  readonly format: MesosFormat;
}

export function checkRequest(head: RequestHead): Result<Admitted, Answer> {
  for (const check of IN_ORDER) {
    const answer = check(head);
    if (answer) return refused(answer);
  }
  const format = formatOf(head.contentType ?? '');
  assert(head.authenticated.ok && format, 'what the checks let pass is authenticated and can be read');
  return ok({ principal: head.authenticated.value, format });
}
