import { nearMatch, ok, refuse, refused, type Principal, type Refusal, type Result } from '@holdfast/core/base';
import { principalProblem, secretProblem } from './basic-authorization';
import { readOperatorFile, type OperatorFile } from './operator-file';
import { hashNow, parseSecretHash, type SecretHash } from './secret-hash';

/** Everybody who may prove who they are. */
export type KnownPrincipals = ReadonlyMap<Principal, SecretHash>;

/** Throws OperatorFileFault if the file cannot be read or is wrong. */
export const readCredentialsFile = (path: string): Promise<OperatorFile<KnownPrincipals>> =>
  readOperatorFile(path, { what: 'credentials', parse: parseCredentials, isPrivate: true });

/**
 * Reads `{"credentials":[{"principal":"indexer","secret_hash":"scrypt$…"}]}`, or with a plain `secret` as Mesos has it. Refuses with `invalid_argument` and the path of what is
 * wrong; never with a secret in it.
 */
export function parseCredentials(json: unknown): Result<KnownPrincipals> {
  const file = objectOf(json, '', ['credentials']);
  if (!file.ok) return file;
  const list = file.value['credentials'];
  if (!Array.isArray(list)) return wrong('credentials', 'must be a list');
  if (list.length === 0)
    return wrong('credentials', 'names nobody, so that nobody could call; leave the setting away to ask for no credentials');
  const known = new Map<Principal, SecretHash>();
  for (const [index, item] of (list as readonly unknown[]).entries()) {
    const path = `credentials[${index}]`;
    const entry = parseEntry(item, path);
    if (!entry.ok) return entry;
    const [principal, hash] = entry.value;
    if (known.has(principal)) return wrong(`${path}.principal`, `'${principal}' has an entry already; each principal has one secret`);
    known.set(principal, hash);
  }
  return ok(known);
}

const ENTRY_KEYS = ['principal', 'secret', 'secret_hash'];

/** As Mesos has it (architecture 11.9). Only its hash is kept in memory. */
function parsePlain(principal: Principal, secret: unknown, hash: unknown, path: string): Result<readonly [Principal, SecretHash]> {
  if (hash !== undefined) return wrong(path, 'has both secret and secret_hash; leave the secret out');
  if (typeof secret !== 'string') return wrong(`${path}.secret`, 'must be a text');
  const problem = secretProblem(secret);
  return problem === undefined ? ok([principal, hashNow(secret)]) : wrong(`${path}.secret`, problem);
}

function parseEntry(json: unknown, path: string): Result<readonly [Principal, SecretHash]> {
  const entry = objectOf(json, path, ENTRY_KEYS);
  if (!entry.ok) return entry;
  const { principal, secret, secret_hash: text } = entry.value;
  if (typeof principal !== 'string') return wrong(`${path}.principal`, 'must be a text');
  const problem = principalProblem(principal);
  if (problem !== undefined) return wrong(`${path}.principal`, problem);
  if (secret !== undefined) return parsePlain(principal, secret, text, path);
  if (typeof text !== 'string') return wrong(`${path}.secret_hash`, 'must be a text, as "holdfast credentials hash" makes it');
  const hash = parseSecretHash(text);
  return typeof hash === 'string' ? wrong(`${path}.secret_hash`, `${hash}; "holdfast credentials hash" makes one`) : ok([principal, hash]);
}

function objectOf(json: unknown, path: string, keys: readonly string[]): Result<Readonly<Record<string, unknown>>> {
  if (!isObject(json)) return wrong(path || 'the file', 'must be an object');
  const unknown = Object.keys(json).find((key) => !keys.includes(key));
  if (unknown === undefined) return ok(json);
  const meant = nearMatch(unknown, keys);
  const advice = meant === undefined ? `known are ${keys.join(', ')}` : `did you mean ${meant}?`;
  return wrong(path === '' ? unknown : `${path}.${unknown}`, `is not known; ${advice}`);
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const wrong = (field: string, problem: string): { readonly ok: false; readonly refusal: Refusal } =>
  refused<Refusal>(refuse('invalid_argument', { field, problem }));
