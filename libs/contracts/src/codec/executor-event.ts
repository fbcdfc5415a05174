import { Event as WireEvent, Event_Type as EventType } from '../gen/holdfast/executor/v1/executor';
import type { ExecutorInfo as WireExecutorInfo } from '../gen/holdfast/v1/executor';
import type { TaskInfo as WireTaskInfo } from '../gen/holdfast/v1/task';
import { ExecutorInfo as ExecutorInfoWire } from '../gen/holdfast/v1/executor';
import { TaskInfo as TaskInfoWire } from '../gen/holdfast/v1/task';
import type { ExecutorEvent } from '../messages';
import { readAgentInfo, writeAgentInfo } from './agent';
import { defineCodec, malformed, readEach, readPart, required, writeBytes } from './edge';
import { executorInfoMessage, readExecutorInfo } from './executor';
import { readFrameworkInfo, writeFrameworkInfo } from './framework';
import { readId, writeId, writeOptionalId } from './ids';
import { readKillGraceMs, readTaskInfo, taskInfoMessage, writeKillPolicy } from './task';
import { readUuid } from './task-status';

const readTask = (wire: WireTaskInfo) => readTaskInfo(writeBytes(TaskInfoWire, wire));
const readExecutor = (wire: WireExecutorInfo) => readExecutorInfo(writeBytes(ExecutorInfoWire, wire));

/** What an executor reads; the agent only writes. */
function readExecutorEvent(wire: WireEvent): ExecutorEvent {
  const type = required(wire.type, 'type');
  switch (type) {
    case EventType.SUBSCRIBED:
      return readPart(wire.subscribed, 'subscribed', ({ executorInfo, frameworkInfo, agentInfo, containerId }) => ({
        type,
        executor: readPart(executorInfo, 'executor_info', readExecutor),
        framework: readPart(frameworkInfo, 'framework_info', readFrameworkInfo),
        agent: readPart(agentInfo, 'agent_info', readAgentInfo),
        containerId: readId(containerId, 'container_id'),
      }));
    case EventType.LAUNCH:
      return { type, task: readPart(wire.launch?.task, 'launch.task', readTask) };
    case EventType.LAUNCH_GROUP:
      return { type, tasks: readEach(required(wire.launchGroup?.taskGroup, 'launch_group.task_group').tasks, 'launch_group', readTask) };
    case EventType.KILL:
      return readPart(wire.kill, 'kill', ({ taskId, killPolicy }) => {
        const graceMs = killPolicy && readKillGraceMs(killPolicy);
        return { type, taskId: readId(taskId, 'task_id'), ...(graceMs !== undefined && { graceMs }) };
      });
    case EventType.ACKNOWLEDGED:
      return readPart(wire.acknowledged, 'acknowledged', ({ taskId, uuid }) => ({
        type,
        taskId: readId(taskId, 'task_id'),
        uuid: readUuid(uuid, 'uuid'),
      }));
    case EventType.MESSAGE:
      return { type, data: required(wire.message?.data, 'message.data') };
    case EventType.ERROR:
      return { type, message: required(wire.error?.message, 'error.message') };
    case EventType.SHUTDOWN:
    case EventType.HEARTBEAT:
      return { type };
    default:
      return malformed('type', `${type} is not an event that an agent sends`);
  }
}

/** Also what the agent's door writes of it. */
export function writeExecutorEvent(event: ExecutorEvent): WireEvent {
  const type = EventType[event.type];
  switch (event.type) {
    case 'SUBSCRIBED':
      return {
        type,
        subscribed: {
          // Executors compare it with the id that they were given (wire document, section 7.2).
          executorInfo: { ...executorInfoMessage(event.executor), frameworkId: writeOptionalId(event.framework.id) },
          frameworkInfo: writeFrameworkInfo(event.framework),
          agentInfo: writeAgentInfo(event.agent),
          containerId: { value: event.containerId, parent: undefined },
        },
      };
    case 'LAUNCH':
      return { type, launch: { task: taskInfoMessage(event.task) } };
    case 'LAUNCH_GROUP':
      return { type, launchGroup: { taskGroup: { tasks: event.tasks.map(taskInfoMessage) } } };
    case 'KILL':
      return { type, kill: { taskId: writeId(event.taskId), killPolicy: writeKillPolicy(event.graceMs) } };
    case 'ACKNOWLEDGED':
      return { type, acknowledged: { taskId: writeId(event.taskId), uuid: Buffer.from(event.uuid) } };
    case 'MESSAGE':
      return { type, message: { data: Buffer.from(event.data) } };
    case 'ERROR':
      return { type, error: { message: event.message } };
    case 'SHUTDOWN':
    case 'HEARTBEAT':
      return { type };
  }
}

export const executorEventCodec = defineCodec(WireEvent, writeExecutorEvent, readExecutorEvent);
