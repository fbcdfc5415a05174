import { randomUUID } from 'node:crypto';
import { schedulerCallCodec, schedulerEventCodec, schedulerService, type SchedulerCall } from '@holdfast/contracts';
import type { FrameworkInfo } from '@holdfast/core/offers';
import { connectRaw, type RawStream } from './raw-grpc';
import { openRecords, RawHttp } from './raw-http';

/** A scheduler that counts what arrives and reads none of it, so that what is measured is the door. */
export interface DoorClient {
  readonly frameworkId: string;
  /** Events and their bytes since the subscription. */
  readonly received: { events: number; bytes: number };
  /** Called at each event. */
  onEvent(listen: () => void): void;
  /** Asks for so many UPDATE events, by reconciling tasks that nobody knows. */
  reconcile(events: number): void;
  /** One call, done when it is answered: a DECLINE of an offer that is gone. */
  decline(): Promise<void>;
  close(): void;
}

export interface Doors {
  readonly isBare?: boolean;
  /** `host:port` */
  readonly grpc: string;
  /** `http://host:port` */
  readonly http: string;
}

export type DoorName = 'gRPC Connect' | 'gRPC unary' | 'HTTP JSON' | 'HTTP protobuf';
export const DOOR_NAMES: readonly DoorName[] = ['gRPC Connect', 'gRPC unary', 'HTTP JSON', 'HTTP protobuf'];
export const ROLE = 'bench';

const GONE_OFFER = '00000000-0000-4000-8000-000000000000-O0';

/** Wants no offers but those that the bench makes itself. */
const framework = (): FrameworkInfo => ({
  name: 'doors',
  user: 'bench',
  roles: [ROLE],
  capabilities: new Set(['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'SHARED_RESOURCES', 'PARTITION_AWARE']),
  failoverTimeoutMs: 0,
  checkpoint: false,
  labels: [],
});

const reconciliation = (frameworkId: string, events: number): SchedulerCall & { type: 'RECONCILE' } => ({
  type: 'RECONCILE',
  frameworkId,
  tasks: Array.from({ length: events }, (_, at) => ({ taskId: `unknown-${at}`, agentId: 'nowhere' })),
});

const declining = (frameworkId: string) => ({ type: 'DECLINE', frameworkId, offerIds: [GONE_OFFER], filters: {} }) as const;

/** The bytes of the same call, made once. */
function once<T>(make: (events: number) => T): (events: number) => T {
  const made = new Map<number, T>();
  return (events) => {
    const known = made.get(events);
    if (known !== undefined) return known;
    const fresh = make(events);
    made.set(events, fresh);
    return fresh;
  };
}

/** The same client for a master and for a bare server, which has no ids to tell. */
export function openDoor(name: DoorName, doors: Doors): Promise<DoorClient> {
  switch (name) {
    case 'gRPC Connect':
      return openConnect(doors);
    case 'gRPC unary':
      return openUnary(doors);
    case 'HTTP JSON':
      return openHttp(doors, jsonBodies);
    case 'HTTP protobuf':
      return openHttp(doors, protobufBodies);
  }
}

class Counter {
  readonly received = { events: 0, bytes: 0 };
  private isClosed = false;
  private listen: () => void = () => undefined;

  count = (bytes: number): void => {
    this.received.events++;
    this.received.bytes += bytes;
    this.listen();
  };

  onEvent(listen: () => void): void {
    this.listen = listen;
  }

  /** A call that fails ends the bench, unless it was cut off by its end: a load that is refused measures nothing. */
  watch(call: Promise<unknown>): void {
    call.catch((error: unknown) => {
      if (!this.isClosed) throw error;
    });
  }

  close(): void {
    this.isClosed = true;
    this.listen = () => undefined;
  }
}

/** Of the length that real ids have. */
const BARE_FRAMEWORK_ID = '00000000-0000-4000-8000-000000000000-0000';

const frameworkIdIn = (bytes: Buffer): string => {
  const event = schedulerEventCodec.decode(bytes);
  if (!event.ok || event.value.type !== 'SUBSCRIBED') throw new Error('the first event is not SUBSCRIBED');
  return event.value.frameworkId;
};

function firstThen(stream: RawStream, then: (bytes: Buffer) => void): Promise<Buffer> {
  let isFirst = true;
  return new Promise((resolve, reject) => {
    stream.onEnd(reject);
    stream.onMessage((bytes) => {
      if (!isFirst) return then(bytes);
      isFirst = false;
      resolve(bytes);
    });
  });
}

async function openConnect({ grpc, isBare }: Doors): Promise<DoorClient> {
  const client = connectRaw(grpc);
  const counter = new Counter();
  const answers: (() => void)[] = [];
  const stream = client.duplex(schedulerService.connect.path);
  // ANSWER is the only event of a call with a number; nothing else arrives while calls are measured.
  const first = firstThen(stream, (bytes) => {
    const answered = answers.shift();
    if (answered) answered();
    else counter.count(bytes.length);
  });
  stream.send(schedulerCallCodec.encode({ type: 'SUBSCRIBE', framework: framework(), suppressedRoles: [ROLE] }));
  const subscribed = await first;
  const frameworkId = isBare ? BARE_FRAMEWORK_ID : frameworkIdIn(subscribed);
  const reconcile = once((events) => schedulerCallCodec.encode(reconciliation(frameworkId, events)));
  const decline = schedulerCallCodec.encode({ ...declining(frameworkId), callNumber: 1 });
  return {
    frameworkId,
    received: counter.received,
    onEvent: (listen) => counter.onEvent(listen),
    reconcile: (events) => stream.send(reconcile(events)),
    decline: () =>
      new Promise((resolve) => {
        answers.push(resolve);
        stream.send(decline);
      }),
    close() {
      counter.close();
      client.close();
    },
  };
}

async function openUnary({ grpc, isBare }: Doors): Promise<DoorClient> {
  const client = connectRaw(grpc);
  const counter = new Counter();
  const { subscribe, reconcile, decline } = schedulerService;
  const request = subscribe.request.encode({ framework: framework(), suppressedRoles: [ROLE] });
  const stream = client.serverStream(subscribe.path, request);
  const streamId = stream.metadata('holdfast-stream-id');
  const subscribed = await firstThen(stream, (bytes) => counter.count(bytes.length));
  const frameworkId = isBare ? BARE_FRAMEWORK_ID : frameworkIdIn(subscribed);
  const metadata = { 'holdfast-stream-id': await streamId };
  const reconciling = once((events) => reconcile.request.encode(reconciliation(frameworkId, events)));
  const declineBytes = decline.request.encode(declining(frameworkId));
  return {
    frameworkId,
    received: counter.received,
    onEvent: (listen) => counter.onEvent(listen),
    reconcile: (events) => counter.watch(client.call(reconcile.path, reconciling(events), metadata)),
    decline: async () => void (await client.call(decline.path, declineBytes, metadata)),
    close() {
      counter.close();
      client.close();
    },
  };
}

interface Bodies {
  readonly contentType: string;
  subscribe(): Buffer;
  reconcile(frameworkId: string, events: number): Buffer;
  decline(frameworkId: string): Buffer;
  frameworkId(subscribed: Buffer): string;
}

const protobufBodies: Bodies = {
  contentType: 'application/x-protobuf',
  subscribe: () => schedulerCallCodec.encode({ type: 'SUBSCRIBE', framework: framework(), suppressedRoles: [ROLE] }),
  reconcile: (frameworkId, events) => schedulerCallCodec.encode(reconciliation(frameworkId, events)),
  decline: (frameworkId) => schedulerCallCodec.encode(declining(frameworkId)),
  frameworkId: frameworkIdIn,
};

const json = (call: unknown): Buffer => Buffer.from(JSON.stringify(call));
const id = (value: string) => ({ value });

const jsonBodies: Bodies = {
  contentType: 'application/json',
  subscribe() {
    const { name, user, roles, capabilities } = framework();
    const info = { name, user, roles, capabilities: Array.from(capabilities, (type) => ({ type })) };
    return json({ type: 'SUBSCRIBE', subscribe: { framework_info: info, suppressed_roles: [ROLE] } });
  },
  reconcile(frameworkId, events) {
    const tasks = reconciliation(frameworkId, events).tasks.map(({ taskId, agentId = '' }) => ({
      task_id: id(taskId),
      agent_id: id(agentId),
    }));
    return json({ type: 'RECONCILE', framework_id: id(frameworkId), reconcile: { tasks } });
  },
  decline: (frameworkId) => json({ type: 'DECLINE', framework_id: id(frameworkId), decline: { offer_ids: [id(GONE_OFFER)] } }),
  frameworkId: (subscribed) =>
    (JSON.parse(subscribed.toString()) as { subscribed: { framework_id: { value: string } } }).subscribed.framework_id.value,
};

async function openHttp({ http, isBare }: Doors, bodies: Bodies): Promise<DoorClient> {
  const counter = new Counter();
  const url = `${http}/api/v1/scheduler`;
  const headers = { 'content-type': bodies.contentType, accept: bodies.contentType };
  const stream = await openRecords(url, headers, bodies.subscribe(), (bytes) => counter.count(bytes.length));
  const frameworkId = isBare ? BARE_FRAMEWORK_ID : bodies.frameworkId(stream.first);
  const client = new RawHttp(url, { ...headers, 'mesos-stream-id': stream.header('mesos-stream-id') ?? randomUUID() });
  const reconcile = once((events) => bodies.reconcile(frameworkId, events));
  const decline = bodies.decline(frameworkId);
  return {
    frameworkId,
    received: counter.received,
    onEvent: (listen) => counter.onEvent(listen),
    reconcile: (events) => counter.watch(client.post(reconcile(events))),
    decline: () => client.post(decline),
    close() {
      counter.close();
      stream.close();
      client.close();
    },
  };
}
