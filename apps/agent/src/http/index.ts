export { agentState, type StateSources } from './agent-state';
