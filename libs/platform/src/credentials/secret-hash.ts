import { randomBytes, scrypt, scryptSync, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** A secret as it is stored: what scrypt makes of it with this salt and these costs. */
export interface SecretHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export interface ScryptCost {
  /** A power of two; time and memory grow with it. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** About 75 ms and 32 MiB for each guess, on our machine of the tests. */
export const COST: ScryptCost = { N: 32_768, r: 8, p: 1 };

/** Cheaper than 16 MiB a guess protects little. Dearer than 256 MiB, or 16 times over, and a caller could hold up the master. */
const MIN_MEMORY_BYTES = 16 * 1024 * 1024;
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const MAX_PARALLEL = 16;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_FIELD_BYTES = 64;

/** `scrypt$N$r$p$salt$hash`, the last two in base64url, with a new salt each time. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(secret, salt, HASH_BYTES, COST);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** The same for a secret that stands in a file as it is; takes about 75 ms of the event loop, which at start nobody waits for. */
export function hashNow(secret: string): SecretHash {
  const salt = randomBytes(SALT_BYTES);
  return { cost: COST, salt, hash: scryptSync(secret, salt, HASH_BYTES, scryptOptions(COST)) };
}

/** What `hashSecret` has made, or a sentence that says what is wrong with it. */
export function parseSecretHash(text: string): SecretHash | string {
  const parts = FORM.exec(text);
  if (!parts) return 'is not of the form scrypt$N$r$p$salt$hash';
  const cost = { N: Number(parts[1]), r: Number(parts[2]), p: Number(parts[3]) };
  const problem = costProblem(cost);
  if (problem !== undefined) return problem;
  const salt = Buffer.from(parts[4] ?? '', 'base64url');
  const hash = Buffer.from(parts[5] ?? '', 'base64url');
  if (salt.length < SALT_BYTES || salt.length > MAX_FIELD_BYTES)
    return `has a salt of ${salt.length} bytes; wanted are ${SALT_BYTES} or more`;
  if (hash.length < HASH_BYTES || hash.length > MAX_FIELD_BYTES)
    return `has a hash of ${hash.length} bytes; wanted are ${HASH_BYTES} or more`;
  return { cost, salt, hash };
}

/** Takes as long for a wrong secret as for the right one; runs beside the event loop. */
export async function isSecretOf({ cost, salt, hash }: SecretHash, secret: string): Promise<boolean> {
  return timingSafeEqual(await derive(secret, salt, hash.length, cost), hash);
}

const FORM = /^scrypt\$([1-9]\d{0,8})\$([1-9]\d{0,3})\$([1-9]\d{0,3})\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/;

const memoryOf = ({ N, r }: ScryptCost): number => 128 * N * r;

function costProblem(cost: ScryptCost): string | undefined {
  if (!Number.isInteger(Math.log2(cost.N))) return `has N=${cost.N}, which is no power of two`;
  if (memoryOf(cost) < MIN_MEMORY_BYTES) return `is too cheap to guess: 128·N·r must be ${MIN_MEMORY_BYTES} bytes or more`;
  if (memoryOf(cost) > MAX_MEMORY_BYTES) return `is too dear to check: 128·N·r must be ${MAX_MEMORY_BYTES} bytes or less`;
  return cost.p > MAX_PARALLEL ? `is too dear to check: p must be ${MAX_PARALLEL} or less` : undefined;
}

/** OpenSSL counts the blocks of p, too, and a little more. */
const scryptOptions = (cost: ScryptCost): ScryptOptions => ({ ...cost, maxmem: memoryOf(cost) + 128 * cost.r * (cost.p + 2) + 65_536 });

function derive(secret: string, salt: Buffer, bytes: number, cost: ScryptCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, bytes, scryptOptions(cost), (error, key) => (error ? reject(error) : resolve(key)));
  });
}
