import type { Logger } from '@holdfast/platform/process';
import { openQueue, openWorker, type JobInfo } from '@holdfast/platform/jobs';

/** Why a cycle is asked for: something came free or changed, or a period began and filters ended. */
export type CycleReason = 'books_changed' | 'period';

/** A job says for whom and why; what there is to do stands in the books (architecture section 5). */
export interface CycleJob {
  /** Which agents; one shard holds all, until allocators are spread over machines. */
  readonly shard: string;
  readonly reason: CycleReason;
}

/** The port to whatever paces cycles. */
export interface CycleQueue {
  /** A cycle begins after now. Asked again before it begins, it is the same cycle. */
  ask(reason: CycleReason): void;
  /** False while it does not take what is asked. */
  readonly isAnswering: boolean;
  close(): Promise<void>;
}

export interface CycleQueueOptions {
  /** `redis://…` */
  readonly url: string;
  readonly prefix: string;
  readonly log: Logger;
  readonly run: (job: CycleJob, info: JobInfo) => Promise<void>;
}

const NAME = 'offer-cycles';
const ONE_SHARD = 'all';

/**
 * BullMQ: of one shard one cycle runs and one waits at most. Asks that come while one waits cost no call to Redis, except those of a
 * new period: should Redis have lost the job that waits, the next period asks anew.
 */
export function openCycleQueue({ run, ...place }: CycleQueueOptions): CycleQueue {
  const queue = openQueue<CycleJob>({ ...place, name: NAME });
  let isWaiting = false;
  let isAnswering = true;
  const worker = openWorker<CycleJob>({
    ...place,
    name: NAME,
    handle: (job, info) => {
      isWaiting = false;
      return run(job, info);
    },
  });
  return {
    ask(reason) {
      if (isWaiting && reason !== 'period') return;
      isWaiting = true;
      void queue.trigger(`cycle-${ONE_SHARD}`, { shard: ONE_SHARD, reason }).then((outcome) => (isAnswering = outcome === 'queued'));
    },
    get isAnswering() {
      return isAnswering;
    },
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}
