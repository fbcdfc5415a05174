import { once, EventEmitter } from 'node:events';
import { ok, refuse, refused, type Holder, type Result } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { LedgerEntry, LedgerVolume } from '@holdfast/core/volumes';
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
  type ReleaseHolderAnswer,
  type ReleaseHolderRequest,
  type RepairAnswer,
  type RepairRequest,
  type TasksAnswer,
  type VerifyAnswer,
  type VerifyQuery,
  type VolumeAnswer,
  type VolumeName,
  type VolumesAnswer,
  type VolumesQuery,
  type WatchAnswer,
  type WatchQuery,
} from '@holdfast/contracts';
import { createLogger } from '@holdfast/platform/process';
import { handleServerStream, handleUnary, startRpcServer, type OutStream, type RpcServer } from '@holdfast/platform/rpc';
import { cpus, disk, mem, persistentVolume, reserved } from '@holdfast/scheduler-sdk';
import { runHoldfast, type RunOptions, type RunOutcome } from './command-line.fixture';

export const SOME_TIME_MS = 1_700_000_000_000;

export const HOLDER: Holder = {
  frameworkId: 'f-1',
  taskId: 'writer',
  launchId: 'l-1',
  agentId: 'agent-1',
  mode: 'RW',
  state: 'running',
  sinceMs: SOME_TIME_MS,
};

const RESOURCE = persistentVolume(reserved(disk(2048), { role: 'eng' }), { id: 'dataset', shared: true });

export const volumeOn = (agentId: string, holders: readonly Holder[], more: Partial<LedgerVolume> = {}): LedgerVolume => ({
  storeId: `store-of-${agentId}`,
  volume: 'eng/dataset',
  state: 'ready',
  generation: 1,
  resource: RESOURCE,
  creator: { frameworkId: 'f-1' },
  agentId,
  createdMs: SOME_TIME_MS,
  holders,
  revision: 7,
  ...more,
});

export const entryOf = (revision: number, change: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  revision,
  atMs: SOME_TIME_MS,
  change,
  volume: 'eng/dataset',
  generation: 1,
  epoch: 1,
  ...more,
});

export const agentCalled = (id: string, active = true): AgentsAnswer['agents'][number] => ({
  info: { id, hostname: 'host', httpPort: 5051, attributes: [] },
  storeId: `store-of-${id}`,
  active,
  total: Resources.of([cpus(4), mem(4096), disk(8192), RESOURCE]),
  allocated: Resources.of([cpus(0.5), mem(64)]),
  offered: Resources.empty,
});

/** What is asked for, and how a test has it answered. */
export interface Answers {
  getAgents(): Result<AgentsAnswer>;
  getFrameworks(): Result<FrameworksAnswer>;
  getTasks(): Result<TasksAnswer>;
  killTask(request: KillTaskRequest): Result<object>;
  listVolumes(query: VolumesQuery): Result<VolumesAnswer>;
  getVolume(name: VolumeName): Result<VolumeAnswer>;
  listHolders(query: HoldersQuery): Result<HoldersAnswer>;
  listHistory(query: HistoryQuery): Result<HistoryAnswer>;
  destroyVolume(request: DestroyVolumeRequest): Result<VolumeAnswer>;
  cancelDestroy(name: VolumeName): Result<VolumeAnswer>;
  releaseHolder(request: ReleaseHolderRequest): Result<ReleaseHolderAnswer>;
  verifyLedger(query: VerifyQuery): Result<VerifyAnswer> | Promise<Result<VerifyAnswer>>;
  repairLedger(request: RepairRequest): Result<RepairAnswer>;
}

/** A watch that a command has opened. */
export interface OpenWatch {
  readonly query: WatchQuery;
  readonly stream: OutStream<WatchAnswer>;
}

/** A master that knows one cluster and answers over real gRPC as the test says. */
export class TestMaster {
  volumes: readonly LedgerVolume[] = [volumeOn('agent-1', [HOLDER])];
  agents: AgentsAnswer['agents'] = [agentCalled('agent-1')];
  /** Every request, in order. */
  readonly asked: { readonly question: keyof Answers; readonly request: unknown }[] = [];
  readonly answers: Answers;
  readonly #events = new EventEmitter();
  #server: RpcServer | undefined;
  #port = 0;

  constructor() {
    const unexpected = () => refused(refuse('invalid_argument', { field: '', problem: 'this test does not expect it' }));
    const find = ({ agentId }: VolumeName): Result<VolumeAnswer> => {
      const volume = this.volumes.find((each) => each.agentId === agentId);
      return volume ? ok({ volume }) : refused(refuse('volume_not_found', { role: 'eng', persistenceId: 'dataset' }));
    };
    this.answers = {
      getAgents: () => ok({ agents: this.agents }),
      getFrameworks: () => ok({ frameworks: [] }),
      getTasks: () => ok({ tasks: [] }),
      killTask: unexpected,
      listVolumes: ({ role }) => ok({ volumes: role === undefined || role === 'eng' ? this.volumes : [] }),
      getVolume: find,
      listHolders: (query) => {
        const found = find(query);
        if (!found.ok) return found;
        const { holders, revision } = found.value.volume;
        return ok({ holders, revision, count: holders.length });
      },
      listHistory: () => ok({ entries: [entryOf(1, 'volume_created')] }),
      destroyVolume: unexpected,
      cancelDestroy: unexpected,
      releaseHolder: unexpected,
      verifyLedger: unexpected,
      repairLedger: unexpected,
    };
  }

  /** On the port that it had before, if it had one. */
  async start(): Promise<void> {
    const { answers } = this;
    const heard = <Req, Res>(question: keyof Answers, answer: (request: Req) => Result<Res> | Promise<Result<Res>>) => {
      return (request: Req) => {
        this.asked.push({ question, request });
        this.#events.emit('asked');
        return answer(request);
      };
    };
    this.#server = await startRpcServer({
      host: '127.0.0.1',
      port: this.#port,
      maxMessageBytes: 1 << 20,
      log: createLogger('test', 'silent'),
      handlers: [
        handleUnary(
          operatorService.getAgents,
          heard('getAgents', () => answers.getAgents()),
        ),
        handleUnary(
          operatorService.getFrameworks,
          heard('getFrameworks', () => answers.getFrameworks()),
        ),
        handleUnary(
          operatorService.getTasks,
          heard('getTasks', () => answers.getTasks()),
        ),
        handleUnary(
          operatorService.killTask,
          heard('killTask', (request) => answers.killTask(request)),
        ),
        handleUnary(
          volumeService.listVolumes,
          heard('listVolumes', (query) => answers.listVolumes(query)),
        ),
        handleUnary(
          volumeService.getVolume,
          heard('getVolume', (name) => answers.getVolume(name)),
        ),
        handleUnary(
          volumeService.listHolders,
          heard('listHolders', (query) => answers.listHolders(query)),
        ),
        handleUnary(
          volumeService.listHistory,
          heard('listHistory', (query) => answers.listHistory(query)),
        ),
        handleUnary(
          volumeService.destroyVolume,
          heard('destroyVolume', (request) => answers.destroyVolume(request)),
        ),
        handleUnary(
          volumeService.cancelDestroy,
          heard('cancelDestroy', (name) => answers.cancelDestroy(name)),
        ),
        handleUnary(
          volumeService.releaseHolder,
          heard('releaseHolder', (request) => answers.releaseHolder(request)),
        ),
        handleUnary(
          volumeService.verifyLedger,
          heard('verifyLedger', (query) => answers.verifyLedger(query)),
        ),
        handleUnary(
          volumeService.repairLedger,
          heard('repairLedger', (request) => answers.repairLedger(request)),
        ),
        handleServerStream(volumeService.watchVolumes, (query, stream) => {
          this.#events.emit('watch', { query, stream } satisfies OpenWatch);
        }),
      ],
    });
    this.#port = Number(this.#server.address.split(':').at(-1));
  }

  get address(): string {
    return this.#server?.address ?? '';
  }

  /** What was asked under this name. */
  requests(question: keyof Answers): readonly unknown[] {
    return this.asked.filter((each) => each.question === question).map(({ request }) => request);
  }

  async untilAsked(question: keyof Answers, times: number): Promise<void> {
    while (this.requests(question).length < times) await once(this.#events, 'asked');
  }

  /** The next watch that a command opens. */
  async nextWatch(): Promise<OpenWatch> {
    const [watch] = (await once(this.#events, 'watch')) as [OpenWatch];
    return watch;
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<RunOutcome> {
    return runHoldfast(args, { ...options, env: { HOLDFAST_MASTER: this.address, ...options.env } });
  }

  async stop(): Promise<void> {
    await this.#server?.stop(0);
  }
}

/** The lines of a command that runs, each to be awaited; a line that has come already is found, too. */
export class Lines {
  readonly #all: string[] = [];
  readonly #heard = new EventEmitter();

  readonly onLine = (text: string): void => {
    this.#all.push(text);
    this.#heard.emit('line');
  };

  async until(expected: string | RegExp): Promise<string> {
    for (;;) {
      const found = this.#all.find((line) => (typeof expected === 'string' ? line.includes(expected) : expected.test(line)));
      if (found !== undefined) return found;
      await once(this.#heard, 'line');
    }
  }
}
