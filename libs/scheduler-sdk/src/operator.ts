import type { Result } from '@holdfast/core/base';
import {
  operatorService,
  volumeService,
  type AgentsAnswer,
  type FrameworksAnswer,
  type HistoryAnswer,
  type HistoryQuery,
  type HoldersAnswer,
  type Method,
  type TasksAnswer,
  type TasksQuery,
  type VersionAnswer,
  type VolumeAnswer,
  type VolumeName,
  type VolumesAnswer,
  type VolumesQuery,
} from '@holdfast/contracts';
import type { Credentials } from '@holdfast/platform/credentials';
import { createRpcClient } from '@holdfast/platform/rpc';

/** What an operator asks the master. Refusals are values, an unreachable master is thrown as `RpcFault`. */
export interface Operator {
  version(): Promise<Result<VersionAnswer>>;
  agents(): Promise<Result<AgentsAnswer>>;
  frameworks(): Promise<Result<FrameworksAnswer>>;
  tasks(query?: TasksQuery): Promise<Result<TasksAnswer>>;
  /** Volumes that are not gone. */
  volumes(query?: VolumesQuery): Promise<Result<VolumesAnswer>>;
  volume(name: VolumeName): Promise<Result<VolumeAnswer>>;
  /** Who holds it now; the number of holders is the reference count. */
  holders(name: VolumeName): Promise<Result<HoldersAnswer>>;
  history(query: HistoryQuery): Promise<Result<HistoryAnswer>>;
  close(): void;
}

const DEFAULT_CALL_TIMEOUT_MS = 10_000;

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
  const client = createRpcClient({ address, ...(credentials && { credentials }) });
  const ask = <Req, Res>(method: Method<Req, Res>, request: Req): Promise<Result<Res>> =>
    client.unary(method, request, { deadlineMs: callTimeoutMs });
  return {
    version: () => ask(operatorService.getVersion, {}),
    agents: () => ask(operatorService.getAgents, {}),
    frameworks: () => ask(operatorService.getFrameworks, {}),
    tasks: (query = {}) => ask(operatorService.getTasks, query),
    volumes: (query = {}) => ask(volumeService.listVolumes, query),
    volume: (name) => ask(volumeService.getVolume, name),
    holders: (name) => ask(volumeService.listHolders, name),
    history: (query) => ask(volumeService.listHistory, query),
    close: () => client.close(),
  };
}
