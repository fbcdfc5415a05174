export type { DifferenceKind, Evidence, LedgerDifference, LedgerRepair, VerifiedStore } from './ledger-difference';
export type { AgentInspection, InspectedHolding, InspectedLaunch, InspectedVolume, StrayMount } from './agent-inspection';
export type { MasterTask, MasterView, StoreLook } from './store-look';
export { compareStore } from './compare-store';
export { differenceKey, stillDiffering } from './still-differing';
