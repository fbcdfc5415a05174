export { canReceive, CAPABILITIES, hasCapability, isCapability } from './capability';
export type { Capability, FrameworkInfo } from './framework';
export { checkFramework, rolesOf, type DeclaredRoles } from './check-framework';
export type { Offer } from './offer';
export { canBecome, type OfferState } from './offer-state';
export { checkOffers, type NamedOffers } from './check-offers';
export { normaliseRefuseMs } from './refuse-time';
export type {
  Conversion,
  LaunchOperation,
  MalformedOperation,
  Operation,
  OperationResult,
  ResourceOperation,
  ResourceOperationType,
  TaskRequest,
  TaskResult,
} from './operation';
export { conversionOf, convert, convertTotal, unallocatedConversion } from './conversion';
export { checkOperation } from './check-operation';
export type { AgentVolume, OperationSurroundings } from './operation-surroundings';
export type { AcceptContext, AcceptPlan, AgentStep, PlannedStep, PlannedTask, Settlement } from './accept-plan';
export { planAccept } from './plan-accept';
export { settleAccept, type LedgerAnswer } from './settle-accept';
