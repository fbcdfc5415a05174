import { serveHttp, type Logger, type RunningService } from '@holdfast/platform/process';
import { startRpcServer } from '@holdfast/platform/rpc';
import type { RegistrySettings } from './config';
import { ObservedLedgerFeed, ObservedVolumeStore, openLedger } from './ledger';
import { registryMetrics } from './metrics';
import { registryHandlers } from './rpc';

/** Builds the registry from its settings; resolves when it serves, whether or not Redis is there yet. */
export async function startRegistry(settings: RegistrySettings, log: Logger): Promise<RunningService> {
  const { host, grpcPort, httpPort, maxMessageBytes, redisUrl, keyPrefix, historyLength, waitMs, probeMs } = settings;
  const ledger = openLedger({ redisUrl, keyPrefix, historyLength, waitMs, probeMs, log });
  const metrics = registryMetrics(ledger.waiting);
  const store = new ObservedVolumeStore(ledger.store, metrics, log);
  const feed = new ObservedLedgerFeed(ledger.feed, metrics);
  const isReady = () => {
    const problems = ledger.problems();
    return problems.length === 0 ? true : problems;
  };
  const http = await serveHttp({ host, port: httpPort, isReady, log });
  const server = await startRpcServer({
    host,
    port: grpcPort,
    maxMessageBytes,
    handlers: registryHandlers(store, feed, ledger.onRestart),
    log,
  });

  return {
    endpoints: { grpc: server.address, http: http.address },
    async stop() {
      await server.stop();
      await ledger.close();
      await http.close();
    },
  };
}
