import { ok, refuse, refused } from '@holdfast/core/base';
import type { Drain, LedgerUnit, ReconcileOutcome } from '@holdfast/core/volumes';
import { RpcFault } from '@holdfast/platform/rpc';
import { eventually } from '@holdfast/testing/eventually';
import { done, ScriptedRegistry } from './scripted-registry.fixture';

const away = refuse('ledger_unavailable', { problem: 'Redis is away' });
const stale = refuse('stale_epoch', { epoch: 3, highest: 4 });
const drain: Drain = { requester: { principal: 'ops' }, isMade: true, admitsReaders: false, sinceMs: 1, onDeadline: 'kill' };
const holder = { frameworkId: 'f', taskId: 't', launchId: 'l', agentId: 'a' };
const release: LedgerUnit = { kind: 'release_volumes', holder, volumes: ['eng/v'], cause: 'TASK_FINISHED' };
const gone = (generation: number): LedgerUnit => ({ kind: 'volume_gone', volume: 'eng/v', generation, cause: 'destroyed' });
const report = { storeId: 's1', agentId: 'a', volumes: [], holders: [], agentRevision: 7 };
const outcome: ReconcileOutcome = { revision: 9, differences: [], destroying: [], draining: [] };

let registry: ScriptedRegistry;
beforeEach(async () => {
  registry = await ScriptedRegistry.start();
});
afterEach(() => registry.stop());

describe('a transaction', () => {
  it('carries the epoch of this master and the highest revision seen of its store', async () => {
    registry.answer = () => done({ revision: 12 });
    await registry.ledger.apply('s1', []);
    await registry.ledger.apply('s1', []);
    await registry.ledger.apply('s2', []);
    expect(registry.asked.map(({ storeId, epoch, seenRevision }) => [storeId, epoch, seenRevision])).toEqual([
      ['s1', 3, 0],
      ['s1', 3, 12],
      ['s2', 3, 0],
    ]);
  });

  it('that releases the last holder of what waits for it says so before it is answered, whoever asked for it (A-041)', async () => {
    const drained = [{ volume: 'eng/v', generation: 2, drain }];
    registry.answer = () => done({ results: [{ drained }] });
    await registry.ledger.apply('s1', [release]);
    expect(registry.drained).toEqual([{ storeId: 's1', volumes: drained }]);
    await registry.ledger.record('s1', release);
    expect(registry.drained).toHaveLength(2);
  });

  it('is refused while the registry is away, and nothing was asked', async () => {
    await registry.lose();
    const answer = await registry.ledger.apply('s1', [release]);
    expect(answer).toMatchObject({ ok: false, refusal: { code: 'ledger_unavailable' } });
    expect(answer.ok || answer.refusal.details).not.toHaveProperty('inDoubt');
    expect(registry.asked).toEqual([]);
  });

  it('that is cut off is in doubt, and so is its store', async () => {
    registry.answer = () => undefined;
    const cut = registry.ledger.apply('s1', [release]);
    await eventually(() => registry.asked.length > 0);
    await registry.lose();
    expect(await cut).toMatchObject({ ok: false, refusal: { code: 'ledger_unavailable', details: { inDoubt: true } } });
    expect(registry.heard).toContain('in doubt s1: a ledger transaction was cut off');
  });

  it('that Redis did not answer is in doubt; one that Redis was never asked is not', async () => {
    registry.answer = () => done({ refusal: away, unverified: true });
    expect(await registry.ledger.apply('s1', [release])).toMatchObject({
      refusal: { details: { inDoubt: true }, message: expect.stringContaining('not known whether the change was made') as string },
    });
    expect(registry.heard).toContain('in doubt s1: a ledger transaction was not answered');
    registry.answer = () => done({ refusal: away });
    expect(await registry.ledger.apply('s2', [release])).toEqual({ ok: false, refusal: away });
    expect(registry.heard.join()).not.toContain('s2');
  });

  it('in a store that is not verified has its agent report anew', async () => {
    registry.answer = () => done({ unverified: true });
    expect((await registry.ledger.apply('s1', [])).ok).toBe(true);
    expect(registry.heard).toContain('in doubt s1: the ledger is not reconciled with its agent in this epoch');
  });

  it('of a master that was overtaken has it told so (promise 5)', async () => {
    registry.answer = () => done({ refusal: stale });
    await registry.ledger.apply('s1', []);
    expect(registry.heard).toContain('fenced stale_epoch');
  });
});

describe('what must be written sooner or later', () => {
  it('is tried again while Redis is away, in order, and is settled when all of it is written', async () => {
    registry.answer = () => done({ refusal: away });
    const written: number[] = [];
    for (const generation of [1, 2]) void registry.ledger.record('s1', gone(generation)).then(() => written.push(generation));
    await eventually(() => registry.asked.length === 1);
    const settled = registry.ledger.settled('s1', 400);
    registry.world.advance(400);
    expect([await settled, await registry.ledger.settled('s2', 400)]).toEqual([false, true]);

    registry.answer = ({ units }) => done({ results: units.map(() => ({})) });
    const inTime = registry.ledger.settled('s1', 60_000);
    await eventually(() => {
      registry.world.advance(100);
      return registry.asked.length > 1;
    });
    await eventually(() => written.length === 2);
    expect([await inTime, written]).toEqual([true, [1, 2]]);
    expect(registry.asked.at(-1)?.units).toEqual([gone(1), gone(2)]);
    expect(await registry.ledger.settled('s1', 400)).toBe(true);
  });

  it('is settled with the last of what is owed, not with the first', async () => {
    registry.answer = ({ units }) =>
      units.some((unit) => 'generation' in unit && unit.generation === 2) ? done({ refusal: away }) : done({ results: [{}] });
    const first = registry.ledger.record('s1', gone(1));
    void registry.ledger.record('s1', gone(2));
    const settled = registry.ledger.settled('s1', 400);
    await first;
    registry.world.advance(400);
    expect(await settled).toBe(false);
  });

  it('is over when the ledger refuses it for good', async () => {
    registry.answer = () => done({ results: [{ refusal: refuse('volume_not_found', { role: 'eng', persistenceId: 'v' }) }] });
    await registry.ledger.record('s1', gone(1));
    expect(await registry.ledger.settled('s1', 0)).toBe(true);
  });
});

describe('reconciliation', () => {
  it('goes by the later of what master and agent have seen, and says on whose behalf', async () => {
    registry.reconcile = () => outcome;
    expect(await registry.ledger.reconcile({ ...report, by: 'ops' })).toEqual(outcome);
    expect(registry.reports).toMatchObject([{ storeId: 's1', epoch: 3, seenRevision: 7, by: 'ops' }]);
    await registry.ledger.reconcile(report);
    expect(registry.reports.at(-1)).toMatchObject({ seenRevision: 9 });
    expect(registry.ledger.revisionOf('s1')).toBe(9);
  });

  it('that failed because Redis was away is made up for as soon as it is back, not at the next call (architecture 6)', async () => {
    registry.reconcile = () => ({ ...outcome, refusal: away });
    registry.answer = () => done({ refusal: away });
    expect((await registry.ledger.reconcile(report)).refusal?.code).toBe('ledger_unavailable');
    const asked = (times: number) =>
      eventually(() => {
        registry.world.advance(100);
        return registry.asked.length >= times;
      });
    await asked(2);
    expect(registry.heard).toEqual(['back']);
    registry.answer = () => done({ unverified: true });
    await asked(registry.asked.length + 1);
    await eventually(() => registry.heard.length > 1);
    expect(registry.heard).toEqual(['back', 'in doubt s1: the ledger is back and has not seen the report of its agent']);
    expect(registry.asked.every(({ storeId, units }) => storeId === 's1' && units.length === 0)).toBe(true);
    const before = registry.asked.length;
    registry.world.advance(5_000);
    await registry.ledger.apply('s2', []);
    expect(registry.asked.slice(before).map(({ storeId }) => storeId)).toEqual(['s2']);
  });

  it('that succeeds meanwhile needs no more asking', async () => {
    registry.reconcile = () => ({ ...outcome, refusal: away });
    await registry.ledger.reconcile(report);
    registry.reconcile = () => outcome;
    await registry.ledger.reconcile(report);
    registry.world.advance(5_000);
    await registry.ledger.apply('s2', []);
    expect(registry.asked.map(({ storeId }) => storeId)).toEqual(['s2']);
  });

  it('with a registry that is away is `ledger_unavailable`, never an exception', async () => {
    await registry.lose();
    expect(await registry.ledger.reconcile(report)).toMatchObject({
      refusal: { code: 'ledger_unavailable' },
      destroying: [],
      draining: [],
    });
  });

  it('of a master that was overtaken has it told so (promise 5)', async () => {
    registry.reconcile = () => ({ ...outcome, refusal: stale });
    await registry.ledger.reconcile(report);
    expect(registry.heard).toContain('fenced stale_epoch');
  });
});

describe('the link to the registry', () => {
  it('comes back by itself, which is told each time', async () => {
    expect(registry.heard).toEqual(['back']);
    await registry.lose();
    await registry.listen();
    await eventually(() => registry.ledger.isLinked);
    expect(registry.heard).toEqual(['back', 'back']);
    expect(await registry.ledger.apply('s1', [])).toEqual({ ok: true, revision: 1, results: [] });
  });

  it('writes what was owed over the next one', async () => {
    await registry.lose();
    const written = registry.ledger.record('s1', gone(1));
    await registry.listen();
    await eventually(() => registry.ledger.isLinked);
    registry.world.advance(500);
    await written;
    expect(registry.asked).toMatchObject([{ units: [gone(1)] }]);
  });
});

describe('reads', () => {
  it('pass on what is asked and what is answered', async () => {
    const queries: unknown[] = [];
    const answers: unknown[] = [
      { page: { holders: [], next: 'n', count: 5, revision: 2 } },
      {},
      { stores: [{ storeId: 's1', epoch: 3, revision: 4, isVerified: true }] },
      { volumes: [] },
      { entries: [] },
    ];
    registry.read = (query) => {
      queries.push(query);
      return ok(answers[queries.length - 1]);
    };
    const { ledger } = registry;
    expect(await ledger.readHolders('s1', 'eng/v', { from: 'x', limit: 10 })).toEqual({ holders: [], next: 'n', count: 5, revision: 2 });
    expect(await ledger.readHolders('s1', 'eng/v', { limit: 10 })).toBeUndefined();
    expect(await ledger.readStores()).toEqual([{ storeId: 's1', epoch: 3, revision: 4, isVerified: true }]);
    expect(await ledger.readVolumes(['s1'], 'eng/v')).toEqual([]);
    expect(await ledger.readHistory('s1', undefined, 3, 10)).toEqual([]);
    expect(queries).toEqual([
      { storeId: 's1', volume: 'eng/v', from: 'x', limit: 10 },
      { storeId: 's1', volume: 'eng/v', limit: 10 },
      {},
      { storeIds: ['s1'], volume: 'eng/v' },
      { storeId: 's1', afterRevision: 3, limit: 10 },
    ]);
  });

  it('throw a fault when they are refused or not heard: an empty answer would say that nobody holds anything', async () => {
    registry.read = () => refused(away);
    await expect(registry.ledger.readVolumes(['s1'])).rejects.toThrow(RpcFault);
    await expect(registry.ledger.readHolders('s1', 'eng/v', { limit: 1 })).rejects.toThrow(/Redis is away/);
    await expect(registry.ledger.readStores()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    registry.read = () => refused(refuse('invalid_argument', { field: 'from', problem: 'is no token' }));
    await expect(registry.ledger.readHolders('s1', 'eng/v', { limit: 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await registry.lose();
    await expect(registry.ledger.readStores()).rejects.toThrow(RpcFault);
  });
});

describe('the feed', () => {
  const entry = (revision: number) => ({
    storeId: 's1',
    entry: { revision, atMs: 1, change: 'volume_ready', volume: 'eng/v', generation: 1, epoch: 3 },
  });
  const revisions = (entries: readonly { entry: { revision: number } }[]) => entries.map(({ entry: { revision } }) => revision);

  it('hands over what comes, in order, one batch after the other, until the signal', async () => {
    const stop = new AbortController();
    const seen: (number[] | string)[] = [];
    registry.follow = ({ positions }, stream) => {
      expect(positions).toEqual([{ storeId: 's1', revision: 4 }]);
      stream.send({ entries: [entry(5), entry(6)] });
      stream.send({ entries: [entry(7)] });
    };
    let go!: () => void;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const following = registry.ledger.feed.follow(
      [{ storeId: 's1', revision: 4 }],
      (entries) => {
        seen.push(revisions(entries));
        return gate.then(() => void seen.push('done'));
      },
      stop.signal,
    );
    await eventually(() => seen.length === 1);
    go();
    await eventually(() => seen.length === 4);
    expect(seen).toEqual([[5, 6], 'done', [7], 'done']);
    stop.abort();
    expect(await following).toEqual(ok(undefined));
  });

  it('says that entries are no longer kept, and that the ledger is lost', async () => {
    const trimmed = refuse('history_trimmed', { storeId: 's1', afterRevision: 4, oldestRevision: 9 });
    const follow = () => registry.ledger.feed.follow([], () => undefined, new AbortController().signal);
    registry.follow = (_, stream) => stream.refuse(trimmed);
    expect(await follow()).toMatchObject(refused(trimmed));
    registry.follow = (_, stream) => stream.end();
    expect(await follow()).toMatchObject({ ok: false, refusal: { code: 'ledger_unavailable' } });
    registry.follow = () => undefined;
    const lost = follow();
    await registry.lose();
    expect(await lost).toMatchObject({ ok: false, refusal: { code: 'ledger_unavailable' } });
  });

  it('ends at once for a signal that has been given, and for a caller that throws', async () => {
    expect(await registry.ledger.feed.follow([], () => undefined, AbortSignal.abort())).toEqual(ok(undefined));
    registry.follow = (_, stream) => stream.send({ entries: [entry(5)] });
    const failing = () => {
      throw new Error('cannot be taken');
    };
    await expect(registry.ledger.feed.follow([], failing, new AbortController().signal)).rejects.toThrow('cannot be taken');
  });
});
