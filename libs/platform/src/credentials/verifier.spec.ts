import { eventually } from '@holdfast/testing/eventually';
import { hashSecret, isSecretOf, parseSecretHash, type SecretHash } from './secret-hash';
import { createVerifier } from './verifier';

const hashOf = async (secret: string): Promise<SecretHash> => {
  const hash = parseSecretHash(await hashSecret(secret));
  if (typeof hash === 'string') throw new Error(hash);
  return hash;
};

/** A check, scrypt unless told otherwise, counted, and held back until told if wanted. */
function counted({ isHeld = false, check: isRight = isSecretOf } = {}) {
  const secrets: string[] = [];
  const held: (() => void)[] = [];
  const check = async (hash: SecretHash, secret: string) => {
    secrets.push(secret);
    if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
    return isRight(hash, secret);
  };
  return { check, secrets, release: () => held.splice(0).forEach((go) => go()) };
}

describe('the verifier', () => {
  let known: Map<string, SecretHash>;
  beforeAll(async () => {
    known = new Map([
      ['indexer', await hashOf('right')],
      ['web', await hashOf('other')],
    ]);
  });

  it('finds a pair right, and from then on at once, without scrypt', async () => {
    const { check, secrets } = counted();
    const verifier = createVerifier(known, { check });
    expect(await verifier.verify({ principal: 'indexer', secret: 'right' })).toBe('right');
    expect(verifier.verify({ principal: 'indexer', secret: 'right' })).toBe('right');
    expect(secrets).toEqual(['right']);
  });

  it('finds a wrong secret wrong each time, also beside the right one that is remembered', async () => {
    const { check, secrets } = counted();
    const verifier = createVerifier(known, { check });
    await verifier.verify({ principal: 'indexer', secret: 'right' });
    for (let n = 0; n < 2; n++) expect(await verifier.verify({ principal: 'indexer', secret: 'wrong' })).toBe('wrong');
    expect(secrets).toEqual(['right', 'wrong', 'wrong']);
  });

  it('does not take the secret of one principal for that of another, remembered or not', async () => {
    const verifier = createVerifier(known);
    expect(await verifier.verify({ principal: 'indexer', secret: 'right' })).toBe('right');
    expect(await verifier.verify({ principal: 'web', secret: 'right' })).toBe('wrong');
    expect(await verifier.verify({ principal: 'web', secret: 'other' })).toBe('right');
    expect(await verifier.verify({ principal: 'indexer', secret: 'other' })).toBe('wrong');
  });

  it('has the same work with somebody it does not know', async () => {
    const { check, secrets } = counted();
    const verifier = createVerifier(known, { check });
    expect(await verifier.verify({ principal: 'stranger', secret: 'right' })).toBe('wrong');
    expect(secrets).toEqual(['right']);
  });

  it('does not let a stranger in even if the decoy were guessed', async () => {
    const verifier = createVerifier(known, { check: async () => true });
    expect(await verifier.verify({ principal: 'stranger', secret: 'any' })).toBe('wrong');
    expect(await verifier.verify({ principal: 'stranger', secret: 'any' })).toBe('wrong');
  });

  it('checks a pair once that many ask about at the same time', async () => {
    const { check, secrets, release } = counted({ isHeld: true });
    const verifier = createVerifier(known, { check });
    const verdicts = Array.from({ length: 20 }, () => verifier.verify({ principal: 'indexer', secret: 'right' }));
    expect(secrets).toEqual(['right']);
    release();
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['right']));
  });

  it('answers others while one principal is flooded with wrong secrets, and the flooded one where it is remembered', async () => {
    const { check, secrets, release } = counted({ isHeld: true, check: async (_hash, secret) => ['right', 'other'].includes(secret) });
    const verifier = createVerifier(known, { check, atOnce: 1, waitingPerPrincipal: 4 });
    const first = verifier.verify({ principal: 'indexer', secret: 'right' });
    release();
    expect(await first).toBe('right');
    const flood = Array.from({ length: 1000 }, (_, n) => verifier.verify({ principal: 'indexer', secret: `guess ${n}` }));
    expect(flood.filter((verdict) => verdict === 'busy')).toHaveLength(1000 - 5);
    expect(verifier.verify({ principal: 'indexer', secret: 'right' })).toBe('right');
    const strangers = Array.from({ length: 1000 }, (_, n) => verifier.verify({ principal: `stranger ${n}`, secret: 'x' }));
    expect(strangers.filter((verdict) => verdict === 'busy')).toHaveLength(1000 - 4);

    let isAnswered = false;
    const other = Promise.resolve(verifier.verify({ principal: 'web', secret: 'other' })).finally(() => (isAnswered = true));
    await eventually(() => {
      release();
      return isAnswered;
    });
    expect(await other).toBe('right');
    // One of the flood was under way; then one more, one stranger, and it is the other's turn.
    expect(secrets.slice(1).indexOf('other')).toBeLessThanOrEqual(3);
    const rest = Promise.all([...flood, ...strangers]);
    let isOver = false;
    void rest.then(() => (isOver = true));
    await eventually(() => {
      release();
      return isOver;
    });
    expect(new Set(await rest)).toEqual(new Set(['wrong', 'busy']));
  });
});
