import { volumeRegistryService, type ApplyRequest, type ApplyResponse } from '@holdfast/contracts';
import type { Result } from '@holdfast/core/base';
import type { LedgerTransaction, StoreReport, TransactionResult, VolumeStore } from '@holdfast/core/volumes';
import { createRpcClient, type DuplexClient, type RpcClient } from '@holdfast/platform/rpc';

type Query<M extends 'readVolumes' | 'readHistory'> = Parameters<VolumeStore[M]>[0];

/** The registry as a volume store, through real gRPC; a refused read is thrown. */
export class RemoteVolumeStore implements VolumeStore {
  private readonly client: RpcClient;
  private readonly stream: DuplexClient<ApplyRequest, ApplyResponse>;
  private readonly waiting = new Map<number, (result: TransactionResult) => void>();
  private nextId = 1;
  /** How many transactions each message from the registry answered. */
  readonly answered: number[] = [];

  constructor(address: string) {
    this.client = createRpcClient({ address });
    this.stream = this.client.duplex(volumeRegistryService.apply);
    this.stream.onMessage(({ results }) => {
      this.answered.push(results.length);
      for (const { id, result } of results) this.waiting.get(id)?.(result);
    });
    this.stream.onEnd(() => undefined);
  }

  async apply(transaction: LedgerTransaction): Promise<TransactionResult> {
    const [result] = await this.applyAll([transaction]);
    if (!result) throw new Error('one transaction has one result');
    return result;
  }

  /** All in one message. */
  applyAll(transactions: readonly LedgerTransaction[]): Promise<readonly TransactionResult[]> {
    const numbered = transactions.map((transaction) => ({ id: (this.nextId += 1), transaction }));
    const results = numbered.map(({ id }) => new Promise<TransactionResult>((resolve) => this.waiting.set(id, resolve)));
    this.stream.send({ transactions: numbered });
    return Promise.all(results);
  }

  async reconcile(report: StoreReport) {
    return valueOf(await this.client.unary(volumeRegistryService.reconcileStore, report));
  }

  async readVolumes(query: Query<'readVolumes'>) {
    return valueOf(await this.client.unary(volumeRegistryService.readVolumes, query)).volumes;
  }

  async readHistory(query: Query<'readHistory'>) {
    return valueOf(await this.client.unary(volumeRegistryService.readHistory, query)).entries;
  }

  /** Says that nothing more will come; resolves when the registry has ended its side. */
  finish(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.stream.onEnd(() => resolve()));
    this.stream.end();
    return ended;
  }

  close(): void {
    this.stream.cancel();
    this.client.close();
  }
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result.value;
}
