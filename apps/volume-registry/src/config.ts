import { defineSettings, durationMs, integer, port, text, url } from '@holdfast/platform/config';

export const registrySettings = defineSettings({
  service: 'volume-registry',
  about:
    'The volume registry: which persistent volumes exist and who holds them. It is a thin face on the ledger in Redis, one script per change, so it may be restarted at any time, and several may run.',
  fields: {
    host: text('HOLDFAST_REGISTRY_HOST', '127.0.0.1', 'address to listen on'),
    grpcPort: port('HOLDFAST_REGISTRY_GRPC_PORT', 7070, 'gRPC port for the master; 0 takes a free one'),
    httpPort: port('HOLDFAST_REGISTRY_HTTP_PORT', 9070, 'HTTP port: health and metrics; 0 takes a free one'),
    redisUrl: url(
      'HOLDFAST_REDIS_URL',
      'redis://127.0.0.1:6379',
      'Redis of the ledger; it must keep what it is given (append-only file) and evict nothing',
    ),
    keyPrefix: text('HOLDFAST_REGISTRY_KEY_PREFIX', 'holdfast', 'what every key begins with; clusters that share a Redis need one each'),
    historyLength: integer('HOLDFAST_REGISTRY_HISTORY_LENGTH', 10_000, 'about how many changes the history of each store keeps', {
      min: 100,
    }),
    waitMs: durationMs(
      'HOLDFAST_REGISTRY_WAIT_MS',
      1_000,
      'how long a transaction waits for Redis before it is refused; one that was refused is never carried out later',
      { min: 10 },
    ),
    probeMs: durationMs('HOLDFAST_REGISTRY_PROBE_MS', 500, 'how often Redis is asked whether it still answers', { min: 10 }),
    maxMessageBytes: integer('HOLDFAST_REGISTRY_MAX_MESSAGE_BYTES', 64 * 1024 * 1024, 'largest message accepted from the master', {
      min: 65_536,
    }),
  },
  check: ({ keyPrefix }) =>
    /^[^{}\s]+$/.test(keyPrefix) ? [] : ['HOLDFAST_REGISTRY_KEY_PREFIX: braces and blanks would hide the hash tag of the keys'],
});

export type RegistrySettings = ReturnType<(typeof registrySettings)['read']>;
