import { isTerminal } from '@holdfast/core/tasks';
import type { AgentSources } from './agent-routes';
import { executorsOf, type ShownExecutor } from './executors-of';
import type { LoggingLevel } from './logging-level';
import { versionJson } from './mesos-version';
import {
  CallRefusal,
  type OperatorCall,
  optionalNumber,
  requiredBody,
  requiredDuration,
  requiredNumber,
  requiredText,
} from './operator-call';
import { shownContainers } from './shown-containers';
import { agentInfoJson, executorInfoJson, frameworkInfoJson, idJson, operationJson, taskJson } from './v1-json';

export interface OperatorSurroundings {
  readonly sources: AgentSources;
  readonly nowMs: () => number;
  readonly metrics: () => Promise<Readonly<Record<string, number>>>;
  readonly logging: LoggingLevel | undefined;
}

type Answering = (call: OperatorCall, around: OperatorSurroundings) => object | undefined | Promise<object | undefined>;

/** What is answered below the key that is named like the type; undefined: nothing, the status says it all (wire 7.3). */
const ANSWERS: Readonly<Record<string, Answering>> = {
  GET_HEALTH: () => ({ healthy: true }),
  GET_FLAGS: (_call, { sources }) => ({ flags: Object.entries(sources.flags).map(([name, value]) => ({ name, value })) }),
  GET_VERSION: (_call, { sources }) => {
    const { version, build_user } = versionJson(sources.version);
    return { version_info: { version, build_user } };
  },
  GET_METRICS: async (call, { metrics }) => {
    const body = requiredBody(call);
    if (body['timeout'] !== undefined && body['timeout'] !== null) requiredDuration(body, 'timeout');
    return { metrics: Object.entries(await metrics()).map(([name, value]) => ({ name, value })) };
  },
  GET_LOGGING_LEVEL: (_call, { logging }) => ({ level: logging?.get() ?? 0 }),
  SET_LOGGING_LEVEL: (call, { logging }) => {
    const body = requiredBody(call);
    const [level, durationMs] = [requiredNumber(body, 'level'), requiredDuration(body, 'duration')];
    if (!logging) throw new CallRefusal(501, 'The log of this agent has no level that can be changed.');
    logging.set(level, durationMs);
    return undefined;
  },
  LIST_FILES: async (call, { sources }) => {
    const { infos } = await sources.files.list(requiredText(requiredBody(call), 'path'));
    return { file_infos: infos.map(({ mtimeMs, ...info }) => ({ ...info, mtime: { nanoseconds: Math.floor(mtimeMs) * 1_000_000 } })) };
  },
  READ_FILE: async (call, { sources }) => {
    const body = requiredBody(call);
    const path = requiredText(body, 'path');
    const { size, data } = await sources.files.read(path, {
      offset: requiredNumber(body, 'offset'),
      length: optionalNumber(body, 'length'),
    });
    return { size, data: data.toString('base64') };
  },
  GET_STATE: (_call, { sources }) => ({
    get_tasks: tasksOf(sources),
    get_executors: executorsJson(sources),
    get_frameworks: frameworksJson(sources),
  }),
  GET_CONTAINERS: async (_call, { sources, nowMs }) => ({
    containers: (await shownContainers({ ...sources, nowMs })).map((container) => ({
      framework_id: idJson(container.framework_id),
      executor_id: idJson(container.executor_id),
      executor_name: container.executor_name,
      container_id: idJson(container.container_id),
      container_status: container.status,
      resource_statistics: container.statistics,
    })),
  }),
  GET_FRAMEWORKS: (_call, { sources }) => frameworksJson(sources),
  GET_EXECUTORS: (_call, { sources }) => executorsJson(sources),
  GET_OPERATIONS: (_call, { sources }) => ({
    operations: sources.feedback.reports().map(({ frameworkId, status }) => operationJson(frameworkId, sources.agentId() ?? '', status)),
  }),
  GET_TASKS: (_call, { sources }) => tasksOf(sources),
  GET_AGENT: (_call, { sources }) => ({
    agent_info: agentInfoJson({
      id: sources.agentId(),
      hostname: sources.hostname,
      port: Number(sources.endpoint.split(':').at(-1)),
      total: sources.checkpoint.total,
      attributes: sources.attributes,
      ...(sources.domain && { domain: sources.domain }),
    }),
  }),
  GET_RESOURCE_PROVIDERS: () => ({ resource_providers: [] }),
};

/** Calls of Mesos that this agent does not carry out. */
const ELSEWHERE = new Set([
  'LAUNCH_NESTED_CONTAINER',
  'WAIT_NESTED_CONTAINER',
  'KILL_NESTED_CONTAINER',
  'REMOVE_NESTED_CONTAINER',
  'LAUNCH_NESTED_CONTAINER_SESSION',
  'ATTACH_CONTAINER_INPUT',
  'ATTACH_CONTAINER_OUTPUT',
  'LAUNCH_CONTAINER',
  'WAIT_CONTAINER',
  'KILL_CONTAINER',
  'REMOVE_CONTAINER',
  'ADD_RESOURCE_PROVIDER_CONFIG',
  'UPDATE_RESOURCE_PROVIDER_CONFIG',
  'REMOVE_RESOURCE_PROVIDER_CONFIG',
  'MARK_RESOURCE_PROVIDER_GONE',
  'PRUNE_IMAGES',
  'UNKNOWN',
]);

/** The whole answer to a call; undefined: 200 without a body. Throws CallRefusal and FileRefusal. */
export async function answerCall(call: OperatorCall, around: OperatorSurroundings): Promise<object | undefined> {
  const { type } = call;
  const answering = Object.hasOwn(ANSWERS, type) ? ANSWERS[type] : undefined;
  if (!answering) {
    if (ELSEWHERE.has(type)) throw new CallRefusal(501, `This agent does not carry out ${type}.`);
    throw new CallRefusal(400, `There is no call of the type ${JSON.stringify(type)}.`);
  }
  const answer = await answering(call, around);
  return answer && { type, [type.toLowerCase()]: answer };
}

function tasksOf({ tasks, agentId }: AgentSources): object {
  const all = [...tasks()];
  const id = agentId() ?? '';
  const over = all.filter(({ state }) => isTerminal(state));
  const queued = all.filter(({ state }) => state === 'TASK_STAGING');
  const launched = all.filter((task) => !over.includes(task) && !queued.includes(task));
  return {
    pending_tasks: [],
    queued_tasks: queued.map((task) => taskJson(task, id)),
    launched_tasks: launched.map((task) => taskJson(task, id)),
    terminated_tasks: over.filter(({ isGone }) => !isGone).map((task) => taskJson(task, id)),
    completed_tasks: over.filter(({ isGone }) => isGone).map((task) => taskJson(task, id)),
  };
}

function executorsJson(sources: AgentSources): object {
  const executors = executorsOf(sources);
  const shown = (wanted: boolean) =>
    executors.filter(({ isGone }) => isGone === wanted).map((executor) => ({ executor_info: executorInfoJson(executor) }));
  return { executors: shown(false), completed_executors: shown(true) };
}

function frameworksJson(sources: AgentSources): object {
  const executors = executorsOf(sources);
  const live = new Map(executors.filter(({ isGone }) => !isGone).map(entryOf));
  const over = new Map(executors.filter(({ frameworkId }) => !live.has(frameworkId)).map(entryOf));
  const shown = (some: ReadonlyMap<string, ShownExecutor>) =>
    [...some.values()].map(({ framework }) => ({ framework_info: frameworkInfoJson(framework) }));
  return { frameworks: shown(live), completed_frameworks: shown(over) };
}

const entryOf = (executor: ShownExecutor) => [executor.frameworkId, executor] as const;
