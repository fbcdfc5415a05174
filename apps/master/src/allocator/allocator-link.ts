import { allocatorService, type AllocateRequest, type AllocateResponse, type BookChange } from '@holdfast/contracts';
import { createBatcher, keepLinked, type DuplexClient, type RpcClient } from '@holdfast/platform/rpc';
import type { Logger } from '@holdfast/platform/process';
import type { AllocatorBooks, AllocatorListener } from './allocator-books';

type Link = DuplexClient<AllocateRequest, AllocateResponse>;

const CHANGES_PER_MESSAGE = 100;

/** Keeps one numbered stream to the allocator; each new stream begins with a snapshot (architecture section 5). */
export class AllocatorLink implements AllocatorBooks {
  private link: Link | undefined;
  private sent = 0;
  private readonly batch = createBatcher<BookChange>({ flush: (changes) => this.flush(changes), maxItems: CHANGES_PER_MESSAGE });
  private readonly stopLinking: () => void;

  constructor(
    client: RpcClient,
    private readonly listener: AllocatorListener,
    private readonly log: Logger,
  ) {
    this.stopLinking = keepLinked<AllocateRequest, AllocateResponse>({
      connect: () => client.duplex(allocatorService.allocate),
      onUp: (link) => this.up(link),
      onDown: (reason) => this.down(reason),
      backoff: { initialMs: 50, maxMs: 2_000 },
      log,
    }).stop;
  }

  get isLinked(): boolean {
    return this.link !== undefined;
  }

  change(change: BookChange): number {
    if (!this.link) return 0;
    // The batch that waits is the next request; it goes out, at the latest, when this very change makes it full.
    const number = this.sent + 1;
    this.batch.push(change);
    return number;
  }

  stop(): void {
    this.stopLinking();
    this.link = undefined;
  }

  private up(link: Link): void {
    this.link = undefined;
    this.batch.flushNow();
    this.link = link;
    this.sent = 0;
    link.onMessage((response) => {
      if (this.link === link) this.listener.allocations(response);
    });
    const snapshot = this.listener.snapshot();
    this.log.info({ changes: snapshot.length }, 'allocator linked, sending it a snapshot');
    for (const change of snapshot) this.batch.push(change);
    this.batch.push({ kind: 'snapshot_complete' });
  }

  private down(reason: unknown): void {
    if (this.link) this.log.warn({ reason: String(reason) }, 'allocator lost; no new offers until it is back');
    this.link = undefined;
  }

  private flush(changes: readonly BookChange[]): void {
    this.link?.send({ number: ++this.sent, changes });
  }
}
