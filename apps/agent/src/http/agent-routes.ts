import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Timers } from '@holdfast/core/base';
import type { Verifier } from '@holdfast/platform/credentials';
import { requireCredentials } from './access';
import type { AgentFiles } from './agent-files';
import { agentState, type StateSources } from './agent-state';
import { answerJson, answerText, queryOf } from './answer-json';
import { FairPace } from './fair-pace';
import { addFileRoutes } from './files';
import { versionJson } from './mesos-version';
import { metricsSnapshot } from './metrics-snapshot';
import { parseDuration } from './mesos-duration';
import type { LoggingLevel } from './logging-level';
import { addOperatorApi } from './operator-api';
import { type ContainerQuery, shownContainers } from './shown-containers';

/** What the agent knows once it has recovered. */
export interface AgentSources extends StateSources {
  readonly files: AgentFiles;
}

export interface AgentRoutesDeps {
  /** Whom it asks for credentials; undefined: nobody. */
  readonly verifier: Verifier | undefined;
  readonly version: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly timers: Pick<Timers, 'after'>;
  readonly nowMs: () => number;
  /** Undefined where it cannot be changed. */
  readonly logging: LoggingLevel | undefined;
  /** Undefined while it recovers. */
  readonly sources: () => AgentSources | undefined;
}

type Answer = (request: FastifyRequest, reply: FastifyReply, sources: AgentSources) => FastifyReply | Promise<FastifyReply>;

/** How long somebody may wait for their turn to have everything measured. */
const LONGEST_WAIT_MS = 10_000;
const STATISTICS_PER_SECOND = 2;

/** The unversioned endpoints of an agent (wire 11) and its operator API (wire 7.3); targets have the spelling that `canonicalTarget` gives them. */
export async function addAgentRoutes(app: FastifyInstance, deps: AgentRoutesDeps): Promise<void> {
  await app.register(async (scope) => {
    if (deps.verifier) requireCredentials(scope, deps.verifier);
    readBodiesAsTheyAre(scope);
    const pace = new FairPace(STATISTICS_PER_SECOND, LONGEST_WAIT_MS, deps);
    const recovered = (route: string, answer: Answer) =>
      scope.all(route, (request, reply) => {
        const sources = deps.sources();
        return sources ? answer(request, reply, sources) : answerText(reply, 503, 'The agent is still recovering.');
      });

    scope.all('/health', async (_request, reply) => reply.send());
    scope.all('/version', async (request, reply) => answerJson(request, reply, versionJson(deps.version)));
    scope.all('/flags', async (request, reply) => answerJson(request, reply, { flags: deps.flags }));
    scope.all('/metrics/snapshot', async (request, reply) => {
      const timeout = queryOf(request, 'timeout');
      if (timeout !== undefined && parseDuration(timeout) === undefined) {
        return answerText(reply, 400, `timeout must be a length of time such as 5secs; it is ${JSON.stringify(timeout)}.`);
      }
      return answerJson(request, reply, await metricsSnapshot(metricSources(deps)));
    });
    recovered('/state', (request, reply, sources) => answerJson(request, reply, agentState(sources)));
    recovered('/containers', async (request, reply, sources) => {
      const query = containerQuery(request);
      if (typeof query === 'string') return answerText(reply, 400, query);
      return answerJson(request, reply, await shownContainers({ ...sources, nowMs: deps.nowMs }, query));
    });
    recovered('/monitor/statistics', async (request, reply, sources) => {
      if (deps.verifier && request.method !== 'GET') {
        return answerText(reply.header('Allow', 'GET'), 405, `Statistics are read with GET, not ${request.method}.`);
      }
      const turn = pace.turn();
      if (!turn) return answerText(reply.header('Retry-After', '1'), 429, 'Too many ask for the statistics: they are told twice a second.');
      await turn;
      const containers = await shownContainers({ ...sources, nowMs: deps.nowMs });
      return answerJson(request, reply, containers.map(statisticsOf));
    });
    addFileRoutes(scope, () => deps.sources()?.files);
    addOperatorApi(scope, () => {
      const sources = deps.sources();
      return sources && { sources, nowMs: deps.nowMs, logging: deps.logging, metrics: () => metricsSnapshot(metricSources(deps)) };
    });
  });
}

/** Read endpoints look neither at the method nor at a body, whatever it is called (wire 10). */
function readBodiesAsTheyAre(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

function metricSources({ sources, nowMs }: AgentRoutesDeps) {
  const known = sources();
  if (!known) return undefined;
  const { startedMs, isRegistered, checkpoint, tasks, executors } = known;
  return { startedMs, nowMs, isRegistered, tasks, executors, total: () => checkpoint.total };
}

/** What is wrong with the question, if it cannot be answered (wire 11). */
function containerQuery(request: FastifyRequest): ContainerQuery | string {
  const [containerId, frameworkId, executorId] = ['container_id', 'framework_id', 'executor_id'].map((name) => queryOf(request, name));
  if (containerId !== undefined && (frameworkId !== undefined || executorId !== undefined)) {
    return 'container_id names one container already: leave framework_id and executor_id away.';
  }
  if (executorId !== undefined && frameworkId === undefined) return 'An executor_id needs the framework_id that it belongs to.';
  return { containerId, frameworkId, executorId };
}

const statisticsOf = ({
  framework_id,
  executor_id,
  executor_name,
  source,
  statistics,
}: Awaited<ReturnType<typeof shownContainers>>[number]) => ({
  framework_id,
  executor_id,
  executor_name,
  source,
  statistics,
});
