import { DEFAULT_MINIMUM_ALLOCATABLE, parseMinimumAllocatable } from '@holdfast/core/fair-share';
import { defineSettings, durationMs, flag, integer, optionalText, port, sameAs, text, url } from '@holdfast/platform/config';

export const allocatorSettings = defineSettings({
  service: 'allocator',
  about:
    'The allocator: decides which framework is offered what is free on each agent, by dominant-resource fairness. It keeps nothing: the master dials it and sends a snapshot, so it may be restarted at any time.',
  fields: {
    host: text('HOLDFAST_ALLOCATOR_HOST', '127.0.0.1', 'address to listen on'),
    grpcPort: port('HOLDFAST_ALLOCATOR_GRPC_PORT', 7060, 'gRPC port for the master; 0 takes a free one'),
    httpPort: port('HOLDFAST_ALLOCATOR_HTTP_PORT', 9060, 'HTTP port: health and metrics; 0 takes a free one'),
    redisUrl: url('HOLDFAST_REDIS_URL', 'redis://127.0.0.1:6379', 'Redis; here only the default of HOLDFAST_QUEUE_REDIS_URL'),
    queueRedisUrl: url('HOLDFAST_QUEUE_REDIS_URL', sameAs('HOLDFAST_REDIS_URL'), 'Redis of the job queue that paces offer cycles'),
    queuePrefix: text(
      'HOLDFAST_ALLOCATOR_QUEUE_PREFIX',
      '{holdfast-jobs}',
      'first part of the job queue’s keys; clusters that share a Redis need one each',
    ),
    intervalMs: durationMs(
      'HOLDFAST_ALLOCATOR_INTERVAL_MS',
      1_000,
      'how often ended filters are noticed; a declined offer stays away at least as long',
      { min: 10 },
    ),
    minAllocatable: text(
      'HOLDFAST_ALLOCATOR_MIN_ALLOCATABLE',
      DEFAULT_MINIMUM_ALLOCATABLE,
      'what an offer holds at least: quantities joined by ; are all needed, sets are separated by |',
    ),
    filterGpuResources: flag(
      'HOLDFAST_ALLOCATOR_FILTER_GPU_RESOURCES',
      true,
      'whether agents with gpus are offered only to frameworks with the capability GPU_RESOURCES',
    ),
    region: optionalText(
      'HOLDFAST_ALLOCATOR_REGION',
      undefined,
      'the master’s region: agents of another are offered only to frameworks with the capability REGION_AWARE; without it all agents are local',
    ),
    maxMessageBytes: integer('HOLDFAST_ALLOCATOR_MAX_MESSAGE_BYTES', 64 * 1024 * 1024, 'largest message accepted from the master', {
      min: 65_536,
    }),
  },
  check: ({ minAllocatable }) => {
    const parsed = parseMinimumAllocatable(minAllocatable);
    return parsed.ok ? [] : [`HOLDFAST_ALLOCATOR_MIN_ALLOCATABLE: ${parsed.refusal.message}`];
  },
});

export type AllocatorSettings = ReturnType<(typeof allocatorSettings)['read']>;
