import type { AgentMessage } from '@holdfast/contracts';
import type { World } from '@holdfast/core/base';
import { BodyReader } from '@holdfast/platform/mesos-http';
import { type HttpServer, type Logger, serveHttp } from '@holdfast/platform/process';
import { version } from '../package.json';
import type { AgentSettings } from './config';
import { executorDoor, type ExecutorKeeper } from './executors';
import { addAgentRoutes, type AgentSources, canonicalTarget, loggingLevel, openAccess } from './http';

export interface HttpPortDeps {
  readonly world: World;
  readonly log: Logger;
  /** As /flags shows them. */
  readonly flags: Readonly<Record<string, string>>;
  /** Undefined while the agent recovers, and so are `sources`. */
  readonly executors: () => ExecutorKeeper | undefined;
  readonly sources: () => AgentSources | undefined;
  /** To the master, if there is one just now. */
  readonly send: (message: AgentMessage) => void;
}

/** Opens the one HTTP port of the agent, for operators and custom executors, who are told so while it still recovers. */
export async function openHttpPort(settings: AgentSettings, deps: HttpPortDeps): Promise<HttpServer> {
  const { world, log, flags, executors, sources, send } = deps;
  const verifier = await openAccess(settings, log);
  const toExecutors = executorDoor({
    executors,
    toFramework: ({ frameworkId, executorId, data }) => send({ kind: 'executor_message', frameworkId, executorId, data }),
    bodies: new BodyReader({
      maxBodyBytes: settings.maxBodyBytes,
      maxArrivingBytes: 16 * settings.maxBodyBytes,
      setting: 'HOLDFAST_AGENT_MAX_BODY_BYTES',
    }),
    timers: world,
    log,
  });
  return serveHttp({
    host: settings.host,
    port: settings.httpPort,
    log,
    isReady: () => {
      const known = sources();
      return !known ? ['recovering'] : known.isRegistered() ? true : [`not registered with the master at ${settings.master}`];
    },
    first: (request, response) => {
      request.url = canonicalTarget(request.url ?? '');
      return toExecutors(request, response);
    },
    routes: (app) =>
      addAgentRoutes(app, {
        verifier,
        version,
        flags,
        timers: world,
        nowMs: () => world.nowMs(),
        logging: loggingLevel(log, world),
        sources,
      }),
  });
}
