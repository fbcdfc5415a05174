import { createServer } from 'node:net';

/** Every port of a cluster on one machine. */
export interface ClusterPorts {
  readonly masterGrpc: number;
  readonly masterHttp: number;
  readonly allocatorGrpc: number;
  readonly allocatorHttp: number;
  readonly registryGrpc: number;
  readonly registryHttp: number;
  readonly agentsHttp: readonly number[];
  /** Absent when the cluster uses a Redis that is there already. */
  readonly redis?: number;
}

export const LOOPBACK = '127.0.0.1';

/** Ports that were wanted and are taken. */
export class PortsInUseError extends Error {
  override readonly name = 'PortsInUseError';
}

/**
 * Free ports are looked for below 32768. From there up the kernel hands out ports to outgoing connections, and one of those could
 * take a service's port in the moment between its death and its restart.
 */
const FIRST_FREE = 20_000;
const BLOCKS = 750;
const BLOCK_SIZE = 16;

/** The ports of architecture section 4, or free ones; Redis always gets a free one, since a machine may well run its own. */
export async function choosePorts({
  agents,
  isEphemeral,
  hasOwnRedis,
}: {
  readonly agents: number;
  readonly isEphemeral: boolean;
  readonly hasOwnRedis: boolean;
}): Promise<ClusterPorts> {
  const free = freePorts();
  const take = async () => (await free.next()).value;
  const takeMany = async (count: number) => {
    const ports: number[] = [];
    while (ports.length < count) ports.push(await take());
    return ports;
  };
  const redis = hasOwnRedis ? { redis: await take() } : {};
  if (!isEphemeral) return checked({ ...fixedPorts(agents), ...redis });
  return {
    masterGrpc: await take(),
    masterHttp: await take(),
    allocatorGrpc: await take(),
    allocatorHttp: await take(),
    registryGrpc: await take(),
    registryHttp: await take(),
    agentsHttp: await takeMany(agents),
    ...redis,
  };
}

const fixedPorts = (agents: number): ClusterPorts => ({
  masterGrpc: 7050,
  masterHttp: 5050,
  allocatorGrpc: 7060,
  allocatorHttp: 9060,
  registryGrpc: 7070,
  registryHttp: 9070,
  agentsHttp: Array.from({ length: agents }, (_, index) => 5051 + index),
});

async function checked(ports: ClusterPorts): Promise<ClusterPorts> {
  const { agentsHttp, ...others } = ports;
  const wanted = [...Object.entries(others), ...agentsHttp.map((port, index) => [`agent-${index + 1} Http`, port] as const)];
  const taken = (
    await Promise.all(wanted.map(async ([name, port]) => ((await isFree(port)) ? [] : [`${port} (${inWords(name)})`])))
  ).flat();
  if (taken.length === 0) return ports;
  const [are, them] = taken.length === 1 ? ['Port', 'it'] : ['Ports', 'them'];
  throw new PortsInUseError(
    `${are} ${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} in use on ${LOOPBACK}. ` +
      `Stop what uses ${them} (another "holdfast dev"?), or start on free ports with --ephemeral-ports.`,
  );
}

/** `masterGrpc` → `master gRPC` */
const inWords = (name: string): string => name.replace(/ ?Grpc$/, ' gRPC').replace(/ ?Http$/, ' HTTP');

/** Starts at a block that follows from the process id, so that clusters started side by side do not reach for the same ports. */
async function* freePorts(): AsyncGenerator<number, never> {
  const total = BLOCKS * BLOCK_SIZE;
  const start = (process.pid % BLOCKS) * BLOCK_SIZE;
  for (let offset = 0; offset < total; offset++) {
    const port = FIRST_FREE + ((start + offset) % total);
    if (await isFree(port)) yield port;
  }
  throw new PortsInUseError(`No free port between ${FIRST_FREE} and ${FIRST_FREE + total}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
