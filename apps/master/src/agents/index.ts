export { AgentBook, newAgent, type Agent, type AgentLink, type AgentState } from './agent-book';
export { RedisAgentStore, type AdmittedAgent, type AgentStore } from './agent-store';
export { watchAgents } from './agent-health';
export { heardFrom } from './heard-from';
export { asBookChange } from './agent-snapshot';
export { disconnectAgent } from './disconnect-agent';
export { registerAgent, type Register } from './register-agent';
