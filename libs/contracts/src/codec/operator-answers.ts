import {
  GetAgentsResponse,
  type GetAgentsResponse_Agent as WireAgent,
  GetFrameworksResponse,
  type GetFrameworksResponse_Framework as WireFramework,
  GetTasksRequest,
  GetTasksResponse,
  GetVersionResponse,
} from '../gen/holdfast/v1/operator_service';
import { type Task as WireTask, TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import type { AgentsAnswer, FrameworksAnswer, TasksAnswer, TasksQuery, VersionAnswer } from '../messages';
import { readAgentInfo, writeAgentInfo } from './agent';
import { writeHealthCheck } from './check';
import { defineCodec, malformed, readEach, readPart, required, writeBytes } from './edge';
import { readFrameworkInfo, writeFrameworkInfo } from './framework';
import { readId, readIdText, readOptionalId, writeId, writeOptionalId } from './ids';
import { writeLabels } from './label';
import { readOffer, writeOffer } from './offer';
import { FULL_FORM, readResources, writeResources } from './resource';
import { readTaskInfo, writeKillPolicy } from './task';
import { writeLimits } from './task-limits';
import { writeTaskState } from './task-state';
import { readTaskStatus, writeTaskStatus } from './task-status';

export const versionAnswerCodec = defineCodec(
  GetVersionResponse,
  ({ version }: VersionAnswer) => ({ versionInfo: { version } }),
  (wire): VersionAnswer => ({ version: required(wire.versionInfo?.version, 'version_info.version') }),
);

type AnsweredAgent = AgentsAnswer['agents'][number];

const readAgent = (wire: WireAgent): AnsweredAgent => ({
  info: readPart(wire.agentInfo, 'agent_info', readAgentInfo),
  storeId: readIdText(wire.storeId, 'store_id'),
  active: required(wire.active, 'active'),
  total: readResources(wire.totalResources, 'total_resources'),
  allocated: readResources(wire.allocatedResources, 'allocated_resources'),
  offered: readResources(wire.offeredResources, 'offered_resources'),
});

const writeAgent = ({ info, storeId, active, total, allocated, offered }: AnsweredAgent): WireAgent => ({
  agentInfo: writeAgentInfo(info),
  active,
  totalResources: writeResources(total),
  allocatedResources: writeResources(allocated),
  offeredResources: writeResources(offered),
  storeId,
});

/** Shared volumes are listed once, whoever uses them; ListHolders tells who. */
export const agentsAnswerCodec = defineCodec(
  GetAgentsResponse,
  ({ agents }: AgentsAnswer) => ({ agents: agents.map(writeAgent) }),
  (wire): AgentsAnswer => ({ agents: readEach(wire.agents, 'agents', readAgent) }),
);

type AnsweredFramework = FrameworksAnswer['frameworks'][number];

const readFramework = (wire: WireFramework): AnsweredFramework => ({
  info: readPart(wire.frameworkInfo, 'framework_info', readFrameworkInfo),
  connected: required(wire.connected, 'connected'),
  offers: readEach(wire.offers, 'offers', readOffer),
});

const writeFramework = ({ info, connected, offers }: AnsweredFramework): WireFramework => ({
  frameworkInfo: writeFrameworkInfo(info),
  connected,
  offers: offers.map((offer) => writeOffer(offer, FULL_FORM)),
});

export const frameworksAnswerCodec = defineCodec(
  GetFrameworksResponse,
  ({ frameworks }: FrameworksAnswer) => ({ frameworks: frameworks.map(writeFramework) }),
  (wire): FrameworksAnswer => ({ frameworks: readEach(wire.frameworks, 'frameworks', readFramework) }),
);

export const tasksQueryCodec = defineCodec(
  GetTasksRequest,
  ({ frameworkId }: TasksQuery) => ({ frameworkId: writeOptionalId(frameworkId) }),
  (wire): TasksQuery => {
    const frameworkId = readOptionalId(wire.frameworkId, 'framework_id');
    return frameworkId === undefined ? {} : { frameworkId };
  },
);

type AnsweredTask = TasksAnswer['tasks'][number];

/** Task has room for neither the command, the data, the check nor all of the executor. */
function readTask(wire: WireTask): AnsweredTask {
  const { name, taskId, agentId, resources, labels, killPolicy, healthCheck, limits } = wire;
  const info = readTaskInfo(writeBytes(WireTaskInfo, { name, taskId, agentId, resources, labels, killPolicy, healthCheck, limits }));
  const status = wire.statuses.at(-1);
  if (status === undefined) malformed('statuses', 'must not be empty');
  return { frameworkId: readId(wire.frameworkId, 'framework_id'), info, status: readPart(status, 'statuses', readTaskStatus) };
}

const writeTask = ({ frameworkId, info, status }: AnsweredTask): WireTask => ({
  name: info.name,
  taskId: writeId(info.taskId),
  frameworkId: writeId(frameworkId),
  executorId: writeOptionalId(info.executor?.executorId),
  agentId: writeId(info.agentId),
  state: writeTaskState(status.state),
  resources: writeResources(info.resources),
  statuses: [writeTaskStatus(status)],
  labels: writeLabels(info.labels),
  healthCheck: info.healthCheck && writeHealthCheck(info.healthCheck),
  killPolicy: writeKillPolicy(info.killGraceMs),
  limits: writeLimits(info.limits),
});

export const tasksAnswerCodec = defineCodec(
  GetTasksResponse,
  ({ tasks }: TasksAnswer) => ({ tasks: tasks.map(writeTask) }),
  (wire): TasksAnswer => ({ tasks: readEach(wire.tasks, 'tasks', readTask) }),
);
