import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LOOPBACK } from './ports';
import type { ProcessSpec } from './supervised-process';

export class RedisMissingError extends Error {
  override readonly name = 'RedisMissingError';

  constructor() {
    super(
      'There is no redis-server on the PATH. Install it with\n' +
        '  sudo apt-get install -y redis-server      (macOS: brew install redis)\n' +
        'or use one that is running: --redis-url redis://host:6379',
    );
  }
}

/** The full path of `redis-server`, from the folders of `path`. */
export function findRedisServer(path: string): string {
  const found = path.split(delimiter).find((folder) => folder !== '' && isExecutable(join(folder, 'redis-server')));
  if (found === undefined) throw new RedisMissingError();
  return join(found, 'redis-server');
}

/**
 * What a crash has torn is cut off before Redis reads its append-only file. Redis does so itself, but leaves the beginning of a transaction in
 * the file, and carries that out at the start after next: half a change of the ledger, long after it went on without it (Redis 7.0, ADR 10).
 */
const SCRIPT = `
manifest="$1/appendonlydir/appendonly.aof.manifest"; shift
if [ -f "$manifest" ] && command -v redis-check-aof >/dev/null; then echo y | redis-check-aof --fix "$manifest"; fi
exec "$0" "$@"
`;

/** A private Redis that loses nothing it has confirmed: the ledger's promises rest on it. */
export function redisSpec({
  program,
  port,
  dir,
  env,
}: {
  readonly program: string;
  readonly port: number;
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
}): ProcessSpec {
  const settings: Readonly<Record<string, string>> = {
    port: String(port),
    bind: LOOPBACK,
    'protected-mode': 'yes',
    dir,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    daemonize: 'no',
    'maxmemory-policy': 'noeviction',
  };
  return {
    name: 'redis',
    command: '/bin/sh',
    args: ['-c', SCRIPT, program, dir, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])],
    env,
    isServingLine: (line) => line.includes('Ready to accept connections'),
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
