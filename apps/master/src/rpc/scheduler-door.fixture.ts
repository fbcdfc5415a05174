import { schedulerService, type SchedulerCall, type SchedulerEvent } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/core/base';
import {
  createRpcClient,
  startRpcServer,
  type DuplexClient,
  type InStream,
  type RpcClient,
  type RpcFault,
  type RpcServer,
} from '@holdfast/platform/rpc';
import { MasterStory } from '../master.fixture';
import { schedulerHandlers } from './scheduler-service';

/** The frameworks' gRPC door over a real connection; behind it a master whose agents and allocator are the test's. */
export class SchedulerDoor {
  private readonly streams: { cancel(): void }[] = [];

  private constructor(
    readonly story: MasterStory,
    private readonly server: RpcServer,
    readonly client: RpcClient,
  ) {}

  static async open(story = new MasterStory()): Promise<SchedulerDoor> {
    const { maxMessageBytes } = story.deps.settings;
    const server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      handlers: schedulerHandlers(story.deps),
      maxMessageBytes,
      log: story.deps.log,
    });
    return new SchedulerDoor(story, server, createRpcClient({ address: server.address }));
  }

  connect(metadata: Readonly<Record<string, string>> = {}): Connection {
    const stream = this.client.duplex(schedulerService.connect, { metadata });
    this.streams.push(stream);
    return new Connection(stream);
  }

  async close(): Promise<void> {
    for (const stream of this.streams) stream.cancel();
    this.client.close();
    await this.server.stop(0);
  }
}

/** The events of a stream, as they come. */
export class Heard {
  readonly events: SchedulerEvent[] = [];
  readonly ended: Promise<Refusal | RpcFault | undefined>;
  private readonly waiting: (() => void)[] = [];

  constructor(stream: InStream<SchedulerEvent>) {
    this.ended = new Promise((resolve) => stream.onEnd(resolve));
    stream.onMessage((event) => {
      this.events.push(event);
      for (const look of this.waiting.splice(0)) look();
    });
  }

  /** Resolves with the first event that is meant, heard already or to come. */
  async event(isMeant: (event: SchedulerEvent) => boolean): Promise<SchedulerEvent> {
    for (;;) {
      const found = this.events.find(isMeant);
      if (found) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async answer(callNumber: number): Promise<Extract<SchedulerEvent, { type: 'ANSWER' }>> {
    return this.event((event) => event.type === 'ANSWER' && event.callNumber === callNumber) as never;
  }
}

export class Connection extends Heard {
  constructor(private readonly stream: DuplexClient<SchedulerCall, SchedulerEvent>) {
    super(stream);
  }

  send(...calls: SchedulerCall[]): void {
    for (const call of calls) this.stream.send(call);
  }

  end(): void {
    this.stream.end();
  }
}
