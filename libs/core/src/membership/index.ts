export { pingsBeforeUnreachable } from './ping-limit';
export { readRemovalRate, type RemovalRate } from './removal-rate';
export { mayRemoveRecovered } from './recovery-limit';
export { whatIsIncompatible, type AgentProfile, type ReconfigurationPolicy } from './reconfiguration';
