import { ok, refuse, refused, type Principal, type Refusal, type Result } from '@holdfast/core/base';

/** Who somebody says they are, and what only they should know. */
export interface Credentials {
  readonly principal: Principal;
  readonly secret: string;
}

/** Longer ones are nobody's: what is hashed for strangers stays small. */
export const MAX_SECRET_BYTES = 1024;

/** The value of the HTTP header, and of the gRPC metadata key, `authorization`. Throws CredentialsFault where HTTP Basic cannot carry them. */
export function basicAuthorization({ principal, secret }: Credentials): string {
  const problem = principalProblem(principal) ?? secretProblem(secret);
  if (problem !== undefined) throw new CredentialsFault(problem);
  return `Basic ${Buffer.from(`${principal}:${secret}`).toString('base64')}`;
}

/** Reads what `basicAuthorization` writes: UTF-8, the secret may contain colons. Refuses with `unauthenticated`; repeats nothing of it. */
export function parseBasicAuthorization(authorization: string): Result<Credentials> {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return unauthenticated("The authorization is not of the form 'Basic <base64 of principal:secret>'.");
  const text = utf8(Buffer.from(encoded, 'base64'));
  if (text === undefined) return unauthenticated('The authorization is not UTF-8.');
  const colon = text.indexOf(':');
  if (colon < 0) return unauthenticated('The authorization lacks the colon between principal and secret.');
  const principal = text.slice(0, colon);
  const secret = text.slice(colon + 1);
  const problem = principalProblem(principal) ?? secretProblem(secret);
  return problem === undefined ? ok({ principal, secret }) : unauthenticated(problem);
}

export function principalProblem(principal: string): string | undefined {
  if (principal === '') return 'A principal may not be empty.';
  if (principal.includes(':')) return 'A principal may not contain a colon: HTTP Basic ends it there.';
  return CONTROL.test(principal) ? 'A principal may not contain control characters.' : undefined;
}

export function secretProblem(secret: string): string | undefined {
  if (secret === '') return 'A secret may not be empty.';
  if (CONTROL.test(secret)) return 'A secret may not contain control characters, such as line ends.';
  return Buffer.byteLength(secret) > MAX_SECRET_BYTES ? `A secret may not be longer than ${MAX_SECRET_BYTES} bytes.` : undefined;
}

/** Credentials that cannot be used; the message never contains a secret. */
export class CredentialsFault extends Error {
  override readonly name = 'CredentialsFault';
}

export const unauthenticated = (problem: string): { readonly ok: false; readonly refusal: Refusal } =>
  refused<Refusal>(refuse('unauthenticated', { problem }));

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;
const CONTROL = /\p{Cc}/u;

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
