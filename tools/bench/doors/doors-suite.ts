import type { ChildProcess } from 'node:child_process';
import { forkNode } from '../floor/fork-node';
import { ratePerSecond } from '../rate';
import type { Result, Suite, SuiteRun } from '../result';
import type { BareDoorOptions } from './bare-door';
import { startBenchMaster, type BenchMaster } from './bench-master';
import { DOOR_NAMES, openDoor, type DoorClient, type DoorName, type Doors } from './door-client';

const CALLS_IN_FLIGHT = 64;
const OFFERS_IN_FLIGHT = 2_000;
/** Of a bare server of the same kind. */
const CONNECT_MARK = 0.5;
const JSON_OFFERS_PER_SECOND = 50_000;

type Times = Parameters<typeof ratePerSecond>[1];

/** Events that a subscriber asks for at once: many for one, few each for many. */
const EVENTS_PER_REQUEST = new Map([
  [1, 1_000],
  [200, 50],
]);

/** A real master, of which only the doors are used, beside servers that send as many bytes through the same libraries. */
export const doorsSuite: Suite = {
  name: 'doors',
  about: 'events to 1 and to 200 subscribers, calls and offers per second: gRPC Connect, gRPC unary, HTTP JSON, HTTP protobuf',
  async run(run) {
    const times = run.isQuick ? { warmUpMs: 500, measureMs: 1_500 } : { warmUpMs: 1_500, measureMs: 5_000 };
    const results: Result[] = [];
    for (const name of DOOR_NAMES) {
      for (const subscribers of EVENTS_PER_REQUEST.keys()) results.push(await eventsTo(run, name, subscribers, times));
      results.push(await callsTo(run, name, times));
      results.push(await offersTo(run, name, times));
    }
    return results;
  },
};

async function eventsTo(run: SuiteRun, name: DoorName, subscribers: number, times: Times): Promise<Result> {
  const what = `${name}: UPDATE events to ${subscribers} ${subscribers === 1 ? 'subscriber' : 'subscribers'}`;
  run.say(`${what} …`);
  const perRequest = EVENTS_PER_REQUEST.get(subscribers) ?? 1;
  const measured = await withMaster((master) => eventRate(name, master.doors, subscribers, perRequest, times));
  const bare = { eventBytes: measured.bytesPerEvent, reconcileBytes: perRequest * 8, events: perRequest };
  const floor = await withBareDoor(bare, (doors) => eventRate(name, doors, subscribers, perRequest, times));
  return {
    name: what,
    value: measured.rate,
    unit: 'events/s',
    floor: floor.rate,
    ratio: measured.rate / floor.rate,
    ...(name === 'gRPC Connect' && { mark: CONNECT_MARK }),
  };
}

async function callsTo(run: SuiteRun, name: DoorName, times: Times): Promise<Result> {
  const what = `${name}: calls of one framework`;
  run.say(`${what} …`);
  const value = await withMaster((master) => callRate(name, master.doors, times));
  const floor = await withBareDoor({ eventBytes: 0, reconcileBytes: Number.MAX_SAFE_INTEGER, events: 0 }, (doors) =>
    callRate(name, doors, times),
  );
  return { name: what, value, unit: 'calls/s', floor, ratio: value / floor, ...(name === 'gRPC Connect' && { mark: CONNECT_MARK }) };
}

/** From an allocation that arrives to offers that a framework has; a hundred to an event. */
async function offersTo(run: SuiteRun, name: DoorName, times: Times): Promise<Result> {
  const what = `${name}: offers, a shared volume in each`;
  run.say(`${what} …`);
  const { rate, bytesPerEvent, perEvent } = await withMaster((master) => offerRate(name, master, times));
  // As many bytes a request as a window of offers.
  const events = OFFERS_IN_FLIGHT / perEvent;
  const bare = { eventBytes: bytesPerEvent, reconcileBytes: events * 8, events };
  const floor = await withBareDoor(bare, (doors) => eventRate(name, doors, 1, events, times));
  const floorOffers = floor.rate * perEvent;
  const isMarked = name === 'HTTP JSON';
  const result = { name: what, value: rate, unit: 'offers/s', floor: floorOffers, ratio: rate / floorOffers };
  return isMarked ? { ...result, mark: JSON_OFFERS_PER_SECOND / floorOffers } : result;
}

async function eventRate(name: DoorName, doors: Doors, subscribers: number, perRequest: number, times: Times) {
  const clients = await Promise.all(Array.from({ length: subscribers }, () => openDoor(name, doors)));
  for (const client of clients) {
    let missing = 0;
    const ask = () => {
      missing = perRequest;
      client.reconcile(perRequest);
    };
    client.onEvent(() => {
      if (--missing === 0) ask();
    });
    ask();
  }
  const sum = (of: (received: DoorClient['received']) => number) => clients.reduce((total, client) => total + of(client.received), 0);
  const rate = await ratePerSecond(() => sum(({ events }) => events), times);
  const bytesPerEvent = Math.round(sum(({ bytes }) => bytes) / sum(({ events }) => events));
  for (const client of clients) client.close();
  return { rate, bytesPerEvent };
}

async function callRate(name: DoorName, doors: Doors, times: Times): Promise<number> {
  const client = await openDoor(name, doors);
  let done = 0;
  let isOver = false;
  const callOn = async () => {
    while (!isOver) {
      await client.decline();
      done++;
    }
  };
  const calling = Array.from({ length: CALLS_IN_FLIGHT }, () => callOn());
  const rate = await ratePerSecond(() => done, times);
  isOver = true;
  await Promise.all(calling);
  client.close();
  return rate;
}

async function offerRate(name: DoorName, master: BenchMaster, times: Times) {
  const client = await openDoor(name, master.doors);
  const perEvent = master.offersPerAllocation;
  const allocate = () => master.allocate(client.frameworkId);
  client.onEvent(allocate);
  for (let asked = 0; asked < OFFERS_IN_FLIGHT; asked += perEvent) allocate();
  const rate = (await ratePerSecond(() => client.received.events, times)) * perEvent;
  const bytesPerEvent = Math.round(client.received.bytes / client.received.events);
  client.close();
  return { rate, bytesPerEvent, perEvent };
}

async function withMaster<T>(use: (master: BenchMaster) => Promise<T>): Promise<T> {
  const master = await startBenchMaster();
  try {
    return await use(master);
  } finally {
    await master.stop();
  }
}

async function withBareDoor<T>(options: Omit<BareDoorOptions, 'role'>, use: (doors: Doors) => Promise<T>): Promise<T> {
  const children: ChildProcess[] = [];
  const [grpcPort, httpPort] = (await forkNode({ role: 'door', ...options } as BareDoorOptions, children)).split(',');
  try {
    return await use({ grpc: `127.0.0.1:${grpcPort}`, http: `http://127.0.0.1:${httpPort}`, isBare: true });
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}
