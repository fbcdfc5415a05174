export { Instructions, type InstructionDeps } from './instructions';
export { observeMembership } from './link-metrics';
export { MasterLink, type MasterLinkDeps, type Registered } from './master-link';
