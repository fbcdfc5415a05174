import { refuse, type Clock } from '@holdfast/core/base';
import { AllocatorBooks, type BookSettings, type Discrepancy } from '@holdfast/core/fair-share';
import type { AllocateRequest, AllocateResponse, Allocation } from '@holdfast/contracts';
import type { DuplexStream } from '@holdfast/platform/rpc';
import { applyChange } from './apply-change';

export type MasterStream = DuplexStream<AllocateRequest, AllocateResponse>;

export interface SessionEvents {
  /** The books changed, and allocations may be made of them. */
  changed(session: MasterSession): void;
  disagreed(difference: Discrepancy): void;
}

/** More in one message gains nothing (toolchain 2b). */
const ALLOCATIONS_PER_MESSAGE = 100;

/** One stream of a master, and the books that it fills. With the stream the books end: the next one begins with empty ones. */
export class MasterSession {
  readonly books: AllocatorBooks;
  private seenRequest = 0;
  private sentResponse = 0;
  private hasSnapshot = false;

  constructor(
    private readonly stream: MasterStream,
    settings: BookSettings,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {
    this.books = new AllocatorBooks(settings);
  }

  /** The snapshot is complete, and the master still listens. */
  get isReady(): boolean {
    return this.hasSnapshot && !this.stream.closed;
  }

  /** Applies a request. After a gap in the numbers nothing can be trusted: the stream ends, and the master begins anew. */
  take({ number, changes }: AllocateRequest): void {
    if (number !== this.seenRequest + 1) {
      const problem = `request ${number} came after ${this.seenRequest}; what is between them is lost, so send a snapshot over a new stream`;
      this.stream.refuse(refuse('invalid_argument', { field: 'number', problem }));
      return;
    }
    this.seenRequest = number;
    for (const change of changes) {
      if (change.kind === 'snapshot_complete') this.hasSnapshot = true;
      const difference = applyChange(this.books, change, this.clock.nowMs());
      if (difference) this.events.disagreed(difference);
    }
    if (this.isReady) this.events.changed(this);
  }

  /** Tells the master, many allocations per message. `traceParent`: of the cycle that made them. */
  send(allocations: readonly Allocation[], traceParent: string | undefined): void {
    for (let at = 0; at < allocations.length; at += ALLOCATIONS_PER_MESSAGE) {
      this.stream.send({
        number: ++this.sentResponse,
        seenRequest: this.seenRequest,
        allocations: allocations.slice(at, at + ALLOCATIONS_PER_MESSAGE),
        ...(traceParent !== undefined && { traceParent }),
      });
    }
  }

  end(): void {
    this.stream.end();
  }
}
