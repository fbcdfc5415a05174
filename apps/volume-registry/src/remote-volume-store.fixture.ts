import { volumeRegistryService, type ApplyRequest, type ApplyResponse } from '@holdfast/contracts';
import { ok, refused, type Refusal, type Result } from '@holdfast/core/base';
import type { LedgerFeed, LedgerTransaction, StoreReport, TransactionResult, VolumeStore } from '@holdfast/core/volumes';
import { createRpcClient, RpcFault, type DuplexClient, type RpcClient } from '@holdfast/platform/rpc';

type Query<M extends 'readVolumes' | 'readHolders' | 'readHistory'> = Parameters<VolumeStore[M]>[0];

/** The registry as a volume store and a feed, through real gRPC; a refused read is thrown. */
export class RemoteVolumeStore implements VolumeStore, LedgerFeed {
  readonly client: RpcClient;
  private stream: DuplexClient<ApplyRequest, ApplyResponse>;
  private readonly waiting = new Map<
    number,
    { readonly resolve: (result: TransactionResult) => void; readonly reject: (cause: Error) => void }
  >();
  private nextId = 1;
  /** How many transactions each message from the registry answered. */
  readonly answered: number[] = [];

  constructor(address: string) {
    this.client = createRpcClient({ address });
    this.stream = this.dial();
  }

  private dial(): DuplexClient<ApplyRequest, ApplyResponse> {
    const stream = this.client.duplex(volumeRegistryService.apply);
    stream.onMessage(({ results }) => {
      this.answered.push(results.length);
      for (const { id, result } of results) this.waiting.get(id)?.resolve(result);
    });
    // A test that asks what cannot be read must fail, not wait.
    stream.onEnd((reason) => {
      if (reason) for (const { reject } of this.waiting.values()) reject(new Error(reason.message));
    });
    return stream;
  }

  /** The registry has ended the stream, or does so now, as it does when Redis was started anew; another takes its place. */
  async redial(): Promise<void> {
    await new Promise<void>((resolve) => this.stream.onEnd(() => resolve()));
    this.stream = this.dial();
  }

  async apply(transaction: LedgerTransaction): Promise<TransactionResult> {
    const [result] = await this.applyAll([transaction]);
    if (!result) throw new Error('one transaction has one result');
    return result;
  }

  /** All in one message. */
  applyAll(transactions: readonly LedgerTransaction[]): Promise<readonly TransactionResult[]> {
    const numbered = transactions.map((transaction) => ({ id: (this.nextId += 1), transaction }));
    const results = numbered.map(
      ({ id }) => new Promise<TransactionResult>((resolve, reject) => this.waiting.set(id, { resolve, reject })),
    );
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

  async readHolders(query: Query<'readHolders'>) {
    return valueOf(await this.client.unary(volumeRegistryService.readHolders, query)).page;
  }

  async readStores() {
    return valueOf(await this.client.unary(volumeRegistryService.readStores, undefined)).stores;
  }

  /** Throws RpcFault when the connection is lost. */
  follow(...[positions, onEntries, signal]: Parameters<LedgerFeed['follow']>): Promise<Result<void, Refusal>> {
    if (signal.aborted) return Promise.resolve(ok(undefined));
    const stream = this.client.serverStream(volumeRegistryService.followHistory, { positions });
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        stream.cancel();
        resolve(ok(undefined));
      });
      let taken = Promise.resolve();
      stream.onMessage(({ entries }) => {
        taken = taken.then(() => (signal.aborted ? undefined : onEntries(entries)));
        taken.catch(reject);
      });
      stream.onEnd((reason) => {
        if (reason === undefined) resolve(ok(undefined));
        else if (reason instanceof RpcFault) reject(reason);
        else resolve(refused(reason));
      });
    });
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
