import { ok, type Principal } from '@holdfast/core/base';
import { BodyReader } from '@holdfast/platform/mesos-http';
import { serveHttp, type HttpServer } from '@holdfast/platform/process';
import { recordedLog, type RecordedLog } from '@holdfast/testing/log';
import type { EventStream } from '../frameworks';
import { MasterStory } from '../master.fixture';
import { DoorClient } from './door-client.fixture';
import type { Leader } from './leader';
import { mesosDoor, schedulerCalls, type MesosDoor } from '.';

export const MAX_BODY_BYTES = 1024 * 1024;
/** Knows the secret of everybody: the user name is the principal. */
export const basic = (principal: string): string => `Basic ${Buffer.from(`${principal}:secret`).toString('base64')}`;

const allPrincipals = (authorization: string | undefined): Principal | undefined =>
  authorization === undefined ? undefined : Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':')[0];

/** The door on a real port, before a master whose clock, agents and offers are the test's. */
export class DoorStory {
  readonly log: RecordedLog = recordedLog();
  leader: Leader = { kind: 'us', hostname: 'ctl1', port: 5050 };
  private server: HttpServer | undefined;
  private clients: DoorClient[] = [];
  private connections = 0;
  private readonly onSubscribe: (() => void)[] = [];
  private readonly onConnectionClosed: (() => void)[] = [];

  private constructor(readonly master: MasterStory) {}

  static async start(overrides: Partial<MesosDoor> = {}, env: Record<string, string> = {}): Promise<DoorStory> {
    const story = new DoorStory(new MasterStory(env));
    const calls = schedulerCalls(() => story.master.deps);
    const door = mesosDoor({
      leader: () => story.leader,
      authenticator: { authenticate: (authorization) => ok(allPrincipals(authorization)) },
      calls: {
        subscribe(request, out, caller) {
          const subscribed = calls.subscribe(request, out, caller);
          for (const call of story.onSubscribe.splice(0)) call();
          return subscribed;
        },
        carryOut: calls.carryOut,
      },
      bodies: new BodyReader({
        maxBodyBytes: MAX_BODY_BYTES,
        maxArrivingBytes: 16 * MAX_BODY_BYTES,
        setting: 'HOLDFAST_MASTER_MAX_BODY_BYTES',
      }),
      world: story.master.world,
      log: story.log,
      version: '0.1.0',
      ...overrides,
    });
    story.server = await serveHttp({ host: '127.0.0.1', port: 0, isReady: () => true, log: story.log, first: door });
    story.server.app.server.on('connection', (socket) => {
      story.connections++;
      socket.on('close', () => {
        story.connections--;
        for (const call of story.onConnectionClosed.splice(0)) call();
      });
    });
    return story;
  }

  /** The stream of the framework with this name, once it has subscribed. */
  async untilSubscribed(name: string): Promise<EventStream> {
    for (;;) {
      const stream = [...this.master.deps.frameworks.all()].find(({ info }) => info.name === name)?.stream;
      if (stream) return stream;
      await new Promise<void>((resolve) => this.onSubscribe.push(resolve));
    }
  }

  /** No more connections are open than this, as the master sees it. */
  async untilConnections(atMost: number): Promise<void> {
    while (this.connections > atMost) await this.connectionClosed();
  }

  /** Resolves when the next connection ends, as the master sees it. */
  connectionClosed(): Promise<void> {
    return new Promise((resolve) => this.onConnectionClosed.push(resolve));
  }

  get port(): number {
    return this.server?.port ?? 0;
  }

  client(): DoorClient {
    const client = new DoorClient(this.port);
    this.clients.push(client);
    return client;
  }

  /** Faults of ours that the door has met. */
  get errors(): RecordedLog['lines'] {
    return this.log.lines.filter(({ level }) => level === 'error');
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.server?.close();
  }
}

export const CAPABILITIES = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES', 'PARTITION_AWARE'].map((type) => ({ type }));

/** A SUBSCRIBE as the wire document shows it. */
export const subscription = (info: object = {}, call: object = {}): object => ({
  type: 'SUBSCRIBE',
  subscribe: { framework_info: { user: 'svc', name: 'indexer', roles: ['eng'], capabilities: CAPABILITIES, ...info } },
  ...call,
});
