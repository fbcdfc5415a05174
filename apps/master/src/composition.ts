import { descriptorSet, publicServices, type MasterInfo } from '@holdfast/contracts';
import { BodyReader } from '@holdfast/platform/mesos-http';
import { serveHttp, type Logger, type RunningService } from '@holdfast/platform/process';
import { connectRedis } from '@holdfast/platform/redis';
import { createRpcClient, startRpcServer } from '@holdfast/platform/rpc';
import { realWorld } from '@holdfast/platform/world';
import { version } from '../package.json';
import { AgentBook, RedisAgentStore, watchAgents } from './agents';
import { Registrations } from './agents/registrations';
import { recoverAgents } from './agents/recover-agents';
import { AllocatorLink } from './allocator';
import { openAccessFiles } from './authentication';
import type { MasterSettings } from './config';
import type { Deps } from './deps';
import { takeDrained } from './drains/take-drained';
import { ExecutorBook } from './executors';
import { FrameworkBook, RedisFrameworkStore } from './frameworks';
import { recoverFrameworks } from './frameworks/recover-frameworks';
import { claimLeadership, type StaleLeader } from './leadership';
import { RemoteLedger } from './ledger';
import { mesosDoor, schedulerCalls } from './mesos-door';
import { masterMetrics } from './metrics';
import { OfferBook } from './offers/offer-book';
import { watchOffers } from './offers/watch-offers';
import { OperationBook } from './operations';
import { makeOffers } from './offers/make-offers';
import { agentLinkHandlers } from './rpc/agent-link-service';
import { operatorHandlers } from './rpc/operator-service';
import { schedulerHandlers } from './rpc/scheduler-service';
import { volumeHandlers } from './rpc/volume-service';
import { snapshotBooks } from './snapshot';
import { reportAnew, reportAnewWhereNeeded } from './agents/report-anew';
import { TaskBook } from './tasks/task-book';
import { InspectionBook } from './verification/inspection-book';
import type { StoreVerdict } from './verification/look-at-store';
import { StoreTurns } from './verification/store-turns';

/** Builds the master from its settings; resolves when it serves. Waits for Redis, since it leads nobody without an epoch. */
export async function startMaster(settings: MasterSettings, log: Logger): Promise<RunningService> {
  const world = realWorld();
  const access = await openAccessFiles(settings, log);
  const redis = connectRedis({ url: settings.redisUrl, name: 'holdfast-master', log, whileAway: 'wait' });
  let isLeading = false;
  const http = await serveHttp({
    host: settings.host,
    port: settings.httpPort,
    isReady: () => (isLeading ? notReady(deps) : ['waiting for Redis, to claim an epoch']),
    first: mesosDoor({
      leader: () => (isLeading ? { kind: 'us', hostname: settings.hostname, port: http.port } : { kind: 'none' }),
      authenticator: access.authenticator,
      calls: schedulerCalls(() => deps),
      bodies: new BodyReader({
        maxBodyBytes: settings.maxBodyBytes,
        maxArrivingBytes: 16 * settings.maxBodyBytes,
        setting: 'HOLDFAST_MASTER_MAX_BODY_BYTES',
      }),
      world,
      log,
      version,
    }),
    log,
  });
  const leadership = await claimLeadership(redis, settings.keyPrefix, world.ids);
  const self: MasterInfo = {
    id: leadership.masterId,
    hostname: settings.hostname,
    ip: settings.host,
    port: http.port,
    version,
    ...(settings.domain && { domain: settings.domain }),
  };
  const stopAsStale = (cause: StaleLeader | { message: string }) => {
    log.fatal({ err: cause }, 'another master leads; this one stops');
    process.exit(1);
  };

  const stopAsUnsafe = (problem: string) => {
    log.fatal(problem);
    process.exit(1);
  };

  const books = {
    agents: new AgentBook(),
    registrations: new Registrations(),
    frameworks: new FrameworkBook(),
    offers: new OfferBook(),
    tasks: new TaskBook(),
    executors: new ExecutorBook(),
    operations: new OperationBook(),
    inspections: new InspectionBook(),
    verifications: new StoreTurns<StoreVerdict>(),
  };
  const allocatorClient = createRpcClient({ address: settings.allocator });
  const registryClient = createRpcClient({ address: settings.registry });
  const deps: Deps = {
    world,
    log,
    settings,
    self,
    leadership,
    ...access,
    ...books,
    frameworkStore: new RedisFrameworkStore(redis, settings.keyPrefix, log),
    agentStore: new RedisAgentStore(redis, settings.keyPrefix),
    metrics: masterMetrics({
      offers: () => books.offers.size,
      frameworks: () => [...books.frameworks.all()].filter(({ stream }) => stream).length,
      agents: () => [...books.agents.all()].filter(({ state }) => state === 'connected').length,
      draining: () => [...books.agents.all()].reduce((sum, { drains }) => sum + drains.size, 0),
    }),
    ledger: new RemoteLedger(
      registryClient,
      leadership,
      world,
      {
        storeInDoubt: (storeId, reason) => reportAnew(deps, storeId, reason),
        drained: (storeId, volumes) => takeDrained(deps, storeId, volumes),
        ledgerBack: () => reportAnewWhereNeeded(deps),
        fenced: stopAsStale,
      },
      log,
    ),
    allocator: new AllocatorLink(
      allocatorClient,
      {
        snapshot: () => snapshotBooks(deps),
        allocations: (response) => makeOffers(deps, response),
      },
      log,
    ),
  };
  await recoverFrameworks(deps);
  const recovered = await recoverAgents(deps);
  const server = await startRpcServer({
    host: settings.host,
    port: settings.grpcPort,
    maxMessageBytes: settings.maxMessageBytes,
    reflection: { descriptorSet, services: publicServices },
    handlers: [...schedulerHandlers(deps), ...operatorHandlers(deps), ...volumeHandlers(deps), ...agentLinkHandlers(deps, stopAsStale)],
    log,
  });
  const stopWatching = watchAgents(deps, recovered, stopAsUnsafe);
  const stopExpiring = watchOffers(deps);
  isLeading = true;

  return {
    endpoints: { grpc: server.address, http: http.address },
    async stop() {
      stopWatching();
      stopExpiring();
      (deps.ledger as RemoteLedger).stop();
      (deps.allocator as AllocatorLink).stop();
      await server.stop();
      await http.close();
      allocatorClient.close();
      registryClient.close();
      redis.disconnect();
    },
  };
}

function notReady(deps: Deps): string[] {
  return [
    ...(deps.allocator.isLinked ? [] : ['the allocator is not connected']),
    ...(deps.ledger.isLinked ? [] : ['the volume registry is not connected']),
  ];
}
