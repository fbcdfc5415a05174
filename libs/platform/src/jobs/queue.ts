import { Queue } from 'bullmq';
import { type Logger, within } from '../process';
import { connectRedis } from '../redis';
import { createJoiner } from './joiner';
import { placeOptions, queueName, type QueuePlace } from './queue-place';

export interface QueueOptions extends QueuePlace {
  readonly log: Logger;
  /** How long `trigger` waits for Redis; 1000 if not given. */
  readonly timeoutMs?: number;
  /** How often a job that throws is tried in all; 1 if not given. */
  readonly attempts?: number;
}

/**
 * - `queued`: a job of this subject waits, or follows the one that runs.
 * - `unavailable`: Redis did not answer in time; the job is queued when it is back.
 */
export type TriggerOutcome = 'queued' | 'unavailable';

export interface JobQueue<Payload> {
  /**
   * Asks that a job of this subject begins after now. Of one subject at most one job waits: a trigger while one waits joins it (and
   * its payload), a trigger while one runs queues one more, with the newest payload. Never throws for want of Redis.
   */
  trigger(subject: string, payload: Payload): Promise<TriggerOutcome>;
  /** Gives what is on its way a moment, then leaves nothing open. */
  close(): Promise<void>;
}

const CLOSE_LIMIT_MS = 1000;
/** Nobody reads BullMQ's event stream here. */
const EVENTS_KEPT = 100;

/** The asking side of a queue. */
export function openQueue<Payload extends object>(options: QueueOptions): JobQueue<Payload> {
  const { log, timeoutMs = 1000, attempts = 1 } = options;
  const name = queueName(options);
  const redis = connectRedis({ url: options.url, name: `queue ${name}`, log, whileAway: 'wait' });
  const queue = new Queue<object, void, string>(name, {
    ...placeOptions(options),
    connection: redis,
    streams: { events: { maxLen: EVENTS_KEPT } },
    defaultJobOptions: { attempts, backoff: { type: 'exponential', delay: 200 }, removeOnComplete: true, removeOnFail: { count: 100 } },
  });
  // The connection says for itself that it is lost and found.
  queue.on('error', () => undefined);
  // Workers of one shard in several processes take turns.
  queue.setGlobalConcurrency(1).catch((error: unknown) => {
    if (redis.status === 'ready') log.error({ queue: name, err: error }, 'the queue could not be limited to one job at a time');
  });

  const joiner = createJoiner<Payload>(async (subject, payload) => {
    await queue.add(subject, payload, { deduplication: { id: subject, keepLastIfActive: true } });
  });
  let answers = true;

  return {
    async trigger(subject, payload) {
      const added = joiner.ask(subject, payload).catch((error: unknown) => {
        if (redis.status !== 'end') log.error({ queue: name, subject, err: error }, 'a job could not be queued');
        return 'failed' as const;
      });
      // While Redis is away nobody waits for it anew.
      const inTime = await within(answers ? timeoutMs : 0, added);
      if (inTime !== answers) {
        answers = inTime;
        if (!inTime) log.warn({ queue: name, timeoutMs }, 'Redis does not answer: jobs are queued when it does');
        void added.then(() => (answers = true));
      }
      return inTime && (await added) !== 'failed' ? 'queued' : 'unavailable';
    },
    async close() {
      if (redis.status === 'ready') await within(CLOSE_LIMIT_MS, joiner.settled());
      await within(CLOSE_LIMIT_MS, queue.close());
      redis.disconnect();
    },
  };
}
