import { Worker } from 'bullmq';
import { type Logger, within } from '../process';
import { connectRedis } from '../redis';
import { placeOptions, queueName, type QueuePlace } from './queue-place';

export interface JobInfo {
  readonly id: string;
  readonly subject: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** When the job was queued, in milliseconds since 1970. */
  readonly queuedAtMs: number;
}

export interface WorkerOptions<Payload> extends QueuePlace {
  readonly log: Logger;
  /** Reads afresh what there is to do; may find nothing, and may be asked twice. Throwing fails the job: it is tried again, or dropped. */
  readonly handle: (payload: Payload, job: JobInfo) => Promise<void> | void;
}

export interface JobWorker {
  /** Resolves when it takes jobs: at once, or when Redis is there. */
  readonly ready: Promise<void>;
  /** Lets the running job finish, then leaves nothing open. */
  close(): Promise<void>;
}

/** How soon a job is taken up again whose worker was killed while it ran; also how long a job may block the event loop. */
const LOCK_MS = 5000;
const STALLED_CHECK_MS = 1000;
/** Jobs may be asked twice, so one that lost its worker is never given up. */
const MAX_STALLED = 1000;
const RETRY_FETCH_MS = 500;
const CLOSE_LIMIT_MS = 3000;

/** The working side of a queue: one job at a time, in this process and in all others together. */
export function openWorker<Payload extends object>(options: WorkerOptions<Payload>): JobWorker {
  const { log, handle } = options;
  const name = queueName(options);
  const redis = connectRedis({ url: options.url, name: `worker ${name}`, log, whileAway: 'wait' });
  let underWay: Promise<void> = Promise.resolve();
  const worker = new Worker<object, void, string>(
    name,
    (job) => {
      const run = async () =>
        handle(job.data as Payload, { id: job.id ?? '', subject: job.name, attempt: job.attemptsMade + 1, queuedAtMs: job.timestamp });
      const done = run();
      underWay = done.catch(() => undefined);
      return done;
    },
    {
      ...placeOptions(options),
      connection: redis,
      concurrency: 1,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_STALLED,
      runRetryDelay: RETRY_FETCH_MS,
      autorun: false,
    },
  );
  // The connection says for itself that it is lost and found; the rest is worth knowing.
  worker.on('error', (error) => {
    if (redis.status === 'ready') log.warn({ queue: name, err: error }, 'the job worker met an error');
  });
  worker.on('failed', (job, error) =>
    log.error({ queue: name, subject: job?.name, attempt: job?.attemptsMade, err: error }, 'a job failed'),
  );

  worker.run().catch((error: unknown) => log.error({ queue: name, err: error }, 'the job worker has stopped'));
  return {
    ready: worker.waitUntilReady(),
    async close() {
      const finished = await within(CLOSE_LIMIT_MS, underWay);
      if (!finished) log.warn({ queue: name }, 'a job still runs: leaving it to whoever comes next');
      // Without Redis there is nothing to say goodbye to, and BullMQ would wait for it.
      const force = !finished || redis.status !== 'ready';
      const closed = await within(CLOSE_LIMIT_MS, worker.close(force));
      if (!closed) await within(CLOSE_LIMIT_MS, worker.disconnect());
      redis.disconnect();
    },
  };
}
