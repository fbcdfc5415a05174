import { parseMinimumAllocatable } from '@holdfast/core/fair-share';
import { compileRegex } from '@holdfast/platform/regex';
import type { DuplexStream } from '@holdfast/platform/rpc';
import type { AllocateRequest, AllocateResponse } from '@holdfast/contracts';
import { recordedLog } from '@holdfast/testing/log';
import { manualWorld } from '@holdfast/testing/world';
import { Sessions } from '../session';
import { agent, COMPLETE, framework, giveBack } from '../test-master.fixture';
import type { CycleReason } from './cycle-queue';
import { runOfferCycle } from './offer-cycles';
import { Pacer } from './pacer';

/** A pacer with a queue that only counts, and one master on a stream that goes nowhere. */
function pacedSession() {
  const world = manualWorld();
  const asked: CycleReason[] = [];
  const sent: AllocateResponse[] = [];
  const minimum = parseMinimumAllocatable('cpus:0.01|mem:32');
  if (!minimum.ok) throw new Error(minimum.refusal.message);
  const queue = { ask: (reason: CycleReason) => void asked.push(reason), isAnswering: true, close: async () => undefined };
  const sessions = new Sessions(
    { intervalMs: 1000, minimum: minimum.value, filtersGpuAgents: true, compileRegex },
    world,
    { changed: (session) => pacer.booksChanged(session), disagreed: () => undefined },
    recordedLog(),
  );
  const pacer = new Pacer(world, 1000, () => sessions, queue);
  let receive: (request: AllocateRequest) => void = () => undefined;
  const stream: DuplexStream<AllocateRequest, AllocateResponse> = {
    send: (response) => void sent.push(response),
    sendEncoded: () => undefined,
    end: () => undefined,
    refuse: () => undefined,
    onClose: () => undefined,
    onEnd: () => undefined,
    onMessage: (call) => (receive = (request) => void call(request)),
    bufferedBytes: 0,
    closed: false,
  };
  sessions.open(stream, 'test');
  let number = 0;
  const counts = { cycles: 0, agents: 0 };
  const metrics = {
    cycleDone: ({ agents }: { agents: number }) => {
      counts.cycles++;
      counts.agents += agents;
    },
    cycleWaited: () => undefined,
    disagreed: () => undefined,
  };
  return {
    world,
    asked,
    sent,
    counts,
    pacer,
    send: (...changes: AllocateRequest['changes']) => receive({ number: ++number, changes }),
    cycle: () => runOfferCycle({ world, sessions, metrics }, 'period'),
  };
}

describe('when a cycle is asked for', () => {
  it('asks for none before the snapshot is complete, then for one', () => {
    const { asked, send } = pacedSession();
    send(framework('f1'), agent('a1', 'cpus:1'));
    expect(asked).toEqual([]);
    send(COMPLETE);
    expect(asked).toEqual(['books_changed']);
  });

  it('asks for none in an idle cluster, however many periods pass', async () => {
    const { asked, send, cycle, world, counts } = pacedSession();
    send(framework('f1'), ...Array.from({ length: 100 }, (_, at) => agent(`a${at}`, 'cpus:1')), COMPLETE);
    await cycle();
    asked.length = 0;
    world.advance(3_600_000);
    expect(asked).toEqual([]);
    await cycle();
    expect(counts).toEqual({ cycles: 1, agents: 100 });
  });

  it('asks in a period for what became due in it, and no sooner (C-001)', async () => {
    const { asked, send, sent, cycle, world } = pacedSession();
    send(framework('f1'), agent('a1', 'cpus:1'), COMPLETE);
    await cycle();
    send(giveBack(sent[0]!.allocations[0]!, 2500));
    await cycle();
    asked.length = 0;
    world.advance(2000);
    expect(asked).toEqual([]);
    world.advance(1000);
    expect(asked).toEqual(['period']);
    await cycle();
    expect(sent).toHaveLength(2);
  });

  it('asks again in every period while candidates wait, since a queue may lose a job', () => {
    const { asked, send, world } = pacedSession();
    send(framework('f1'), agent('a1', 'cpus:1'), COMPLETE);
    world.advance(2000);
    expect(asked).toEqual(['books_changed', 'period', 'period']);
  });

  it('asks no more once stopped', () => {
    const { asked, send, world, pacer } = pacedSession();
    send(framework('f1'), agent('a1', 'cpus:1'), COMPLETE);
    pacer.stop();
    world.advance(5000);
    expect(asked).toEqual(['books_changed']);
  });
});

describe('an offer cycle', () => {
  it('offers nothing twice when its job runs twice (C-005)', async () => {
    const { send, sent, cycle, counts } = pacedSession();
    send(framework('f1'), agent('a1', 'cpus:1'), COMPLETE);
    await Promise.all([cycle(), cycle()]);
    expect(sent.flatMap(({ allocations }) => allocations)).toHaveLength(1);
    expect(counts.cycles).toBe(1);
  });

  it('serves all candidates, in turns that let others in between', async () => {
    const { send, sent, cycle } = pacedSession();
    send(framework('f1'), ...Array.from({ length: 2500 }, (_, at) => agent(`a${at}`, 'cpus:1')), COMPLETE);
    const done = cycle();
    send({ kind: 'remove_framework', frameworkId: 'f1' }, framework('f2'));
    await done;
    const offers = sent.flatMap(({ allocations }) => allocations);
    expect(new Set(offers.map(({ agentId }) => agentId)).size).toBe(2500);
    expect(offers.filter(({ frameworkId }) => frameworkId === 'f1')).toHaveLength(1000);
  });
});
