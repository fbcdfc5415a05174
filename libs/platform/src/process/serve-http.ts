import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import fastify, { type FastifyInstance, type FastifyServerFactoryHandler } from 'fastify';
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
  /** A client gets this long to send its whole request, its head within a quarter of it; a minute if not given. Answers may stream for ever. */
  readonly requestTimeoutMs?: number;
  /** Sees each request before the routes do; true: it answers it, whatever the path, method or headers, and reads the body itself. */
  readonly first?: (request: IncomingMessage, response: ServerResponse) => boolean;
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

const REQUEST_TIMEOUT_MS = 60_000;
/** Longer than the clients' own, so that they, who may be about to send, end idle connections. */
const KEEP_ALIVE_MS = 72_000;
const CLOSE_GRACE_MS = 1000;

/** Serves /healthz, /readyz (503 with the reasons) and /metrics (Prometheus text), and what `routes` adds. */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { host, log } = options;
  const app = fastify({
    bodyLimit: options.maxBodyBytes ?? 4 * 1024 * 1024,
    serverFactory: (routes) => listenTo(options, routes),
    forceCloseConnections: 'idle',
  });
  app.addHook('onError', async (request, _reply, error) => {
    if ((error.statusCode ?? 500) >= 500) log.error({ method: request.method, url: request.url, err: error }, 'an HTTP handler has a bug');
  });
  // Before any body is looked at: a path that is not there is 404, whatever is sent to it.
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return reply.code(404).type('text/plain; charset=utf-8').send(`Nothing is at ${request.url}.`);
    return undefined;
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

function listenTo({ first, requestTimeoutMs = REQUEST_TIMEOUT_MS }: HttpServerOptions, routes: FastifyServerFactoryHandler): Server {
  return createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.ceil(requestTimeoutMs / 4),
      // How often Node looks for requests that are late.
      connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 12),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Event streams may be silent between heartbeats: TCP finds out whether the other side still exists.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    },
    first ? (request, response) => void (first(request, response) || routes(request, response)) : routes,
  );
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
