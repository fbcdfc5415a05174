import { hashSecret, isSecretOf, parseSecretHash, type SecretHash } from './secret-hash';

const parsed = (text: string): SecretHash => {
  const hash = parseSecretHash(text);
  if (typeof hash === 'string') throw new Error(hash);
  return hash;
};
const SALT = 'A'.repeat(22);
const HASH = 'B'.repeat(43);

describe('hashes of secrets', () => {
  it('know their secret and no other, and tell nothing of it', async () => {
    const text = await hashSecret('correct horse');
    expect(text).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(text).not.toContain('horse');
    expect(await isSecretOf(parsed(text), 'correct horse')).toBe(true);
    expect(await isSecretOf(parsed(text), 'correct horsf')).toBe(false);
    expect(await isSecretOf(parsed(text), '')).toBe(false);
  });

  it('differ for the same secret: each has a salt of its own', async () => {
    const [one, other] = await Promise.all([hashSecret('s'), hashSecret('s')]);
    expect(one).not.toBe(other);
    expect(await isSecretOf(parsed(other), 's')).toBe(true);
  });

  it('may cost other than what we make: an older or a dearer file is read', async () => {
    const salt = Buffer.from('SodiumChlorideSodiumChloride').toString('base64url');
    const hash = Buffer.from(KNOWN_ANSWER, 'hex').toString('base64url');
    expect(await isSecretOf(parsed(`scrypt$16384$8$1$${salt}$${hash}`), 'pleaseletmein')).toBe(true);
  });

  it('do not hold up the event loop while they are checked', async () => {
    const hash = parsed(await hashSecret('s'));
    let turns = 0;
    const turn = () => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    await isSecretOf(hash, 's');
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(10);
  });

  it.each([
    ['plain', 'is not of the form'],
    [`bcrypt$32768$8$1$${SALT}$${HASH}`, 'is not of the form'],
    [`scrypt$32768$8$1$${SALT}`, 'is not of the form'],
    [`scrypt$032768$8$1$${SALT}$${HASH}`, 'is not of the form'],
    [`scrypt$32768$8$1$${SALT}$${HASH}\n`, 'is not of the form'],
    [`scrypt$30000$8$1$${SALT}$${HASH}`, 'no power of two'],
    [`scrypt$1024$8$1$${SALT}$${HASH}`, 'too cheap'],
    [`scrypt$536870912$8$1$${SALT}$${HASH}`, 'too dear'],
    [`scrypt$32768$8$17$${SALT}$${HASH}`, 'too dear'],
    [`scrypt$32768$8$1$AAAA$${HASH}`, 'a salt of 3 bytes'],
    [`scrypt$32768$8$1$${SALT}$BBBB`, 'a hash of 3 bytes'],
  ])('are refused when malformed: %j', (text, words) => {
    expect(parseSecretHash(text)).toContain(words);
  });

  it('are checked, however dear the file makes them within the limits', async () => {
    expect(await isSecretOf(parsed(`scrypt$16384$32$2$${SALT}$${HASH}`), 's')).toBe(false);
    expect(await isSecretOf(parsed(`scrypt$16384$8$16$${SALT}$${HASH}`), 's')).toBe(false);
  });
});

/** As OpenSSL's command has it: `openssl kdf … -kdfopt n:16384 -kdfopt r:8 -kdfopt p:1 SCRYPT`; Python's hashlib says the same. */
const KNOWN_ANSWER = '1073a16c2cd56ec6123cde38d36c1a8ec07f8af8ccec9e962316ef3a480150f2';
