import { ok, type Principal, type Result } from '@holdfast/core/base';
import {
  createVerifier,
  parseBasicAuthorization,
  unauthenticated,
  type KnownPrincipals,
  type Verdict,
} from '@holdfast/platform/credentials';

export interface Authenticator {
  /**
   * `authorization`: the header or metadata value as it came. ok(undefined): no credentials are asked for, whatever was sent.
   * Refuses with `unauthenticated`. Answers at once for who was right before.
   */
  authenticate(authorization: string | undefined): Result<Principal | undefined> | Promise<Result<Principal | undefined>>;
}

/** Without known principals no credentials are asked for, and those that are sent are not looked at (wire document, section 12). */
export function createAuthenticator(known: KnownPrincipals | undefined): Authenticator {
  return known === undefined ? OPEN : asking(known);
}

const OPEN: Authenticator = { authenticate: () => ok(undefined) };

function asking(known: KnownPrincipals): Authenticator {
  const verifier = createVerifier(known);
  return {
    authenticate(authorization) {
      if (authorization === undefined) return unauthenticated('This master asks for credentials, and none were sent.');
      const sent = parseBasicAuthorization(authorization);
      if (!sent.ok) return sent;
      const { principal } = sent.value;
      const verdict = verifier.verify(sent.value);
      return verdict instanceof Promise ? verdict.then((found) => answer(found, principal)) : answer(verdict, principal);
    },
  };
}

function answer(verdict: Verdict, principal: Principal): Result<Principal> {
  switch (verdict) {
    case 'right':
      return ok(principal);
    case 'wrong':
      return unauthenticated('The principal is not known, or the secret is not its own.');
    case 'busy':
      return unauthenticated('Too many secrets of this principal wait to be checked; try again in a moment.');
  }
}
