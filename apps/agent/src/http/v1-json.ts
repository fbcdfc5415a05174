import type { FaultDomain, FrameworkInfo, OperationStatus } from '@holdfast/core/offers';
import { type Attribute, fromMilli, type Label, resourceJson, type Resources } from '@holdfast/core/resources';
import type { TaskStatus } from '@holdfast/core/tasks';
import type { ShownExecutor, ShownTask } from './executors-of';
import { nameOf } from './task-json';

/** Messages of Mesos v1 as the agent operator API shows them (wire 7.3): ids are objects, agents are called agents. */
export const idJson = (value: string): object => ({ value });

export const frameworkInfoJson = (info: FrameworkInfo): object => ({
  user: info.user,
  name: info.name,
  ...(info.id !== undefined && { id: idJson(info.id) }),
  failover_timeout: info.failoverTimeoutMs / 1000,
  checkpoint: info.checkpoint,
  ...(info.capabilities.has('MULTI_ROLE') ? { roles: info.roles } : { role: info.roles[0] ?? '*' }),
  ...(info.hostname !== undefined && { hostname: info.hostname }),
  ...(info.principal !== undefined && { principal: info.principal }),
  ...(info.webuiUrl !== undefined && { webui_url: info.webuiUrl }),
  ...(info.capabilities.size > 0 && { capabilities: [...info.capabilities].map((type) => ({ type })) }),
  ...labelsJson(info.labels),
});

export const executorInfoJson = (executor: ShownExecutor): object => ({
  ...(executor.info?.type && { type: executor.info.type }),
  executor_id: idJson(executor.executorId),
  framework_id: idJson(executor.frameworkId),
  name: nameOf(executor),
  ...resourcesJson(executor.info?.resources),
  ...labelsJson(executor.info?.labels),
});

export function taskJson({ ref, record, state, statuses, pid }: ShownTask, agentId: string): object {
  const { info } = record;
  return {
    name: info.name,
    task_id: idJson(ref.taskId),
    framework_id: idJson(ref.frameworkId),
    ...(info.executor && { executor_id: idJson(info.executor.executorId) }),
    agent_id: idJson(agentId),
    state,
    ...resourcesJson(info.resources),
    statuses: statuses.map((status) => ({
      ...statusJson(status),
      container_status: { container_id: idJson(ref.launchId), ...(pid !== undefined && { executor_pid: pid }) },
    })),
    ...labelsJson(info.labels),
  };
}

const statusJson = (status: TaskStatus): object => ({
  task_id: idJson(status.taskId),
  state: status.state,
  ...(status.message !== undefined && { message: status.message }),
  source: status.source,
  ...(status.reason !== undefined && { reason: status.reason }),
  ...(status.agentId !== undefined && { agent_id: idJson(status.agentId) }),
  ...(status.executorId !== undefined && { executor_id: idJson(status.executorId) }),
  timestamp: status.timestampMs / 1000,
  ...(status.uuid && { uuid: Buffer.from(status.uuid).toString('base64') }),
  ...(status.healthy !== undefined && { healthy: status.healthy }),
  ...labelsJson(status.labels),
});

/** Of the operation itself the agent knows no more than what became of it. */
export const operationJson = (frameworkId: string, agentId: string, status: OperationStatus): object => ({
  framework_id: idJson(frameworkId),
  agent_id: idJson(agentId),
  info: { type: 'UNKNOWN', ...(status.operationId !== undefined && { id: idJson(status.operationId) }) },
  latest_status: {
    ...(status.operationId !== undefined && { operation_id: idJson(status.operationId) }),
    state: status.state,
    ...(status.message !== undefined && { message: status.message }),
    ...(status.uuid && { uuid: { value: Buffer.from(status.uuid).toString('base64') } }),
  },
});

export interface AgentFacts {
  readonly id: string | undefined;
  readonly hostname: string;
  readonly port: number;
  readonly total: Resources;
  readonly attributes: readonly Attribute[];
  readonly domain?: FaultDomain;
}

export const agentInfoJson = ({ id, hostname, port, total, attributes, domain }: AgentFacts): object => ({
  hostname,
  port,
  ...resourcesJson(total),
  ...(attributes.length > 0 && { attributes: attributes.map(attributeJson) }),
  ...(id !== undefined && { id: idJson(id) }),
  ...(domain && { domain: { fault_domain: { region: { name: domain.region }, zone: { name: domain.zone } } } }),
});

function attributeJson({ name, value }: Attribute): object {
  switch (value.kind) {
    case 'text':
      return { name, type: 'TEXT', text: { value: value.text } };
    case 'scalar':
      return { name, type: 'SCALAR', scalar: { value: fromMilli(value.milli) } };
    case 'ranges':
      return { name, type: 'RANGES', ranges: { range: value.ranges } };
    case 'set':
      return { name, type: 'SET', set: { item: value.items } };
  }
}

/** An empty list is left away, as Mesos does (wire 5). */
const resourcesJson = (resources: Resources | undefined): object =>
  resources && !resources.isEmpty ? { resources: resources.toList().map(resourceJson) } : {};

const labelsJson = (labels: readonly Label[] | undefined): object => (labels && labels.length > 0 ? { labels: { labels } } : {});
