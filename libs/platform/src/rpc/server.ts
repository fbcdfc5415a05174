import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { ListenFault, type Logger } from '../process';
import type { RpcHandler } from './handler';
import type { Endable } from './handler-failure';
import { hostPort, LISTENER_OPTIONS } from './channel-options';
import { addReflection } from './reflection';

export interface RpcServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly handlers: readonly RpcHandler[];
  /** A larger request is refused with RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes: number;
  /** A FileDescriptorSet and the full names of the services that reflection shows. */
  readonly reflection?: { readonly descriptorSet: Buffer; readonly services: readonly string[] };
  readonly log: Logger;
}

export interface RpcServer {
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  /** Takes no new calls, ends open streams with UNAVAILABLE, waits up to `graceMs` (2000) for unary calls, then closes all. */
  stop(graceMs?: number): Promise<void>;
}

/** Serves the handlers, the standard health service (whole server and each service) and, if wanted, reflection. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { handlers, maxMessageBytes, reflection, log } = options;
  const openStreams = new Set<Endable>();
  const server = new Server({
    ...LISTENER_OPTIONS,
    'grpc.max_receive_message_length': maxMessageBytes,
  });
  for (const handler of handlers) handler.register(server, { log, openStreams });
  const health = addHealth(server, handlers);
  if (reflection) addReflection(server, reflection);

  const port = await listen(server, options);
  let stopped: Promise<void> | undefined;
  return {
    port,
    address: hostPort(options.host, port),
    stop: (graceMs = 2000) => (stopped ??= stop(server, openStreams, health, graceMs)),
  };
}

interface Health {
  readonly implementation: HealthImplementation;
  readonly services: readonly string[];
}

function addHealth(server: Server, handlers: readonly RpcHandler[]): Health {
  const services = ['', ...new Set(handlers.map(({ path }) => path.slice(1, path.lastIndexOf('/'))))];
  const implementation = new HealthImplementation(Object.fromEntries(services.map((service) => [service, 'SERVING'] as const)));
  implementation.addToServer(server);
  return { implementation, services };
}

function listen(server: Server, { host, port }: RpcServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(hostPort(host, port), ServerCredentials.createInsecure(), (error, bound) => {
      // grpc-js tells the reason only in its text.
      if (error) reject(new ListenFault(host, port, /\bE[A-Z]{4,}\b/.exec(error.message)?.[0] ?? 'unknown', error));
      else resolve(bound);
    });
  });
}

function stop(server: Server, openStreams: ReadonlySet<Endable>, health: Health, graceMs: number): Promise<void> {
  for (const service of health.services) health.implementation.setStatus(service, 'NOT_SERVING');
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
    // Streams end only when somebody ends them; their clients come back elsewhere, or when we do.
    for (const stream of openStreams) stream.fail({ code: status.UNAVAILABLE, details: 'the server is stopping' });
  });
}
