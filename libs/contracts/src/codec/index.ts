export { acceptRequestCodec, acceptResponseCodec } from './accept';
export { linkRequestCodec } from './agent-message';
export { allocateRequestCodec, allocateResponseCodec } from './allocation';
export { descriptorSet } from './descriptor-set';
export { executorInfoCodec } from './executor';
export { executorCallCodec } from './executor-call';
export { executorEventCodec } from './executor-event';
export { frameworkInfoCodec } from './framework';
export {
  followHistoryRequestCodec,
  followHistoryResponseCodec,
  readHistoryRequestCodec,
  readHistoryResponseCodec,
  readHoldersRequestCodec,
  readHoldersResponseCodec,
  readStoresResponseCodec,
  readVolumesRequestCodec,
  readVolumesResponseCodec,
} from './ledger-reads';
export { applyRequestCodec, applyResponseCodec } from './ledger-transaction';
export { linkResponseCodec } from './master-message';
export { agentsAnswerCodec, frameworksAnswerCodec, tasksAnswerCodec, tasksQueryCodec, versionAnswerCodec } from './operator-answers';
export { killTaskRequestCodec } from './operator-calls';
export { refusalCodec } from './refusal';
export { resourceCodec } from './resource';
export { connectCallCodec, schedulerCallCodec } from './scheduler-call';
export { schedulerEventCodec } from './scheduler-event';
export {
  acknowledgeOperationRequestCodec,
  acknowledgeRequestCodec,
  declineRequestCodec,
  declineResponseCodec,
  emptyCodec,
  executorRequestCodec,
  frameworkRequestCodec,
  inverseOffersRequestCodec,
  killRequestCodec,
  reconcileOperationsRequestCodec,
  reconcileRequestCodec,
  rolesRequestCodec,
  sendMessageRequestCodec,
  subscribeRequestCodec,
  updateFrameworkRequestCodec,
} from './scheduler-requests';
export { statusDetailsCodec } from './status-details';
export { reconcileOutcomeCodec, storeReportCodec } from './store-report';
export { taskInfoCodec, withExecutor } from './task';
export { taskStatusCodec } from './task-status';
export { repairAnswerCodec, repairRequestCodec, verifyAnswerCodec, verifyQueryCodec } from './verification';
export {
  historyAnswerCodec,
  historyQueryCodec,
  holdersAnswerCodec,
  holdersQueryCodec,
  volumeAnswerCodec,
  volumeNameCodec,
  volumesAnswerCodec,
  volumesQueryCodec,
} from './volume-answers';
export { destroyVolumeRequestCodec, releaseHolderAnswerCodec, releaseHolderRequestCodec } from './volume-changes';
export { watchAnswerCodec, watchQueryCodec } from './watch';
