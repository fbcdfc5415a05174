import type { Operation } from '@holdfast/core/offers';
import { Resources, scalar } from '@holdfast/core/resources';
import type { WhenUnused } from '@holdfast/core/volumes';
import { engDisk, launch, volume } from '../builders.fixture';
import { MasterStory, type StoryAgent, type StoryFramework } from '../master.fixture';
import { removeFramework } from '../frameworks/remove-framework';
import { offerable } from './offerable';
import { takeDrained } from './take-drained';

const cpu = scalar('cpus', 1);
const V = volume('data', 40);
const reader = { ...V, disk: { ...V.disk, volume: { containerPath: 'data', mode: 'RO' as const } } };
const drain = (more: Partial<WhenUnused> = {}, id?: string): Operation => ({
  type: 'DESTROY',
  resources: [V],
  whenUnused: { admitsReaders: false, onDeadline: 'cancel', ...more },
  ...(id !== undefined && { id }),
});

describe('a volume that is to be destroyed when unused', () => {
  let story: MasterStory;
  let eng: StoryFramework;
  let other: StoryFramework;
  let agent: StoryAgent;

  beforeEach(async () => {
    story = new MasterStory();
    eng = story.subscribe();
    other = story.subscribe({ name: 'other' });
    agent = await story.register({ checkpointed: Resources.of([engDisk(60), V]) });
    await launchOne('t1');
  });

  const offerV = (by = eng) => story.offer(by, agent, [cpu, V]);
  const launchOne = (taskId: string, by = eng, of = V) =>
    story.accept(by, story.offer(by, agent, [cpu, of]), launch(agent.agent.id, [taskId, cpu, of]));
  const drainIt = (more?: Partial<WhenUnused>, id?: string) => story.accept(eng, offerV(), drain(more, id));
  const end = async (taskId: string) => {
    await story.report(agent, taskId, 'TASK_FINISHED');
    await agent.agent.queue.run(() => undefined);
  };
  const destroys = () => agent.sent.filter((message) => message.kind === 'apply_operation' && message.operation.type === 'DESTROY');
  const known = async () => (await story.ledger.readVolumes(['store-1'], 'eng/data'))[0];
  const converted = () =>
    story.changes
      .flatMap((change) => (change.kind === 'convert_total' ? change.conversions : []))
      .map(({ consumed, produced }) => [consumed.count(V), produced.count(V)]);
  const plainDisk = () => agent.agent.total.filter((r) => !r.disk && r.reservations.length > 0).toString();
  const statuses = (of = eng) =>
    of.events.flatMap((event) => (event.type === 'UPDATE_OPERATION_STATUS' ? [`${event.status.operationId} ${event.status.state}`] : []));

  it('waits: the answer names who holds it, the agent is told nothing, and it keeps its place in what the agent has', async () => {
    const [result] = await drainIt();
    expect(result).toMatchObject({ type: 'DESTROY', waitsFor: [{ taskId: 't1' }] });
    expect(await known()).toMatchObject({ state: 'draining', drain: { requester: { frameworkId: eng.framework.id } } });
    expect(destroys()).toEqual([]);
    expect(agent.agent.total.count(V)).toBe(1);
  });

  it('is withheld: offers of whomever with it are rescinded, the allocator no longer has it, and none is made of it', async () => {
    const [id, third] = [offerV(other), story.subscribe({ name: 'third' })];
    story.offer(third, agent, [cpu]);
    await drainIt();
    expect(other.events.at(-1)).toEqual({ type: 'RESCIND', offerId: id });
    expect(third.events.at(-1)?.type).toBe('OFFERS');
    expect(converted()).toEqual([[1, 0]]);
    expect(offerV(other)).toBeUndefined();
    expect(story.changes.at(-1)).toMatchObject({ kind: 'recover_resources', frameworkId: other.framework.id, offered: true });
    expect(story.offer(other, agent, [cpu])).toBeDefined();
  });

  it('comes back from the ACCEPT as it was offered, after the allocator has forgotten it (promise 3)', async () => {
    await drainIt();
    const kinds = story.changes.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('recover_resources')).toBeGreaterThan(kinds.lastIndexOf('convert_total'));
    const back = story.changes.findLast((change) => change.kind === 'recover_resources');
    expect(back && 'resources' in back && back.resources.count(V)).toBe(1);
  });

  it('refuses the ACCEPT that had taken an offer with it already (A-076)', async () => {
    const offerIds = [offerV(other) ?? ''];
    const draining = drainIt();
    const operations = [launch(agent.agent.id, ['t2', cpu, V])];
    const waiting = story.call(other, { type: 'ACCEPT', offerIds, operations, filters: {} });
    await draining;
    expect((await waiting).refusal?.code).toBe('offer_gone');
    expect(await story.holders('eng/data')).toEqual(['t1 pending']);
  });

  it('is still offered while readers are admitted: they may come, writers may not, and it waits for them, too', async () => {
    await drainIt({ admitsReaders: true });
    expect(converted()).toEqual([]);
    const write = await launchOne('t2', other);
    expect(write[0]?.tasks[0]?.refusal?.code).toBe('volume_not_ready');
    const read = await launchOne('t3', other, reader);
    expect(read[0]?.tasks[0]?.refusal).toBeUndefined();
    await end('t1');
    expect(destroys()).toEqual([]);
    await end('t3');
    expect(destroys()).toHaveLength(1);
    expect(converted()).toEqual([[1, 0]]);
  });

  it('is destroyed by the release of the last holder, not before, and its disk comes back when the data is gone (A-041, promise 1)', async () => {
    await launchOne('t2', other);
    await drainIt();
    await end('t1');
    expect([destroys().length, (await known())?.state]).toEqual([0, 'draining']);
    await end('t2');
    expect([destroys().length, (await known())?.state]).toEqual([1, 'destroying']);
    expect(agent.agent.total.count(V)).toBe(0);
    expect(plainDisk()).toMatch(/:60$/);
    await story.carryOut(agent);
    expect((await known())?.state).toBe('gone');
    expect(plainDisk()).toMatch(/:100$/);
    // It was withheld already: nothing of it is taken from the allocator a second time.
    expect(converted()).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(story.ledger.recorded).toContainEqual({ kind: 'volume_gone', volume: 'eng/data', generation: 1, cause: 'destroyed' });
  });

  it('that nobody holds is destroyed at once, as by a DESTROY', async () => {
    await end('t1');
    const [result] = await drainIt();
    expect(result).not.toHaveProperty('waitsFor');
    expect(destroys()).toHaveLength(1);
    expect(agent.agent.drains.size).toBe(0);
    await story.carryOut(agent);
    expect((await known())?.state).toBe('gone');
  });

  it('waits for the task of the same ACCEPT: scratch space, made, used and gone (A-041)', async () => {
    const scratch = volume('scratch', 20, false);
    const offer = story.offer(eng, agent, [cpu, engDisk(20)]);
    const results = await story.accept(eng, offer, { type: 'CREATE', resources: [scratch] }, launch(agent.agent.id, ['s1', cpu, scratch]), {
      type: 'DESTROY',
      resources: [scratch],
      whenUnused: { admitsReaders: false, onDeadline: 'cancel' },
    });
    expect(results.map(({ refusal, waitsFor }) => refusal ?? waitsFor?.map(({ taskId }) => taskId))).toEqual([
      undefined,
      undefined,
      ['s1'],
    ]);
    await story.carryOut(agent);
    expect(story.ledger.recorded).toContainEqual({ kind: 'confirm_created', volume: 'eng/scratch', generation: 1 });
    const kinds = story.changes.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('convert_total')).toBeGreaterThan(kinds.lastIndexOf('use_resources'));
    await end('s1');
    expect(destroys()).toHaveLength(1);
    await story.carryOut(agent);
    expect((await story.ledger.readVolumes(['store-1'], 'eng/scratch'))[0]?.state).toBe('gone');
    expect(agent.agent.total.count(scratch)).toBe(0);
    expect(plainDisk()).toMatch(/:60$/);
  });

  it('gives back at the end of its tasks what they used, also while it is withheld', async () => {
    await drainIt();
    await end('t1');
    const back = story.changes.filter((change) => change.kind === 'recover_resources' && !change.offered);
    expect(back.map((change) => 'resources' in change && change.resources.count(V))).toEqual([1]);
  });

  it('is drained over the Mesos door, too: our extension is accepted inbound (architecture 11.6)', async () => {
    const call = { type: 'ACCEPT', offerIds: [offerV() ?? ''], operations: [drain()], filters: {} } as const;
    const { results } = await story.call(eng, call, { door: 'mesos' });
    expect(results?.[0]?.waitsFor).toMatchObject([{ taskId: 't1' }]);
  });

  describe('by an operation with an id', () => {
    it('is OPERATION_PENDING until the agent says that it is gone', async () => {
      await drainIt({}, 'op');
      expect(story.deps.operations.get(eng.framework.id, 'op')?.status.state).toBe('OPERATION_PENDING');
      await end('t1');
      expect(destroys().at(-1)).toMatchObject({ frameworkId: eng.framework.id, operation: { id: 'op' } });
      expect(statuses()).toEqual([]);
      story.reportOperation(agent, eng.framework.id, 'op', 'OPERATION_FINISHED');
      expect(statuses()).toEqual(['op OPERATION_FINISHED']);
    });

    it('has not failed when the agent must be asked again', async () => {
      await drainIt({}, 'op');
      await end('t1');
      story.reportOperation(agent, eng.framework.id, 'op', 'OPERATION_FAILED');
      expect(statuses()).toEqual([]);
    });

    it('keeps its id for itself until it is over', async () => {
      await drainIt({}, 'op');
      const [again] = await story.accept(eng, story.offer(eng, agent, [cpu, engDisk(20)]), {
        type: 'CREATE',
        resources: [volume('more', 20)],
        id: 'op',
      });
      expect(again?.refusal?.code).toBe('operation_invalid');
    });

    it('whose framework is removed is carried out all the same, and nobody is told', async () => {
      await launchOne('t2', other);
      await drainIt({}, 'op');
      removeFramework(story.deps, eng.framework, 'it went away');
      expect(story.deps.operations.get(eng.framework.id, 'op')).toBeUndefined();
      await end('t1');
      await end('t2');
      expect(destroys()).toMatchObject([{ kind: 'apply_operation' }]);
      expect(destroys()[0]).not.toHaveProperty('frameworkId');
    });
  });

  it('is refused by a ledger that is away, and nothing has changed', async () => {
    const offer = offerV();
    story.ledger.isLinked = false;
    const [result] = await story.accept(eng, offer, drain());
    expect(result?.refusal?.code).toBe('ledger_unavailable');
    expect([agent.agent.drains.size, converted()]).toEqual([0, []]);
    expect(offerable(agent.agent).equals(agent.agent.total)).toBe(true);
  });

  it('whose last release could not be written for want of the ledger is destroyed when it is', async () => {
    await drainIt();
    story.ledger.isLinked = false;
    const told = story.report(agent, 't1', 'TASK_FINISHED');
    story.world.advance(1_000);
    await told;
    expect(destroys()).toEqual([]);
    await story.ledger.comeBack();
    await agent.agent.queue.run(() => undefined);
    expect(destroys()).toHaveLength(1);
  });

  it('is not taken for a later one of its name: a late word of its last release changes nothing (promise 10)', async () => {
    await drainIt();
    const terms = { requester: {}, admitsReaders: false, onDeadline: 'cancel', sinceMs: 0, isMade: true } as const;
    takeDrained(story.deps, 'store-1', [{ volume: 'eng/data', generation: 7, drain: terms }]);
    takeDrained(story.deps, 'store-of-nobody', [{ volume: 'eng/data', generation: 1, drain: terms }]);
    await agent.agent.queue.run(() => undefined);
    expect([destroys().length, agent.agent.drains.size]).toEqual([0, 1]);
  });

  it('that another DESTROY reaches as its last holder leaves is destroyed once, and whoever waited is told', async () => {
    await drainIt({ admitsReaders: true }, 'op');
    // The ledger knows of the release already; the word of it waits behind the ACCEPT in the agent's queue.
    const offerIds = [offerV(other) ?? ''];
    const destroying = agent.agent.queue.run(() => story.report(agent, 't1', 'TASK_FINISHED'));
    const accepted = story.call(other, { type: 'ACCEPT', offerIds, operations: [{ type: 'DESTROY', resources: [V] }], filters: {} });
    await destroying;
    expect((await accepted).results).toEqual([{ type: 'DESTROY', tasks: [] }]);
    await agent.agent.queue.run(() => undefined);
    expect([destroys().length, agent.agent.drains.size]).toEqual([1, 0]);
    await story.carryOut(agent);
    expect(statuses()).toEqual(['op OPERATION_FINISHED']);
    expect(plainDisk()).toMatch(/:100$/);
  });
});
