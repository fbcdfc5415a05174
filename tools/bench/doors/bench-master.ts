import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { allocatorService } from '@holdfast/contracts';
import { Resources } from '@holdfast/core/resources';
import { startRedis } from '@holdfast/testing/redis';
import { emulateAgents } from '../emulated-agents';
import { persistentVolume, disk, reserved } from '@holdfast/scheduler-sdk';
import { ROLE, type Doors } from './door-client';

const MASTER = join(dirname(process.argv[1] ?? ''), '../apps/master/main.cjs');
const OFFERS_PER_RESPONSE = 100;
/** Later than any change of the books, so that no allocation is taken for an outdated one. */
const SEEN_EVERYTHING = 2 ** 31;

const CONFIGURED = 'cpus:8;mem:16384;disk:102400;ports:[31000-32000]';
const VOLUME = persistentVolume(reserved(disk(1024), { role: ROLE }), { id: 'data', shared: true });

export interface BenchMaster {
  readonly doors: Doors;
  /** Allocates 100 times everything that an agent has to a framework; the master makes an offer of each. */
  allocate(frameworkId: string): void;
  readonly offersPerAllocation: number;
  stop(): Promise<void>;
}

/** A master as it is, with one emulated agent; the bench itself stands in the allocator's place, so that only the master is measured. */
export async function startBenchMaster(): Promise<BenchMaster> {
  const redis = await startRedis();
  const allocator = await startAllocator();
  const master = spawn(process.execPath, [MASTER], {
    env: {
      ...process.env,
      HOLDFAST_REDIS_URL: redis.url,
      HOLDFAST_MASTER_GRPC_PORT: '0',
      HOLDFAST_MASTER_HTTP_PORT: '0',
      HOLDFAST_MASTER_ALLOCATOR: `127.0.0.1:${allocator.port}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const doors = await untilServing(master);
  const agents = emulateAgents({ master: doors.grpc, count: 1, resources: CONFIGURED, checkpointed: Resources.of([VOLUME]) });
  const agentId = await agents.first;
  const offered = Resources.parse(CONFIGURED);
  if (!offered.ok) throw new Error(offered.refusal.message);
  const resources = offered.value.subtract(Resources.of([disk(1024)])).add(Resources.of([VOLUME]));
  return {
    doors,
    offersPerAllocation: OFFERS_PER_RESPONSE,
    allocate: (frameworkId) =>
      allocator.send(
        allocatorService.allocate.response.encode({
          number: 1,
          seenRequest: SEEN_EVERYTHING,
          allocations: Array.from({ length: OFFERS_PER_RESPONSE }, () => ({ frameworkId, agentId, role: ROLE, resources })),
        }),
      ),
    async stop() {
      agents.stop();
      master.kill('SIGTERM');
      await new Promise((exited) => master.once('exit', exited));
      allocator.stop();
      await redis.stop();
    },
  };
}

function untilServing(master: ChildProcess): Promise<Doors> {
  return new Promise((resolve, reject) => {
    master.once('exit', (code) => reject(new Error(`the master ended with exit code ${code}`)));
    if (!master.stdout) return;
    createInterface({ input: master.stdout }).on('line', (line) => {
      const { msg, endpoints } = JSON.parse(line) as { msg?: string; endpoints?: Doors };
      if (msg === 'serving' && endpoints) resolve(endpoints);
    });
  });
}

interface Allocator {
  readonly port: number;
  send(response: Buffer): void;
  stop(): void;
}

async function startAllocator(): Promise<Allocator> {
  const server = new Server();
  let stream: ServerDuplexStream<Buffer, Buffer> | undefined;
  const asIs = (bytes: Buffer) => bytes;
  const { path } = allocatorService.allocate;
  const serve = (opened: ServerDuplexStream<Buffer, Buffer>) => {
    stream = opened;
    opened.on('data', () => undefined);
    opened.on('error', () => undefined);
  };
  server.register(path, serve, asIs, asIs, 'bidi');
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { port, send: (response) => void stream?.write(response), stop: () => server.forceShutdown() };
}
