import type { Telemetry } from 'bullmq';
import { isTracing } from '../telemetry';
import { jobTelemetry } from './job-telemetry';

/** Where the jobs of one shard lie in Redis. */
export interface QueuePlace {
  /** `redis://…` */
  readonly url: string;
  /** From the app's catalogue, e.g. `offer-cycles`; no colons. */
  readonly name: string;
  /** Which part of the work; of one shard, one job runs at a time. The only shard if not given. */
  readonly shard?: string;
  /** What the keys in Redis begin with; `{holdfast-jobs}` if not given. */
  readonly prefix?: string;
}

/** The keys of all queues share a hash tag: BullMQ's scripts touch several at once. */
const DEFAULT_PREFIX = '{holdfast-jobs}';

/** A shard is a queue of its own, so that shards do not wait for one another. */
export const queueName = ({ name, shard }: QueuePlace): string => (shard === undefined ? name : `${name}-${shard}`);

export const placeOptions = ({ prefix }: QueuePlace): { prefix: string; telemetry?: Telemetry } => ({
  prefix: prefix ?? DEFAULT_PREFIX,
  ...(isTracing() ? { telemetry: jobTelemetry() } : {}),
});
