import { refuse } from '@holdfast/core/base';
import { Resources } from '@holdfast/core/resources';
import type { AgentMessage, LinkRequest, LinkResponse, MasterMessage } from '@holdfast/contracts';
import type { DuplexClient } from '@holdfast/platform/rpc';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld, type ManualWorld } from '@holdfast/testing/world';
import { MasterLink, type MasterLinkDeps } from './master-link';

const PING_TIMEOUT_MS = 75_000;
const settled = () => new Promise(setImmediate);

/** A stream to a master whose side the test plays. */
class Dialled {
  readonly heard: AgentMessage[] = [];
  isCancelled = false;
  private message: (response: LinkResponse) => void = () => undefined;
  private end: (reason?: { message: string }) => void = () => undefined;

  readonly stream = {
    send: ({ messages }: LinkRequest) => void this.heard.push(...messages),
    onConnected: (call: () => void) => call(),
    onMessage: (call: (response: LinkResponse) => void) => void (this.message = call),
    onEnd: (call: () => void) => void (this.end = call),
    cancel: () => void (this.isCancelled = true),
    end: () => undefined,
  } as unknown as DuplexClient<LinkRequest, LinkResponse>;

  async say(...messages: MasterMessage[]): Promise<void> {
    this.message({ epoch: 1, messages });
    await settled();
  }

  async hangUp(): Promise<void> {
    this.end();
    await settled();
  }
}

const registered: MasterMessage = { kind: 'registered', agentId: 'a', pingIntervalMs: 15_000, pingTimeoutMs: PING_TIMEOUT_MS };
const report: Extract<AgentMessage, { kind: 'register' }> = {
  kind: 'register',
  agent: { hostname: 'host', httpPort: 1, attributes: [] },
  storeId: 's',
  configured: Resources.empty,
  checkpointed: Resources.empty,
  tasks: [],
  operations: [],
  executors: [],
  highestEpoch: 0,
  ledgerRevision: 0,
  bootId: 'b',
  version: '0',
};

/** The link of one agent. */
function linkIn(world: ManualWorld, more: Partial<MasterLinkDeps> = {}) {
  const dialled: Dialled[] = [];
  const dialledAtMs: number[] = [];
  const link = new MasterLink({
    world,
    log: recordedLog(),
    client: {
      duplex: (() => {
        const next = new Dialled();
        dialled.push(next);
        dialledAtMs.push(world.nowMs());
        return next.stream;
      }) as unknown as MasterLinkDeps['client']['duplex'],
    },
    backoff: { firstMs: 1_000, maxMs: 60_000 },
    registrationTimeoutMs: 10_000,
    admit: () => Promise.resolve(true),
    report: () => Promise.resolve(report),
    onRegistered: () => Promise.resolve(),
    onReady: () => undefined,
    onLost: () => undefined,
    onInstruction: () => undefined,
    onRefused: () => undefined,
    ...more,
  });
  link.start();
  return { link, dialled, dialledAtMs, last: () => dialled.at(-1)! };
}

/** Numbers from 0 to 1 that look random and are the same each time. */
function drawnFrom(seed: number): { next(): number } {
  let state = seed;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

describe('an agent without pings', () => {
  it('looks for the master again after the time that the master has told it, not before (D-072)', async () => {
    const world = manualWorld();
    const { dialled, last } = linkIn(world);
    await settled();
    await last().say(registered);
    world.advance(PING_TIMEOUT_MS - 1);
    await last().say({ kind: 'ping' });
    world.advance(PING_TIMEOUT_MS - 1);
    expect([dialled.length, dialled[0]!.isCancelled]).toEqual([1, false]);
    world.advance(1);
    expect(dialled[0]!.isCancelled).toBe(true);
    world.advance(1_000);
    expect(dialled).toHaveLength(2);
  });

  it('is not fooled by a clock that is set forward or back, nor is its back-off (D-072, D-077)', async () => {
    const world = manualWorld();
    const { nowMs } = world;
    const { dialled, last } = linkIn(world);
    await settled();
    await last().say(registered);
    for (const jumpMs of [10 * 365 * 86_400_000, -10 * 365 * 86_400_000]) {
      world.nowMs = () => nowMs() + jumpMs;
      world.advance(PING_TIMEOUT_MS - 1);
      await last().say({ kind: 'ping' });
    }
    expect(dialled).toHaveLength(1);
    world.advance(PING_TIMEOUT_MS);
    world.nowMs = nowMs;
    world.advance(1_000);
    expect(dialled).toHaveLength(2);
  });
});

describe('a thousand agents that lose the master in one instant', () => {
  const AGENTS = 1_000;

  async function all() {
    const world = manualWorld();
    const links = Array.from({ length: AGENTS }, (_, at) =>
      linkIn(Object.assign(Object.create(world) as ManualWorld, { random: drawnFrom(at) })),
    );
    await settled();
    await Promise.all(links.map(({ last }) => last().say(registered)));
    return { world, links };
  }

  it('as when Redis was started anew and they are asked to report, come back evenly over a second (D-077)', async () => {
    const { world, links } = await all();
    const startMs = world.nowMs();
    await Promise.all(links.map(({ last }) => last().hangUp()));
    world.advance(1_000);
    expect(links.every(({ dialled }) => dialled.length === 2)).toBe(true);
    const tenths = Array<number>(10).fill(0);
    for (const { dialledAtMs } of links) tenths[Math.floor((dialledAtMs[1]! - startMs) / 100)]!++;
    expect(Math.min(...tenths)).toBeGreaterThan(AGENTS / 20);
    expect(Math.max(...tenths)).toBeLessThan(AGENTS / 5);
  });

  it('as when it is away for long, try ever more rarely and never together (D-077)', async () => {
    const { world, links } = await all();
    await Promise.all(links.map(({ last }) => last().hangUp()));
    const startMs = world.nowMs();
    for (let second = 0; second < 600; second++) {
      const before = links.map(({ dialled }) => dialled.length);
      world.advance(1_000);
      await Promise.all(links.map(({ dialled, last }, at) => (dialled.length > before[at]! ? last().hangUp() : undefined)));
    }
    const perSecond = Array<number>(600).fill(0);
    for (const { dialledAtMs } of links)
      for (const atMs of dialledAtMs.slice(1)) perSecond[Math.min(599, Math.floor((atMs - startMs) / 1_000))]!++;
    // One attempt in 30 s on average; 1,000 agents make some 33 a second.
    expect(Math.max(...perSecond.slice(300))).toBeLessThan(AGENTS / 10);
    expect(Math.min(...perSecond.slice(300))).toBeGreaterThan(0);
  });
});

it('ends for good when the master does not want it: marked gone, or with resources that do not fit (D-087)', async () => {
  const world = manualWorld();
  const refused: string[] = [];
  const { dialled, last } = linkIn(world, { onRefused: ({ message }) => void refused.push(message) });
  await settled();
  await last().say({ kind: 'registration_refused', refusal: refuse('ledger_unavailable', { problem: 'Redis is away' }) });
  world.advance(1_000);
  await settled();
  expect([dialled.length, refused]).toEqual([2, []]);
  await last().say({ kind: 'registration_refused', refusal: refuse('agent_refused', { problem: 'You were declared gone.' }) });
  world.advance(3_600_000);
  expect([dialled.length, refused]).toEqual([2, ['You were declared gone.']]);
});
