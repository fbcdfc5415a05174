import fc from 'fast-check';
import * as codecs from '../codec';
import type { ConnectCall } from '../messages';
import type { Codec } from '../method';
import * as executorApi from './executor-api';
import * as internal from './internal';
import * as ledger from './ledger';
import * as operator from './operator';
import * as scheduler from './scheduler';
import * as verification from './verification';
import * as volumes from './volumes';
import { resource } from './resource';
import { executor, framework, groupTask, status } from './task';
import { refusal, text } from './words';

/** One kind of message: its codec, and all values that it can carry unchanged. */
export interface MessageKind {
  readonly name: string;
  readonly codec: Codec<unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

/** The one place where a codec of one message is treated as one of any: the values beside it are always its own. */
const kind = <T>(codec: Codec<T>, values: fc.Arbitrary<T>): Omit<MessageKind, 'name'> => ({
  codec: { encode: (message) => codec.encode(message as T), decode: (bytes) => codec.decode(bytes) },
  values,
});

const statusDetails = fc.record({ code: fc.integer({ min: 0, max: 16 }), message: text, refusal }, { requiredKeys: ['code', 'message'] });

type CodecName = { [K in keyof typeof codecs]: (typeof codecs)[K] extends Codec<infer _T> ? K : never }[keyof typeof codecs];

/** A codec without a row does not compile. */
const KINDS: Readonly<Record<CodecName, Omit<MessageKind, 'name'>>> = {
  subscribeRequestCodec: kind(codecs.subscribeRequestCodec, scheduler.subscribe),
  acceptRequestCodec: kind(codecs.acceptRequestCodec, scheduler.accept),
  acceptResponseCodec: kind(codecs.acceptResponseCodec, scheduler.acceptResponse),
  declineRequestCodec: kind(codecs.declineRequestCodec, scheduler.decline),
  declineResponseCodec: kind(codecs.declineResponseCodec, scheduler.declineResponse),
  rolesRequestCodec: kind(codecs.rolesRequestCodec, scheduler.rolesRequest),
  killRequestCodec: kind(codecs.killRequestCodec, scheduler.kill),
  acknowledgeRequestCodec: kind(codecs.acknowledgeRequestCodec, scheduler.acknowledge),
  reconcileRequestCodec: kind(codecs.reconcileRequestCodec, scheduler.reconcile),
  updateFrameworkRequestCodec: kind(codecs.updateFrameworkRequestCodec, scheduler.updateFramework),
  inverseOffersRequestCodec: kind(codecs.inverseOffersRequestCodec, scheduler.inverseOffers),
  executorRequestCodec: kind(codecs.executorRequestCodec, scheduler.executorRequest),
  sendMessageRequestCodec: kind(codecs.sendMessageRequestCodec, scheduler.sendMessage),
  acknowledgeOperationRequestCodec: kind(codecs.acknowledgeOperationRequestCodec, scheduler.acknowledgeOperation),
  reconcileOperationsRequestCodec: kind(codecs.reconcileOperationsRequestCodec, scheduler.reconcileOperations),
  connectCallCodec: kind<ConnectCall>(codecs.connectCallCodec, scheduler.call),
  schedulerCallCodec: kind(codecs.schedulerCallCodec, scheduler.call),
  frameworkRequestCodec: kind(codecs.frameworkRequestCodec, scheduler.frameworkRequest),
  emptyCodec: kind(codecs.emptyCodec, fc.constant({})),
  schedulerEventCodec: kind(codecs.schedulerEventCodec, scheduler.event),
  versionAnswerCodec: kind(codecs.versionAnswerCodec, operator.version),
  agentsAnswerCodec: kind(codecs.agentsAnswerCodec, operator.agents),
  frameworksAnswerCodec: kind(codecs.frameworksAnswerCodec, operator.frameworks),
  tasksQueryCodec: kind(codecs.tasksQueryCodec, operator.tasksQuery),
  tasksAnswerCodec: kind(codecs.tasksAnswerCodec, operator.tasks),
  killTaskRequestCodec: kind(codecs.killTaskRequestCodec, operator.killTask),
  volumeNameCodec: kind(codecs.volumeNameCodec, volumes.volumeName),
  volumeAnswerCodec: kind(codecs.volumeAnswerCodec, volumes.volumeAnswer),
  volumesQueryCodec: kind(codecs.volumesQueryCodec, volumes.volumesQuery),
  volumesAnswerCodec: kind(codecs.volumesAnswerCodec, volumes.volumesAnswer),
  holdersQueryCodec: kind(codecs.holdersQueryCodec, volumes.holdersQuery),
  holdersAnswerCodec: kind(codecs.holdersAnswerCodec, volumes.holdersAnswer),
  historyQueryCodec: kind(codecs.historyQueryCodec, volumes.historyQuery),
  historyAnswerCodec: kind(codecs.historyAnswerCodec, volumes.historyAnswer),
  watchQueryCodec: kind(codecs.watchQueryCodec, volumes.watchQuery),
  watchAnswerCodec: kind(codecs.watchAnswerCodec, volumes.watchAnswer),
  destroyVolumeRequestCodec: kind(codecs.destroyVolumeRequestCodec, volumes.destroyVolume),
  releaseHolderRequestCodec: kind(codecs.releaseHolderRequestCodec, volumes.releaseHolder),
  releaseHolderAnswerCodec: kind(codecs.releaseHolderAnswerCodec, volumes.releaseHolderAnswer),
  verifyQueryCodec: kind(codecs.verifyQueryCodec, verification.verifyQuery),
  verifyAnswerCodec: kind(codecs.verifyAnswerCodec, verification.verifyAnswer),
  repairRequestCodec: kind(codecs.repairRequestCodec, verification.repairRequest),
  repairAnswerCodec: kind(codecs.repairAnswerCodec, verification.repairAnswer),
  linkRequestCodec: kind(codecs.linkRequestCodec, internal.linkRequest),
  linkResponseCodec: kind(codecs.linkResponseCodec, internal.linkResponse),
  allocateRequestCodec: kind(codecs.allocateRequestCodec, internal.allocateRequest),
  allocateResponseCodec: kind(codecs.allocateResponseCodec, internal.allocateResponse),
  applyRequestCodec: kind(codecs.applyRequestCodec, internal.applyRequest),
  applyResponseCodec: kind(codecs.applyResponseCodec, internal.applyResponse),
  storeReportCodec: kind(codecs.storeReportCodec, ledger.report),
  reconcileOutcomeCodec: kind(codecs.reconcileOutcomeCodec, ledger.outcome),
  readVolumesRequestCodec: kind(codecs.readVolumesRequestCodec, internal.readVolumes),
  readVolumesResponseCodec: kind(codecs.readVolumesResponseCodec, internal.readVolumesAnswer),
  readHoldersRequestCodec: kind(codecs.readHoldersRequestCodec, internal.readHolders),
  readHoldersResponseCodec: kind(codecs.readHoldersResponseCodec, internal.readHoldersAnswer),
  readStoresResponseCodec: kind(codecs.readStoresResponseCodec, internal.readStoresAnswer),
  followHistoryRequestCodec: kind(codecs.followHistoryRequestCodec, internal.followHistory),
  followHistoryResponseCodec: kind(codecs.followHistoryResponseCodec, internal.followHistoryAnswer),
  readHistoryRequestCodec: kind(codecs.readHistoryRequestCodec, internal.readHistory),
  readHistoryResponseCodec: kind(codecs.readHistoryResponseCodec, internal.readHistoryAnswer),
  executorCallCodec: kind(codecs.executorCallCodec, executorApi.executorCall),
  executorEventCodec: kind(codecs.executorEventCodec, executorApi.executorEvent),
  executorInfoCodec: kind(codecs.executorInfoCodec, executor),
  refusalCodec: kind(codecs.refusalCodec, refusal),
  statusDetailsCodec: kind(codecs.statusDetailsCodec, statusDetails),
  resourceCodec: kind(codecs.resourceCodec, resource),
  frameworkInfoCodec: kind(codecs.frameworkInfoCodec, framework),
  taskInfoCodec: kind(codecs.taskInfoCodec, groupTask),
  taskStatusCodec: kind(codecs.taskStatusCodec, status),
};

export const everyMessage: readonly MessageKind[] = Object.entries(KINDS).map(([name, rest]) => ({ name, ...rest }));
