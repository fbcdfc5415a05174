export { openAccess } from './access';
export { agentFiles } from './agent-files';
export { type AgentSources, addAgentRoutes } from './agent-routes';
export { canonicalTarget } from './canonical-target';
export { flagsOf } from './flags';
export { loggingLevel } from './logging-level';
