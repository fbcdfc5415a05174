import type { Result } from '@holdfast/core/base';
import {
  operatorService,
  volumeService,
  type AgentsAnswer,
  type DestroyVolumeRequest,
  type FrameworksAnswer,
  type HistoryAnswer,
  type HistoryQuery,
  type HoldersAnswer,
  type HoldersQuery,
  type KillTaskRequest,
  type Method,
  type ReleaseHolderAnswer,
  type ReleaseHolderRequest,
  type RepairAnswer,
  type RepairRequest,
  type TasksAnswer,
  type TasksQuery,
  type VerifyAnswer,
  type VerifyQuery,
  type VersionAnswer,
  type VolumeAnswer,
  type VolumeName,
  type VolumesAnswer,
  type VolumesQuery,
  type WatchAnswer,
  type WatchQuery,
} from '@holdfast/contracts';
import type { Credentials } from '@holdfast/platform/credentials';
import { createRpcClient, type InStream } from '@holdfast/platform/rpc';

/** What an operator asks the master. Refusals are values, an unreachable master is thrown as `RpcFault`. */
export interface Operator {
  version(): Promise<Result<VersionAnswer>>;
  agents(): Promise<Result<AgentsAnswer>>;
  frameworks(): Promise<Result<FrameworksAnswer>>;
  tasks(query?: TasksQuery): Promise<Result<TasksAnswer>>;
  /** Has its agent end a task, now or when it is back; what becomes of it is told to its framework. */
  killTask(request: KillTaskRequest): Promise<Result<unknown>>;
  /** Volumes that are not gone. */
  volumes(query?: VolumesQuery): Promise<Result<VolumesAnswer>>;
  volume(name: VolumeName): Promise<Result<VolumeAnswer>>;
  /** Who holds it now, page by page; `count` is the reference count. */
  holders(query: HoldersQuery): Promise<Result<HoldersAnswer>>;
  history(query: HistoryQuery): Promise<Result<HistoryAnswer>>;
  /** Changes as they are made; see `InStream`. The first message comes at once. */
  watchVolumes(query: WatchQuery): InStream<WatchAnswer>;
  /** Decided when it answers; the data is gone later. With `whenUnused` it waits for the last holder. */
  destroyVolume(request: DestroyVolumeRequest): Promise<Result<VolumeAnswer>>;
  cancelDestroy(name: VolumeName): Promise<Result<VolumeAnswer>>;
  /** Takes a holder out of the ledger without evidence. */
  releaseHolder(request: ReleaseHolderRequest): Promise<Result<ReleaseHolderAnswer>>;
  /** Compares ledger, master and agents; takes up to `settleMs` longer where something differs. */
  verifyLedger(query?: VerifyQuery): Promise<Result<VerifyAnswer>>;
  repairLedger(request: RepairRequest): Promise<Result<RepairAnswer>>;
  close(): void;
}

const DEFAULT_CALL_TIMEOUT_MS = 10_000;
/** A volume is listed with all of its holders, and there may be ten thousand of them. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** How long VerifyLedger looks again where nothing is said (volume_service.proto). */
const DEFAULT_SETTLE_MS = 5000;
/** For the looking itself, which asks every agent; and again, since a repair waits for their reports as long. */
const LOOKING_TIMEOUT_MS = 30_000;

/** Where something differs, the master looks again until `settleMs` is over; `looks`: a repair looks before and after. */
export const verificationTimeoutMs = ({ settleMs = DEFAULT_SETTLE_MS }: VerifyQuery, looks: 1 | 2, callTimeoutMs: number): number =>
  Math.max(callTimeoutMs, looks * (settleMs + LOOKING_TIMEOUT_MS));

/** Connects on the first question. `address`: the master's gRPC door, `host:port`. */
export function connectOperator({
  address,
  callTimeoutMs = DEFAULT_CALL_TIMEOUT_MS,
  credentials,
}: {
  readonly address: string;
  readonly callTimeoutMs?: number;
  /** Where the master asks who calls. */
  readonly credentials?: Credentials;
}): Operator {
  const client = createRpcClient({ address, maxMessageBytes: MAX_ANSWER_BYTES, ...(credentials && { credentials }) });
  const ask = <Req, Res>(method: Method<Req, Res>, request: Req): Promise<Result<Res>> =>
    client.unary(method, request, { deadlineMs: callTimeoutMs });
  return {
    version: () => ask(operatorService.getVersion, {}),
    agents: () => ask(operatorService.getAgents, {}),
    frameworks: () => ask(operatorService.getFrameworks, {}),
    tasks: (query = {}) => ask(operatorService.getTasks, query),
    killTask: (request) => ask(operatorService.killTask, request),
    volumes: (query = {}) => ask(volumeService.listVolumes, query),
    volume: (name) => ask(volumeService.getVolume, name),
    holders: (query) => ask(volumeService.listHolders, query),
    history: (query) => ask(volumeService.listHistory, query),
    watchVolumes: (query) => client.serverStream(volumeService.watchVolumes, query),
    destroyVolume: (request) => ask(volumeService.destroyVolume, request),
    cancelDestroy: (name) => ask(volumeService.cancelDestroy, name),
    releaseHolder: (request) => ask(volumeService.releaseHolder, request),
    verifyLedger: (query = {}) =>
      client.unary(volumeService.verifyLedger, query, { deadlineMs: verificationTimeoutMs(query, 1, callTimeoutMs) }),
    repairLedger: (request) =>
      client.unary(volumeService.repairLedger, request, { deadlineMs: verificationTimeoutMs(request, 2, callTimeoutMs) }),
    close: () => client.close(),
  };
}
