import type { ChildProcess } from 'node:child_process';
import { forkNode } from './fork-node';
import { pack, unpack, type Sizes } from './message';
import type { NodeOptions } from './nodes';
import { connectBare } from './wire';

export interface FloorOptions {
  readonly sizes: Sizes;
  readonly redisUrl: string;
  readonly agents: number;
  readonly frameworks: number;
  /** Offers per event, or tasks per launch. */
  readonly itemsPerOffer: number;
  readonly does: 'decline' | 'launch';
  readonly usesVolumes?: boolean;
}

export interface Floor {
  /** Offers declined, or tasks finished, so far. */
  count(): number;
  stop(): void;
}

/** The load of a suite on bare gRPC processes and Redis: as many messages, as large, and no work between them. */
export async function startFloor(options: FloorOptions): Promise<Floor> {
  const children: ChildProcess[] = [];
  const node = (more: Omit<NodeOptions, 'sizes' | 'redisUrl'>) =>
    forkNode({ sizes: options.sizes, redisUrl: options.redisUrl, ...more }, children).then(Number);
  const [allocatorPort, registryPort] = await Promise.all([
    node({ role: 'allocator', agents: options.agents, itemsPerOffer: options.itemsPerOffer }),
    node({ role: 'registry' }),
  ]);
  const master = connectBare(await node({ role: 'master', allocatorPort, registryPort, usesVolumes: options.usesVolumes ?? false }));
  let done = 0;

  const { sizes } = options;
  const acceptOrDecline = ({ agent, count }: { agent: number; count: number }) => {
    if (options.does === 'launch') return void master.call(pack({ kind: 'run', agent, count, id: 0 }, sizes.task)).catch(() => undefined);
    done += count;
    void master.call(pack({ kind: 'recovered', agent, count, id: 0 }, sizes.acknowledgement)).catch(() => undefined);
  };
  for (let at = 0; at < options.frameworks; at++) {
    master.pipe('framework').onMessage((bytes) => {
      const message = unpack(bytes);
      if (message.kind === 'offer') return acceptOrDecline(message);
      if (message.kind === 'finished') done++;
      void master.call(pack({ kind: 'acknowledged', agent: message.agent, count: 1, id: 0 }, sizes.acknowledgement)).catch(() => undefined);
    });
  }
  for (let agent = 0; options.does === 'launch' && agent < options.agents; agent++) emulateAgent(master.pipe(String(agent)), agent, sizes);
  await master.call(pack({ kind: 'offer', agent: 0, count: 0, id: 0 }, 0));
  master.pipe('start');

  return {
    count: () => done,
    stop: () => {
      master.close();
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function emulateAgent(pipe: ReturnType<ReturnType<typeof connectBare>['pipe']>, agent: number, sizes: Sizes): void {
  let unfinished = 0;
  pipe.onMessage((bytes) => {
    const { kind, count } = unpack(bytes);
    if (kind === 'run') {
      unfinished += count;
      pipe.write(pack({ kind: 'running', agent, count, id: 0 }, sizes.update));
      return;
    }
    // Of the two acknowledgements of a task the first calls for its end.
    const finishing = Math.min(unfinished, count);
    unfinished -= finishing;
    if (finishing > 0) pipe.write(pack({ kind: 'finished', agent, count: finishing, id: 0 }, sizes.update));
  });
}
