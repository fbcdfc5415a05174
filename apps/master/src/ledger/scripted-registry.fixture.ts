import { ok, type Refusal, type Result, type StoreId } from '@holdfast/core/base';
import type { DrainedVolume, LedgerTransaction, ReconcileOutcome, StoreReport, TransactionResult } from '@holdfast/core/volumes';
import { type FollowHistoryRequest, type FollowHistoryResponse, volumeRegistryService } from '@holdfast/contracts';
import {
  createRpcClient,
  handleDuplex,
  handleServerStream,
  handleUnary,
  type OutStream,
  type RpcClient,
  type RpcHandler,
  type RpcServer,
  startRpcServer,
} from '@holdfast/platform/rpc';
import { eventually } from '@holdfast/testing/eventually';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { RemoteLedger } from './remote-ledger';

/** As a registry answers that has nothing against it. */
export const done = (more: Partial<TransactionResult> = {}): TransactionResult => ({
  revision: 1,
  results: [],
  unverified: false,
  ...more,
});

/** A registry over real gRPC that says what the test has it say, and a ledger of the master that is linked to it. Time is the test's. */
export class ScriptedRegistry {
  readonly world = manualWorld();
  readonly log = recordedLog();
  readonly asked: LedgerTransaction[] = [];
  readonly reports: StoreReport[] = [];
  readonly heard: string[] = [];
  readonly drained: { storeId: StoreId; volumes: readonly DrainedVolume[] }[] = [];
  /** No answer: it is never answered. */
  answer: (transaction: LedgerTransaction) => TransactionResult | undefined = ({ units }) => done({ results: units.map(() => ({})) });
  reconcile: () => ReconcileOutcome = () => ({ revision: 1, differences: [], destroying: [], draining: [] });
  read: (query: unknown) => Result<unknown, Refusal> = () => ok({});
  follow: (request: FollowHistoryRequest, stream: OutStream<FollowHistoryResponse>) => void = () => undefined;
  ledger!: RemoteLedger;
  private client: RpcClient | undefined;
  private server!: RpcServer;
  private port = 0;

  /** Without a ledger that is linked to it. */
  static async serve(): Promise<ScriptedRegistry> {
    const registry = new ScriptedRegistry();
    await registry.listen();
    return registry;
  }

  static async start(): Promise<ScriptedRegistry> {
    const registry = await ScriptedRegistry.serve();
    registry.client = createRpcClient({ address: registry.server.address });
    const { heard, drained, world, log } = registry;
    registry.ledger = new RemoteLedger(
      registry.client,
      { epoch: 3 },
      world,
      {
        storeInDoubt: (storeId, reason) => heard.push(`in doubt ${storeId}: ${reason}`),
        drained: (storeId, volumes) => drained.push({ storeId, volumes }),
        ledgerBack: () => heard.push('back'),
        fenced: ({ code }) => heard.push(`fenced ${code}`),
      },
      log,
    );
    await eventually(() => registry.ledger.isLinked);
    return registry;
  }

  async listen(): Promise<void> {
    const { port, log } = this;
    this.server = await startRpcServer({ host: '127.0.0.1', port, handlers: this.handlers(), maxMessageBytes: 4 * 1024 * 1024, log });
    this.port = this.server.port;
  }

  /** The registry is gone; `listen` brings it back where it was. */
  async lose(): Promise<void> {
    await this.server.stop();
    await eventually(() => !this.ledger.isLinked);
  }

  get address(): string {
    return this.server.address;
  }

  async stop(): Promise<void> {
    if (this.client) this.ledger.stop();
    this.client?.close();
    await this.server.stop();
  }

  private handlers(): RpcHandler[] {
    const read = (query: unknown) => this.read(query) as Result<never>;
    return [
      handleDuplex(volumeRegistryService.apply, (stream) => {
        stream.onMessage(({ transactions }) => {
          for (const { id, transaction } of transactions) {
            this.asked.push(transaction);
            const result = this.answer(transaction);
            if (result) stream.send({ results: [{ id, result }] });
          }
        });
        stream.onEnd(() => stream.end());
      }),
      handleUnary(volumeRegistryService.reconcileStore, (report) => {
        this.reports.push(report);
        return ok(this.reconcile());
      }),
      handleUnary(volumeRegistryService.readVolumes, read),
      handleUnary(volumeRegistryService.readHolders, read),
      handleUnary(volumeRegistryService.readStores, read),
      handleUnary(volumeRegistryService.readHistory, read),
      handleServerStream(volumeRegistryService.followHistory, (request, stream) => this.follow(request, stream)),
    ];
  }
}
