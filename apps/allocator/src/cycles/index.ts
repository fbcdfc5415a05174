export { openCycleQueue, type CycleJob, type CycleQueue, type CycleReason } from './cycle-queue';
export { runOfferCycle } from './offer-cycles';
export { Pacer } from './pacer';
