export { AgentClient, AgentUnreachable, type FilePart } from './agent-client';
export type { AgentState, AgentTask, AgentVolume } from './agent-state';
export { LogReader, type LogSource } from './follow-log';
