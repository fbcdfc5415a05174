import type {
  ExecutorGone,
  ExecutorGoneConfirmed,
  ExecutorMessage as WireExecutorMessage,
  ReportedExecutor as WireReportedExecutor,
} from '../gen/holdfast/internal/v1/agent_link';
import type { AgentMessage, ExecutorMessage, ExecutorRef, ReportedExecutor } from '../messages';
import { readPart, required } from './edge';
import { readExecutorInfo, writeExecutorInfo } from './executor';
import { readFrameworkInfo, writeFrameworkInfo } from './framework';
import { readId, writeId } from './ids';

type Gone = Omit<Extract<AgentMessage, { kind: 'executor_gone' }>, 'kind'>;

/** An executor as master and agent name it. */
export const readExecutorRef = (wire: ExecutorGoneConfirmed): ExecutorRef => ({
  frameworkId: readId(wire.frameworkId, 'framework_id'),
  executorId: readId(wire.executorId, 'executor_id'),
});

export const writeExecutorRef = ({ frameworkId, executorId }: ExecutorRef): ExecutorGoneConfirmed => ({
  frameworkId: writeId(frameworkId),
  executorId: writeId(executorId),
});

export const readExecutorMessage = (wire: WireExecutorMessage): ExecutorMessage => ({
  ...readExecutorRef(wire),
  data: required(wire.data, 'data'),
});

export const writeExecutorMessage = (message: ExecutorMessage): WireExecutorMessage => ({
  ...writeExecutorRef(message),
  data: Buffer.from(message.data),
});

export const readExecutorGone = (wire: ExecutorGone): Gone => ({
  ...readExecutorRef(wire),
  ...(wire.exitStatus !== undefined && { exitStatus: wire.exitStatus }),
});

export const writeExecutorGone = (gone: Gone): ExecutorGone => ({ ...writeExecutorRef(gone), exitStatus: gone.exitStatus });

export const readReportedExecutor = (wire: WireReportedExecutor): ReportedExecutor => ({
  framework: readPart(wire.frameworkInfo, 'framework_info', readFrameworkInfo),
  info: readPart(wire.executorInfo, 'executor_info', readExecutorInfo),
});

export const writeReportedExecutor = ({ framework, info }: ReportedExecutor): WireReportedExecutor => ({
  frameworkInfo: writeFrameworkInfo(framework),
  executorInfo: Buffer.from(writeExecutorInfo(info)),
});
