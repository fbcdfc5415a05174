import { assert, type World } from '@holdfast/core/base';
import { parseMinimumAllocatable } from '@holdfast/core/fair-share';
import { serveHttp, type Logger, type RunningService } from '@holdfast/platform/process';
import { compileRegex } from '@holdfast/platform/regex';
import { connectRedis } from '@holdfast/platform/redis';
import { startRpcServer } from '@holdfast/platform/rpc';
import { realWorld } from '@holdfast/platform/world';
import type { AllocatorSettings } from './config';
import { openCycleQueue, Pacer, runOfferCycle } from './cycles';
import { allocatorMetrics } from './metrics';
import { allocateHandler } from './rpc/allocate';
import { Sessions } from './session';

/** Builds the allocator from its settings; resolves when it serves, whether or not Redis is there yet. */
export async function startAllocator(settings: AllocatorSettings, log: Logger, world: World = realWorld()): Promise<RunningService> {
  const minimum = parseMinimumAllocatable(settings.minAllocatable);
  assert(minimum.ok, 'the settings were checked');

  const metrics = allocatorMetrics(() => sessions.current?.books.counts);
  const queue = openCycleQueue({
    url: settings.queueRedisUrl,
    prefix: settings.queuePrefix,
    log,
    run: (job, { queuedAtMs }) => {
      metrics.cycleWaited(Math.max(0, world.nowMs() - queuedAtMs));
      return runOfferCycle({ world, sessions, metrics }, job.reason).catch(endAsBug);
    },
  });
  const pacer = new Pacer(world, settings.intervalMs, () => sessions, queue);
  const sessions = new Sessions(
    {
      intervalMs: settings.intervalMs,
      minimum: minimum.value,
      filtersGpuAgents: settings.filterGpuResources,
      region: settings.region,
      compileRegex,
    },
    world,
    {
      changed: (session) => pacer.booksChanged(session),
      disagreed: ({ missing, ...of }) => {
        metrics.disagreed();
        log.warn({ ...of, missing: missing.toString() }, 'the master names resources that the books do not hold');
      },
    },
    log,
  );

  // Looks only; the connections of the queue say that Redis is lost and found.
  const redis = connectRedis({ url: settings.queueRedisUrl, name: 'allocator readiness', log: SILENT });
  const isReady = () =>
    redis.status === 'ready' && queue.isAnswering ? true : ['the Redis of the job queue does not answer: no offers until it does'];
  const http = await serveHttp({ host: settings.host, port: settings.httpPort, isReady, log });
  const server = await startRpcServer({
    host: settings.host,
    port: settings.grpcPort,
    maxMessageBytes: settings.maxMessageBytes,
    handlers: [allocateHandler(sessions)],
    log,
  });

  return {
    endpoints: { grpc: server.address, http: http.address },
    async stop() {
      pacer.stop();
      await server.stop();
      await queue.close();
      await http.close();
      redis.disconnect();
    },
  };
}

const SILENT = { info: () => undefined, warn: () => undefined };

/** Thrown where BullMQ cannot take it for a failed job: half a cycle leaves books that nobody can trust. */
function endAsBug(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
