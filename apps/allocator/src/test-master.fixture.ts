import { allocatorService, type AllocateResponse, type Allocation, type BookChange } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/core/base';
import { Resources, type Resource } from '@holdfast/core/resources';
import { createRpcClient, type RpcFault } from '@holdfast/platform/rpc';

/** Resources as `--resources` writes them. */
export function res(text: string): Resources {
  const parsed = Resources.parse(text);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.value;
}

/** A shared volume of 64 MB, reserved to `eng`. */
export function sharedVolume(id: string): Resource {
  const [disk] = res('disk(eng):64').toList();
  return { ...disk!, shared: true, disk: { persistence: { id }, volume: { containerPath: 'data', mode: 'RW' } } };
}

type ChangeOf<Kind extends BookChange['kind']> = Extract<BookChange, { kind: Kind }>;

export const agent = (
  agentId: string,
  total: Resources | string,
  traits: Partial<Pick<ChangeOf<'put_agent'>, 'hostname' | 'attributes' | 'domain'>> = {},
): ChangeOf<'put_agent'> => ({
  kind: 'put_agent',
  agentId,
  total: typeof total === 'string' ? res(total) : total,
  used: [],
  active: true,
  hostname: `${agentId}.example`,
  attributes: [],
  ...traits,
});

export const framework = (
  frameworkId: string,
  roles = ['eng'],
  rest: Partial<ChangeOf<'put_framework'>> = {},
): ChangeOf<'put_framework'> => ({
  kind: 'put_framework',
  frameworkId,
  roles,
  suppressedRoles: [],
  capabilities: new Set(['SHARED_RESOURCES']),
  active: true,
  ...rest,
});

export const COMPLETE: BookChange = { kind: 'snapshot_complete' };

export const giveBack = (allocation: Allocation, refuseMs?: number): ChangeOf<'recover_resources'> => ({
  kind: 'recover_resources',
  frameworkId: allocation.frameworkId,
  agentId: allocation.agentId,
  role: allocation.role,
  resources: allocation.resources,
  offered: true,
  ...(refuseMs !== undefined && { refuseMs }),
});

/** The master's end of the stream, over a real connection. */
export class TestMaster {
  readonly responses: AllocateResponse[] = [];
  /** Resolves with the reason when the stream is over. */
  readonly ended: Promise<Refusal | RpcFault | undefined>;
  private sent = 0;
  private readonly untaken: Allocation[] = [];
  private wake: () => void = () => undefined;
  private readonly client;
  private readonly stream;

  constructor(address: string) {
    this.client = createRpcClient({ address, maxMessageBytes: 64 * 1024 * 1024 });
    this.stream = this.client.duplex(allocatorService.allocate);
    this.stream.onMessage((response) => {
      this.responses.push(response);
      this.untaken.push(...response.allocations);
      this.wake();
    });
    this.ended = new Promise((resolve) => this.stream.onEnd(resolve));
  }

  /** Answers the number of the request. */
  send(...changes: BookChange[]): number {
    this.stream.send({ number: ++this.sent, changes });
    return this.sent;
  }

  skipNumber(): void {
    this.sent++;
  }

  /** The next `count` allocations; waits for them. */
  async offers(count: number): Promise<Allocation[]> {
    while (this.untaken.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.untaken.splice(0, count);
  }

  close(): void {
    this.stream.cancel();
    this.client.close();
  }
}

export const textOf = ({ agentId, frameworkId, role, resources }: Allocation): string =>
  `${agentId} ${frameworkId} ${role} ${Array.from(resources.scalars(), ([name, milli]) => `${name}:${milli / 1000}`)
    .sort()
    .join(';')}`;
