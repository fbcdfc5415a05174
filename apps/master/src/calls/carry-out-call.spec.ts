import { Resources, scalar } from '@holdfast/core/resources';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryCall, type StoryFramework } from '../master.fixture';
import { carryOutCall } from './carry-out-call';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);

describe('a call', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe({ principal: 'ada', roles: ['eng', 'ops'] });
    agent = await story.register({ checkpointed: Resources.of([engDisk(100)]) });
  });

  const streamId = () => eng.framework.stream?.id ?? '';
  const ask = (frameworkId: string, caller: { readonly principal?: string; readonly streamId?: string }) =>
    carryOutCall(story.deps, { door: 'mesos', ...caller }, { type: 'REQUEST', frameworkId });

  it.each([
    ['an unknown framework', 'nobody', { principal: 'bob' }, 'framework_unknown'],
    ['another principal’s framework, whatever its stream id', 'its own', { principal: 'bob', streamId: 'wrong' }, 'principal_mismatch'],
    ['a framework over no stream', 'its own', { principal: 'ada' }, 'stale_stream'],
    ['a framework over another stream', 'its own', { streamId: 'wrong' }, 'stale_stream'],
  ])('for %s reaches nobody (D-003, D-008, D-009)', (_, id, caller, code) => {
    expect(ask(id === 'its own' ? eng.framework.id : id, caller)).toMatchObject({ ok: false, refusal: { code } });
  });

  it('for a framework that is disconnected, or was removed, reaches nobody; its principal is looked at before (D-003, D-005, D-009)', () => {
    eng.disconnect();
    expect(ask(eng.framework.id, { principal: 'bob' })).toMatchObject({ refusal: { code: 'principal_mismatch' } });
    expect(ask(eng.framework.id, { principal: 'ada' })).toMatchObject({ refusal: { code: 'framework_disconnected' } });
    story.world.advance(10_000);
    expect(ask(eng.framework.id, { principal: 'ada' })).toMatchObject({ refusal: { code: 'framework_removed' } });
  });

  it('over the newest stream, of its own principal or of one that need not prove who it is, is taken (D-003)', () => {
    expect(ask(eng.framework.id, { principal: 'ada', streamId: streamId() })).toEqual({ ok: true, value: {} });
    expect(ask(eng.framework.id, { streamId: streamId() })).toEqual({ ok: true, value: {} });
  });

  it('of a framework without a principal is not taken from somebody who has one', () => {
    const nameless = story.subscribe();
    const caller = { principal: 'ada', streamId: nameless.framework.stream?.id ?? '' };
    expect(ask(nameless.framework.id, caller)).toMatchObject({ refusal: { code: 'principal_mismatch' } });
  });

  it('that is REQUEST is taken and ignored (C-061)', async () => {
    const before = story.changes.length;
    expect(await story.call(eng, { type: 'REQUEST' })).toEqual({});
    expect(story.changes).toHaveLength(before);
    expect(eng.events.map(({ type }) => type)).toEqual(['SUBSCRIBED', 'HEARTBEAT']);
  });

  it.each([
    ['REVIVE', 'revive_roles', []],
    ['SUPPRESS', 'suppress_roles', ['eng', 'ops']],
  ] as const)('that is %s, for some roles or all, reaches the allocator (C-053, C-054)', async (type, kind, suppressed) => {
    await story.call(eng, { type, roles: ['ops'] });
    await story.call(eng, { type, roles: [] });
    expect(story.changes.slice(-2)).toEqual([
      { kind, frameworkId: eng.framework.id, roles: ['ops'] },
      { kind, frameworkId: eng.framework.id, roles: [] },
    ]);
    expect([...eng.framework.suppressedRoles].sort()).toEqual([...suppressed].sort());
  });

  it.each(['REVIVE', 'SUPPRESS'] as const)(
    'that is %s for a role that is not its own is ignored whole, and the answer says why (C-055)',
    async (type) => {
      const before = story.changes.length;
      const call = { type, frameworkId: eng.framework.id, roles: ['eng', 'other'] };
      const answer = await carryOutCall(story.deps, { door: 'mesos', streamId: streamId() }, call);
      expect(answer).toMatchObject({ ok: true, value: { refusal: { code: 'invalid_argument' } } });
      expect(story.changes).toHaveLength(before);
      expect(eng.framework.suppressedRoles.size).toBe(0);
    },
  );

  it('that suppresses leaves outstanding offers as they are (C-054)', async () => {
    story.offer(eng, agent, [cpu]);
    await story.call(eng, { type: 'SUPPRESS', roles: [] });
    expect(story.deps.offers.size).toBe(1);
    expect(eng.events.at(-1)?.type).toBe('OFFERS');
  });

  it.each(['ACCEPT_INVERSE_OFFERS', 'DECLINE_INVERSE_OFFERS'] as const)(
    'that is %s names what is gone: none is ever outstanding',
    async (type) => {
      expect((await story.call(eng, { type, inverseOfferIds: ['m-O1'], filters: {} })).refusal?.code).toBe('offer_gone');
      expect(await story.call(eng, { type, inverseOfferIds: [], filters: {} })).toEqual({});
    },
  );

  it('that declines names the offers that were gone, and declines the others; none at all is fine (D-023)', async () => {
    const offer = story.offer(eng, agent, [cpu]) ?? '';
    const decline = (...offerIds: string[]) => story.call(eng, { type: 'DECLINE', offerIds, filters: {} });
    expect(await decline(offer, 'gone')).toEqual({ unknownOfferIds: ['gone'] });
    expect(story.recovered()).toEqual(['cpus:1 for 5000 ms']);
    expect(await decline()).toEqual({ unknownOfferIds: [] });
  });

  it('that takes part of an ACCEPT over from the Mesos door is answered as over ours: one implementation', async () => {
    const accept = (door: 'grpc' | 'mesos') =>
      story.call(
        eng,
        {
          type: 'ACCEPT',
          offerIds: [story.offer(eng, agent, [cpu]) ?? ''],
          operations: [launch(agent.agent.id, [door, cpu])],
          filters: {},
        },
        { door },
      );
    expect(await accept('grpc')).toMatchObject({ results: [{ tasks: [{ taskId: 'grpc' }] }] });
    expect(await accept('mesos')).toMatchObject({ results: [{ tasks: [{ taskId: 'mesos' }] }] });
  });

  it('about a task that an ACCEPT before it is just launching waits for that ACCEPT (D-056, D-060)', async () => {
    const free = story.subscribe();
    const offer = story.offer(free, agent, [cpu, engDisk(100)]) ?? '';
    const operations = [{ type: 'CREATE', resources: [V] } as const, launch(agent.agent.id, ['t1', cpu, V])];
    const calls: StoryCall[] = [
      { type: 'ACCEPT', offerIds: [offer], operations, filters: {} },
      { type: 'RECONCILE', tasks: [{ taskId: 't1' }] },
      { type: 'KILL', taskId: 't1' },
    ];
    await Promise.all(calls.map((call) => story.call(free, call)));
    expect(agent.sent.map(({ kind }) => kind)).toEqual(['registered', 'apply_operation', 'run_task', 'kill_task']);
    expect(free.events.at(-1)).toMatchObject({ type: 'UPDATE', status: { taskId: 't1', state: 'TASK_STAGING' } });
  });

  it('about a task that is known does not wait for any ACCEPT', async () => {
    const free = story.subscribe();
    await story.accept(free, story.offer(free, agent, [cpu]), launch(agent.agent.id, ['t0', cpu]));
    let asked = 0;
    story.ledger.apply = () => new Promise(() => asked++);
    const offerIds = [story.offer(free, agent, [cpu, engDisk(100)]) ?? ''];
    void story.call(free, { type: 'ACCEPT', offerIds, operations: [{ type: 'CREATE', resources: [V] }], filters: {} });
    expect(free.framework.accepting.size).toBe(1);
    await story.call(free, { type: 'KILL', taskId: 't0' });
    expect(asked).toBe(1);
    expect(agent.sent.at(-1)?.kind).toBe('kill_task');
  });
});
