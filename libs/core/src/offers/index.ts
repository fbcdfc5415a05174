export { canReceive, CAPABILITIES, hasCapability, isCapability } from './capability';
export type { Capability, FrameworkInfo } from './framework';
export { EXTENSIONS_LABEL, wantsExtensions } from './extensions';
export { checkFramework, rolesOf, type DeclaredRoles } from './check-framework';
export type {
  AttributeConstraint,
  AttributePredicate,
  AttributeSelector,
  FaultDomain,
  MinAllocatable,
  OfferConstraints,
} from './offer-constraints';
export { isOperationOver, type OperationState, type OperationStatus } from './operation-status';
export type { Offer } from './offer';
export { canBecome, type OfferState } from './offer-state';
export { checkOffers, type NamedOffers } from './check-offers';
export { normaliseRefuseMs } from './refuse-time';
export type {
  Conversion,
  LaunchGroupOperation,
  LaunchOperation,
  MalformedOperation,
  Operation,
  OperationResult,
  ResizeOperation,
  ResourceOperation,
  ResourceOperationType,
  TaskRequest,
  TaskResult,
} from './operation';
export { conversionOf, convert, convertTotal, resizeConversion, resizedVolume, unallocatedConversion } from './conversion';
export { checkOperation } from './check-operation';
export { checkResize } from './check-resize';
export { actionOf, resizeAction } from './operation-action';
export type { AgentVolume, OperationSurroundings, ResizeSurroundings } from './operation-surroundings';
export type {
  AcceptContext,
  AcceptPlan,
  AgentStep,
  DrainingVolume,
  ExecutorUse,
  PlannedStep,
  PlannedTask,
  Settlement,
} from './accept-plan';
export { planAccept } from './plan-accept';
export { settleAccept, type LedgerAnswer } from './settle-accept';
