import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Principal } from '@holdfast/core/base';
import type { Credentials } from './basic-authorization';
import type { KnownPrincipals } from './credentials-file';
import { createFairLanes } from './fair-lanes';
import { COST, isSecretOf, type SecretHash } from './secret-hash';

/**
 * - `right`: the principal is known and this is its secret.
 * - `wrong`: either is not so; which one is not told.
 * - `busy`: nothing is known; too many checks for this principal wait already.
 */
export type Verdict = 'right' | 'wrong' | 'busy';

export interface Verifier {
  /** At once for a pair that was right before; otherwise after the tens of milliseconds that scrypt takes, off the event loop. */
  verify(credentials: Credentials): Verdict | Promise<Verdict>;
}

/** Of the four threads that Node.js has for such work (and for files and names) two stay free. */
const AT_ONCE = 2;
const WAITING_PER_PRINCIPAL = 16;

/**
 * scrypt is slow by intent, and frameworks call often. A pair that was right is remembered, one for each principal, as an HMAC under a
 * key that only this process has. What was wrong is checked anew each time, unless the very same check is under way.
 */
export function createVerifier(
  known: KnownPrincipals,
  { check = isSecretOf, atOnce = AT_ONCE, waitingPerPrincipal = WAITING_PER_PRINCIPAL }: VerifierOptions = {},
): Verifier {
  const key = randomBytes(32);
  const remembered = new Map<Principal, Buffer>();
  const underWay = new Map<string, Promise<Verdict>>();
  const lanes = createFairLanes({ atOnce, waitingPerLane: waitingPerPrincipal });
  const decoy: SecretHash = { cost: known.values().next().value?.cost ?? COST, salt: randomBytes(16), hash: randomBytes(32) };

  const examine = async ({ principal, secret }: Credentials, fingerprint: Buffer): Promise<Verdict> => {
    const stored = known.get(principal);
    const isRight = await check(stored ?? decoy, secret);
    // The decoy is checked for its time alone: strangers are not to learn whom we know.
    if (!isRight || stored === undefined) return 'wrong';
    remembered.set(principal, fingerprint);
    return 'right';
  };

  return {
    verify(credentials) {
      const { principal, secret } = credentials;
      // A principal has no colon, so no two pairs look alike.
      const fingerprint = createHmac('sha256', key).update(`${principal}:${secret}`).digest();
      const before = remembered.get(principal);
      if (before && timingSafeEqual(before, fingerprint)) return 'right';
      const name = fingerprint.toString('base64');
      const same = underWay.get(name);
      if (same) return same;
      const lane = known.has(principal) ? principal : STRANGERS;
      const verdict = lanes.run(lane, () => examine(credentials, fingerprint))?.finally(() => underWay.delete(name));
      if (verdict === undefined) return 'busy';
      underWay.set(name, verdict);
      return verdict;
    },
  };
}

export interface VerifierOptions {
  /** In place of scrypt. */
  readonly check?: typeof isSecretOf;
  readonly atOnce?: number;
  readonly waitingPerPrincipal?: number;
}

/** All who are not known share a lane; no principal is empty. */
const STRANGERS = '';
