import fastify, { type FastifyInstance } from 'fastify';
import { collectMetrics } from '../telemetry';
import { ListenFault } from './listen-fault';
import type { Logger } from './logger';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** True: ready. A list: what is missing, in words; empty means ready. */
  readonly isReady: () => boolean | readonly string[];
  readonly log: Logger;
  /** A larger body is answered with 413; 4 MiB if not given. */
  readonly maxBodyBytes?: number;
  /** Adds routes; fastify takes none once it listens. */
  readonly routes?: (app: FastifyInstance) => void | Promise<void>;
}

export interface HttpServer {
  readonly port: number;
  /** `http://host:port` */
  readonly address: string;
  readonly app: FastifyInstance;
  /** Takes no new requests, gives those under way a second, then closes every connection. */
  close(): Promise<void>;
}

/** A client gets this long to send its whole request; answers may stream for ever. */
const REQUEST_TIMEOUT_MS = 60_000;
const CLOSE_GRACE_MS = 1000;

/** Serves /healthz, /readyz (503 with the reasons) and /metrics (Prometheus text), and what `routes` adds. */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { host, log } = options;
  const app = fastify({
    bodyLimit: options.maxBodyBytes ?? 4 * 1024 * 1024,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Event streams may be silent between heartbeats: TCP finds out whether the other side still exists.
    connectionTimeout: 0,
    http: { keepAlive: true, keepAliveInitialDelay: 30_000 },
    forceCloseConnections: 'idle',
  });
  app.addHook('onError', async (request, _reply, error) => {
    if ((error.statusCode ?? 500) >= 500) log.error({ method: request.method, url: request.url, err: error }, 'an HTTP handler has a bug');
  });
  addHealth(app, options);
  await options.routes?.(app);

  await app.listen({ host, port: options.port }).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall === undefined ? error : new ListenFault(host, options.port, error.code ?? 'unknown', error);
  });
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  return {
    port,
    address: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    app,
    close: () => close(app),
  };
}

function addHealth(app: FastifyInstance, { isReady, log }: HttpServerOptions): void {
  app.get('/healthz', async () => ({ status: 'ok' }));

  app.get('/readyz', async (_request, reply) => {
    const ready = isReady();
    const reasons = ready === true ? [] : ready === false ? ['starting'] : ready;
    if (reasons.length === 0) return { status: 'ready' };
    return reply.code(503).send({ status: 'not_ready', reasons });
  });

  app.get('/metrics', async (_request, reply) => {
    const { text, errors } = await collectMetrics();
    for (const error of errors) log.error({ err: error }, 'a metric could not be read');
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
}

async function close(app: FastifyInstance): Promise<void> {
  const force = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  await app.close();
  clearTimeout(force);
}
