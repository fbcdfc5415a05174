import { refuse, type Refusal, type StoreId } from '@holdfast/core/base';
import type { LedgerTransaction, TransactionResult } from '@holdfast/core/volumes';
import { volumeRegistryService, type ApplyRequest, type ApplyResponse, type NumberedTransaction } from '@holdfast/contracts';
import { createBatcher, keepLinked, type DuplexClient, type RpcClient } from '@holdfast/platform/rpc';
import type { Logger } from '@holdfast/platform/process';

type Link = DuplexClient<ApplyRequest, ApplyResponse>;

interface Pending {
  readonly storeId: StoreId;
  readonly resolve: (result: TransactionResult) => void;
}

/** On one stream at most this many transactions travel in one message. */
const TRANSACTIONS_PER_MESSAGE = 100;

export interface RegistryLinkListener {
  up(): void;
  /** These stores had transactions under way whose outcome is not known. */
  down(inDoubt: ReadonlySet<StoreId>): void;
}

/** One duplex stream to the registry; transactions of one event-loop turn share a message. */
export class RegistryLink {
  private link: Link | undefined;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly batch = createBatcher<NumberedTransaction>({
    flush: (transactions) => this.link?.send({ transactions }),
    maxItems: TRANSACTIONS_PER_MESSAGE,
  });
  private readonly stopLinking: () => void;

  constructor(
    client: RpcClient,
    private readonly listener: RegistryLinkListener,
    private readonly log: Logger,
  ) {
    this.stopLinking = keepLinked<ApplyRequest, ApplyResponse>({
      connect: () => client.duplex(volumeRegistryService.apply),
      onUp: (link) => this.up(link),
      onDown: (reason) => this.down(reason),
      backoff: { initialMs: 50, maxMs: 2_000 },
      log,
    }).stop;
  }

  get isUp(): boolean {
    return this.link !== undefined;
  }

  /** Never rejects: an unreachable registry is a `ledger_unavailable` refusal. */
  apply(transaction: LedgerTransaction): Promise<TransactionResult> {
    if (!this.link) return Promise.resolve(unavailable(refuse('ledger_unavailable', { problem: 'the volume registry is not connected' })));
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.pending.set(id, { storeId: transaction.storeId, resolve });
      this.batch.push({ id, transaction });
    });
  }

  stop(): void {
    this.stopLinking();
    this.down('stopped');
  }

  private up(link: Link): void {
    this.link = link;
    link.onMessage(({ results }) => {
      for (const { id, result } of results) {
        this.pending.get(id)?.resolve(result);
        this.pending.delete(id);
      }
    });
    this.listener.up();
  }

  private down(reason: unknown): void {
    if (this.link)
      this.log.warn({ reason: String(reason) }, 'volume registry lost; launches that need a volume are refused until it is back');
    this.link = undefined;
    const inDoubt = new Set([...this.pending.values()].map(({ storeId }) => storeId));
    const refusal = refuse('ledger_unavailable', {
      problem: 'the connection to the volume registry broke before it answered',
      inDoubt: true,
    });
    for (const { resolve } of this.pending.values()) resolve(unavailable(refusal));
    this.pending.clear();
    this.listener.down(inDoubt);
  }
}

const unavailable = (refusal: Refusal): TransactionResult => ({ revision: 0, results: [], refusal, unverified: false });
