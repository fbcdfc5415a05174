import { connectRedis } from '@holdfast/platform/redis';
import { createLogger } from '@holdfast/platform/process';
import { pack, unpack, type Sizes } from './message';
import { connectBare, serveBare, type Pipe } from './wire';

/** Bare stand-ins for the services: the same messages, sizes and Redis calls, and nothing else. Each is a process of its own. */
export interface NodeOptions {
  readonly role: 'allocator' | 'registry' | 'master';
  readonly sizes: Sizes;
  readonly redisUrl: string;
  readonly allocatorPort?: number;
  readonly registryPort?: number;
  readonly usesVolumes?: boolean;
  /** Offers that the allocator begins with: one per agent, this many items each. */
  readonly agents?: number;
  readonly itemsPerOffer?: number;
}

export const startNode = (options: NodeOptions): Promise<number> =>
  options.role === 'master' ? startMaster(options) : options.role === 'allocator' ? startAllocator(options) : startRegistry(options);

/** What a cycle costs in Redis when a job is added, taken and finished. */
const REDIS_CALLS_PER_CYCLE = 3;
const HOLD = "for i = 1, #ARGV do redis.call('HSETNX', KEYS[1], ARGV[i], 'RW') end return redis.call('HLEN', KEYS[1])";

function startAllocator({ sizes, redisUrl, agents = 0, itemsPerOffer = 1 }: NodeOptions): Promise<number> {
  const redis = connectRedis({ url: redisUrl, name: 'floor', log: createLogger('floor'), whileAway: 'wait' });
  return serveBare({
    pipe: (_name, pipe) => {
      let waiting: [agent: number, count: number][] = [];
      let isCycling = false;
      const cycle = async () => {
        isCycling = true;
        while (waiting.length > 0) {
          const offers = waiting;
          waiting = [];
          for (let call = 0; call < REDIS_CALLS_PER_CYCLE; call++) await redis.set('cycle', offers.length);
          for (const [agent, count] of offers) pipe.write(pack({ kind: 'offer', agent, count, id: 0 }, sizes.offer));
        }
        isCycling = false;
      };
      pipe.onMessage((bytes) => {
        const { kind, agent, count } = unpack(bytes);
        if (kind !== 'recovered') return;
        waiting.push([agent, count]);
        if (!isCycling) void cycle();
      });
      for (let agent = 0; agent < agents; agent++) waiting.push([agent, itemsPerOffer]);
      void cycle();
    },
  });
}

function startRegistry({ sizes, redisUrl }: NodeOptions): Promise<number> {
  const redis = connectRedis({ url: redisUrl, name: 'floor', log: createLogger('floor'), whileAway: 'wait' });
  let holders = 0;
  return serveBare({
    pipe: (_name, pipe) =>
      pipe.onMessage((bytes) => {
        const message = unpack(bytes);
        const names = Array.from({ length: message.count }, () => `holder-${holders++ % 1000}`);
        void redis.eval(HOLD, 1, `floor-${message.agent}`, ...names).then(() => pipe.write(pack(message, sizes.ledgerUnit / 4)));
      }),
  });
}

async function startMaster({ sizes, allocatorPort = 0, registryPort = 0, usesVolumes = false }: NodeOptions): Promise<number> {
  const agents = new Map<number, Pipe>();
  const frameworks: Pipe[] = [];
  const allocator = connectBare(allocatorPort);
  const registry = connectBare(registryPort).pipe('master');
  const ledgerCalls = new Map<number, () => void>();
  let nextCall = 0;
  registry.onMessage((bytes) => {
    const { id } = unpack(bytes);
    ledgerCalls.get(id)?.();
    ledgerCalls.delete(id);
  });
  const askLedger = (agent: number, count: number): Promise<void> | undefined =>
    usesVolumes
      ? new Promise((resolve) => {
          ledgerCalls.set(++nextCall, resolve);
          registry.write(pack({ kind: 'ledger', agent, count, id: nextCall }, sizes.ledgerUnit));
        })
      : undefined;

  let books: Pipe | undefined;
  const startOffers = () => {
    books = allocator.pipe('master');
    books.onMessage((bytes) => frameworks[unpack(bytes).agent % frameworks.length]?.write(bytes));
  };
  const acknowledged = new Map<number, number>();
  const passAcknowledgement = (agent: number) => {
    if (acknowledged.size === 0) setImmediate(flushAcknowledgements);
    acknowledged.set(agent, (acknowledged.get(agent) ?? 0) + 1);
  };
  const flushAcknowledgements = () => {
    for (const [agent, count] of acknowledged)
      agents.get(agent)?.write(pack({ kind: 'acknowledged', agent, count, id: 0 }, sizes.acknowledgement));
    acknowledged.clear();
  };

  return serveBare({
    pipe: (name, pipe) => {
      if (name === 'framework') return void frameworks.push(pipe);
      if (name === 'start') return startOffers();
      agents.set(Number(name), pipe);
      pipe.onMessage((bytes) => {
        const { kind, agent, count } = unpack(bytes);
        const forward = () => {
          for (let at = 0; at < count; at++) frameworks[0]?.write(pack({ kind, agent, count: 1, id: 0 }, sizes.update));
          if (kind === 'finished') books?.write(pack({ kind: 'recovered', agent, count, id: 0 }, sizes.change));
        };
        const released = kind === 'finished' ? askLedger(agent, count) : undefined;
        if (released) void released.then(forward);
        else forward();
      });
    },
    call: async (request) => {
      const { kind, agent, count } = unpack(request);
      if (kind === 'acknowledged') passAcknowledgement(agent);
      if (kind === 'recovered') books?.write(pack({ kind, agent, count, id: 0 }, sizes.change));
      if (kind === 'run') {
        await askLedger(agent, count);
        agents.get(agent)?.write(request);
        books?.write(pack({ kind: 'run', agent, count: 3, id: 0 }, sizes.change));
      }
      return Buffer.alloc(16 + (kind === 'run' ? count * 32 : 0));
    },
  });
}
