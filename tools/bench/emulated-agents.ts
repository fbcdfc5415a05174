import type { AgentId, FrameworkId, LaunchId, TaskId } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { TaskState } from '@holdfast/core/tasks';
import { agentLinkService, type AgentMessage, type MasterMessage } from '@holdfast/contracts';
import { createBatcher, createRpcClient } from '@holdfast/platform/rpc';
import { randomBytes, randomUUID } from 'node:crypto';

/** An emulated agent speaks the agents' protocol and runs nothing: its tasks report RUNNING, then FINISHED, each once acknowledged. */
export interface EmulatedAgents {
  /** Resolves when every one of them is registered. */
  readonly registered: Promise<void>;
  readonly first: Promise<AgentId>;
  stop(): void;
}

interface EmulatedTask {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly launchId: LaunchId;
}

export interface EmulatedAgentsOptions {
  /** `host:port` of the master's gRPC door. */
  readonly master: string;
  readonly count: number;
  /** What each has, in Mesos' `--resources` syntax. */
  readonly resources: string;
  /** Reservations and volumes that it already has of them. */
  readonly checkpointed?: Resources;
}

export function emulateAgents(options: EmulatedAgentsOptions): EmulatedAgents {
  const client = createRpcClient({ address: options.master });
  const configured = Resources.parse(options.resources);
  if (!configured.ok) throw new Error(configured.refusal.message);
  const { checkpointed = Resources.empty } = options;
  const registrations = Array.from({ length: options.count }, (_, at) =>
    emulateAgent(client, `emulated-${at}`, configured.value, checkpointed),
  );
  const [first = Promise.reject<AgentId>(new Error('no agents are emulated'))] = registrations;
  return { registered: Promise.all(registrations).then(() => undefined), first, stop: () => client.close() };
}

function emulateAgent(
  client: ReturnType<typeof createRpcClient>,
  hostname: string,
  configured: Resources,
  checkpointed: Resources,
): Promise<AgentId> {
  const link = client.duplex(agentLinkService.link);
  const batch = createBatcher<AgentMessage>({ flush: (messages) => link.send({ messages }) });
  const tasks = new Map<string, EmulatedTask>();
  let agentId: AgentId = '';
  const report = (task: EmulatedTask, state: TaskState) =>
    batch.push({
      kind: 'task_update',
      frameworkId: task.frameworkId,
      launchId: task.launchId,
      status: { taskId: task.taskId, agentId, state, source: 'SOURCE_EXECUTOR', timestampMs: Date.now(), uuid: randomBytes(16) },
      latestState: state,
    });
  batch.push({
    kind: 'register',
    agent: { hostname, httpPort: 1, attributes: [] },
    storeId: randomUUID(),
    configured,
    checkpointed,
    tasks: [],
    operations: [],
    executors: [],
    highestEpoch: 0,
    ledgerRevision: 0,
    bootId: hostname,
    version: '0',
  });

  return new Promise((resolve, reject) => {
    const answer = (message: MasterMessage) => {
      switch (message.kind) {
        case 'registered':
          agentId = message.agentId;
          return resolve(agentId);
        case 'apply_operation':
          return batch.push({ kind: 'operation_outcome', operationUuid: message.operationUuid });
        case 'run_task': {
          const task = { frameworkId: message.framework.id ?? '', taskId: message.info.taskId, launchId: message.launchId };
          tasks.set(`${task.frameworkId}/${task.taskId}`, task);
          return report(task, 'TASK_RUNNING');
        }
        case 'acknowledge_update': {
          const key = `${message.frameworkId}/${message.taskId}`;
          const task = tasks.get(key);
          // The first acknowledgement is for RUNNING, the second for FINISHED.
          if (task) report(task, 'TASK_FINISHED');
          return void tasks.delete(key);
        }
        case 'ping':
          return batch.push({ kind: 'pong' });
        case 'registration_refused':
          return reject(new Error(message.refusal.message));
        default:
          return;
      }
    };
    link.onMessage(({ messages }) => messages.forEach(answer));
    link.onEnd((reason) => reject(new Error(`an emulated agent lost the master: ${String(reason?.message ?? 'ended')}`)));
  });
}
