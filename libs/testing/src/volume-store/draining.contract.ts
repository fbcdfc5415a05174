import type { LedgerUnit } from '@holdfast/core/volumes';
import {
  acquire,
  confirm,
  create,
  destroy,
  drain,
  drainTerms,
  ending,
  forceRelease,
  gone,
  holderRef,
  release,
  resize,
  running,
} from './ledger-story';
import { codes, T1, T2, V, W, type StoreStage } from './store-stage';

export function describeDraining(stage: StoreStage): void {
  /** V is ready and held by T1; what the drain answered. */
  const withDrain = async (changed: Parameters<typeof drain>[1] = {}, shared = true) => {
    await stage.withReadyVolume(shared);
    await stage.story.done(acquire(T1, V));
    return stage.story.done(drain(V, changed));
  };
  const state = async () => (await stage.story.volume(V))?.state;
  const asked = async (unit: LedgerUnit) => (await stage.story.ask(unit)).refusal;

  describe('destroying when unused', () => {
    it('destroys at once what nobody holds, and waits for nobody', async () => {
      await stage.withReadyVolume();
      expect(await stage.story.done(drain(V))).toEqual([{ generation: 1 }]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying', generation: 1 });
      expect(await stage.story.volume(V)).not.toHaveProperty('drain');
      expect((await stage.story.history(V)).at(-1)).toMatchObject({ change: 'volume_destroying', cause: 'unused', by: 'ops' });
      expect(await stage.story.done(drain(V, { admitsReaders: true }))).toEqual([{ generation: 1 }]);
      expect(await stage.story.history(V)).toHaveLength(3);
    });

    it('waits while anyone holds it, pending, running or ending; names all, and says who asked for it, when and how (promise 1)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T2, V, 'RO'), acquire(T1, V), acquire(holderRef('t3'), V), running(T1, V), ending(T2, V));
      const requester = { principal: 'ops', frameworkId: 'framework-1', operationId: 'operation-1' };
      const terms = drainTerms({ requester, admitsReaders: true, deadlineAtMs: stage.story.nowMs + 60_500, onDeadline: 'kill' });
      const [answer] = await stage.story.done(drain(V, terms));
      expect(answer).toMatchObject({
        generation: 1,
        waitsFor: [
          { ...T1, state: 'running' },
          { ...T2, mode: 'RO', state: 'ending' },
          { taskId: 't3', state: 'pending' },
        ],
      });
      const volume = await stage.story.volume(V);
      expect(volume).toMatchObject({ state: 'draining', generation: 1, createdMs: expect.any(Number) });
      expect(volume?.drain).toEqual({ ...terms, sinceMs: stage.story.nowMs, isMade: true });
      expect(volume?.holders).toEqual(answer?.waitsFor);
      expect((await stage.story.history(V)).at(-1)).toEqual({
        revision: 8,
        atMs: stage.story.nowMs,
        change: 'volume_draining',
        volume: V,
        generation: 1,
        cause: `new holders may only read, at ${new Date(terms.deadlineAtMs ?? 0).toISOString()} the tasks that hold it are killed`,
        by: 'ops',
        epoch: 1,
      });
    });

    it('needs nobody to name himself, nor a deadline', async () => {
      await withDrain({ requester: {} });
      expect((await stage.story.volume(V))?.drain).toEqual({
        requester: {},
        isMade: true,
        admitsReaders: false,
        sinceMs: stage.story.nowMs,
        onDeadline: 'cancel',
      });
      const last = (await stage.story.history(V)).at(-1);
      expect(last).toMatchObject({ change: 'volume_draining', cause: 'no new holders, no deadline' });
      expect(last).not.toHaveProperty('by');
      expect(await asked(drain(V))).toMatchObject({ code: 'destroy_pending', details: { requester: 'somebody unnamed' } });
    });

    it('keeps who asked, in any script and with any mark that a principal is written with', async () => {
      for (const odd of ['日本 "ß"', '},"created_ms":1,"creator":{', '\\', '\\","shared":true}', '"drain":{}', '%d\n\t\u0000']) {
        const requester = { principal: odd, frameworkId: 'framework-日本', operationId: 'operation-ß' };
        const volume = `eng/${[...odd].map((mark) => mark.codePointAt(0)).join('-')}`;
        await stage.story.done(create(volume), acquire(T1, volume), drain(volume, { requester }), confirm(volume));
        expect(await stage.story.volume(volume)).toMatchObject({ state: 'draining', drain: { requester, isMade: true } });
        expect((await stage.story.history(volume)).at(-2)).toMatchObject({ change: 'volume_draining', by: odd });
        expect(await asked(drain(volume))).toMatchObject({ details: { requester: `principal ${odd} of framework framework-日本` } });
        expect(await stage.story.done(release(T1, volume))).toMatchObject([{ drained: [{ volume, drain: { requester } }] }]);
        expect(await stage.story.volume(volume)).toMatchObject({ state: 'destroying', drain: { requester } });
      }
    });

    it('admits nobody new meanwhile, though whoever holds it may ask again (promise 6)', async () => {
      await withDrain();
      for (const mode of ['RW', 'RO'] as const) {
        expect(await asked(acquire(T2, V, mode))).toMatchObject({ code: 'volume_not_ready', details: { state: 'draining' } });
      }
      const before = [await stage.story.volume(V), await stage.story.history()];
      await stage.story.done(acquire(T1, V), acquire(T1, V, 'RO'));
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
    });

    it('still admits who only reads if that was asked for, and waits for these too', async () => {
      await withDrain({ admitsReaders: true });
      expect((await asked(acquire(T2, V, 'RW')))?.code).toBe('volume_not_ready');
      await stage.story.done(acquire(T2, V, 'RO'));
      expect(await stage.story.done(release(T1, V))).toEqual([{}]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', holders: [{ taskId: 't2', mode: 'RO' }] });
      await stage.story.done(release(T2, V));
      expect(await state()).toBe('destroying');
      expect(await asked(acquire(holderRef('t3'), V, 'RO'))).toMatchObject({ code: 'volume_not_ready', details: { state: 'destroying' } });
    });

    it('admits no second one to a volume that is not shared, also to read', async () => {
      await withDrain({ admitsReaders: true }, false);
      expect((await asked(acquire(T2, V, 'RO')))?.code).toBe('volume_in_use');
    });

    it('follows what becomes of its holders', async () => {
      await withDrain();
      await stage.story.done(running(T1, V), ending(T1, V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', holders: [{ taskId: 't1', state: 'ending' }] });
    });

    it('keeps its size, and refuses a plain DESTROY with all who hold it (A-039)', async () => {
      await withDrain();
      expect(await asked(resize(V, 80))).toMatchObject({ code: 'volume_not_ready', details: { state: 'draining' } });
      expect(await asked(destroy(V))).toMatchObject({ code: 'volume_in_use', details: { holders: [{ taskId: 't1' }] } });
      expect((await asked(create(V)))?.code).toBe('volume_exists');
      expect(await state()).toBe('draining');
    });

    it('takes the same destroy asked for again as one, and says who is left', async () => {
      const terms = { deadlineAtMs: 1_800_000_000_000, admitsReaders: true };
      await withDrain(terms);
      const before = [await stage.story.volume(V), await stage.story.history()];
      expect(await stage.story.done(drain(V, terms))).toMatchObject([{ generation: 1, waitsFor: [{ taskId: 't1' }] }]);
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
    });

    it('refuses a second destroy on other terms or for somebody else, and says who came first', async () => {
      const requester = { principal: 'ops', frameworkId: 'framework-1', operationId: 'operation-1' };
      await withDrain({ requester, deadlineAtMs: 1_800_000_000_000 });
      const sinceMs = stage.story.nowMs;
      const before = [await stage.story.volume(V), await stage.story.history()];
      for (const other of [
        { requester },
        { requester, deadlineAtMs: 1_800_000_000_001 },
        { requester, deadlineAtMs: 1_800_000_000_000, admitsReaders: true },
        { requester, deadlineAtMs: 1_800_000_000_000, onDeadline: 'kill' as const },
        { requester: { ...requester, principal: 'eve' }, deadlineAtMs: 1_800_000_000_000 },
        { requester: { ...requester, frameworkId: 'framework-2' }, deadlineAtMs: 1_800_000_000_000 },
        { requester: { ...requester, operationId: 'operation-2' }, deadlineAtMs: 1_800_000_000_000 },
      ]) {
        expect(await asked(drain(V, other))).toMatchObject({
          code: 'destroy_pending',
          details: { role: 'eng', persistenceId: 'vol-1', sinceMs, requester: 'principal ops of framework framework-1' },
          ledgerRevision: 4,
        });
      }
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
    });

    it('refuses what is not there, and what somebody turned out to hold while it was being destroyed', async () => {
      expect((await asked(drain(W)))?.code).toBe('volume_not_found');
      await stage.withReadyVolume();
      await stage.story.done(destroy(V));
      await stage.story.report({ has: [V], holders: [{ holder: T1, state: 'running', volumes: [{ volume: V, mode: 'RW' }] }] });
      expect(await asked(drain(V))).toMatchObject({ code: 'volume_in_use', details: { holders: [{ taskId: 't1' }] } });
      await stage.story.done(release(T1, V), gone(V));
      expect((await asked(drain(V)))?.code).toBe('volume_not_found');
    });
  });

  describe('the last release of a volume that waits for it', () => {
    it('destroys it in the same instant, and says so; no release before does (promise 1, A-041)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), acquire(T2, V), drain(V));
      const waiting = (await stage.story.volume(V))?.drain;
      expect(await stage.story.done(release(T1, V))).toEqual([{}]);
      expect(await state()).toBe('draining');
      expect(await stage.story.done(release(T2, V))).toEqual([{ drained: [{ volume: V, generation: 1, drain: waiting }] }]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying', holders: [], drain: waiting });
      const last = (await stage.story.history(V)).slice(-2);
      expect(last).toMatchObject([
        { change: 'volume_released', holder: { taskId: 't2' }, cause: 'TASK_FINISHED' },
        { change: 'volume_destroying', cause: 'unused' },
      ]);
      expect(last.map((entry) => 'by' in entry)).toEqual([false, false]);
    });

    it('counts once, however often it is repeated (promise 6)', async () => {
      await withDrain();
      expect(await stage.story.done(release(T2, V), release(T1, V, V), release(T1, V))).toMatchObject([
        {},
        { drained: [{ volume: V }] },
        {},
      ]);
      expect((await stage.story.history(V)).filter(({ change }) => change === 'volume_destroying')).toHaveLength(1);
    });

    it('names every volume that waited for one task, and only those', async () => {
      const X = 'eng/vol-3';
      await stage.story.done(create(V), create(W), create(X));
      await stage.story.done(acquire(T1, [V, W, X]), acquire(T2, W), drain(V), drain(W), drain(X));
      const [answer] = await stage.story.done(release(T1, X, W, V));
      expect(answer?.drained?.map(({ volume }) => volume)).toEqual([X, V]);
      expect(await stage.story.holders(W)).toEqual(['t2']);
    });

    it('leaves a volume alone that no destroy waits for', async () => {
      await stage.withReadyVolume();
      expect(await stage.story.done(acquire(T1, V), release(T1, V))).toEqual([{}, {}]);
      expect(await state()).toBe('ready');
    });

    it('sees who came and who left earlier in the same transaction', async () => {
      await withDrain({ admitsReaders: true });
      const first = await stage.story.transact([acquire(T2, V, 'RO'), release(T1, V), acquire(T1, V, 'RO'), release(T2, V)]);
      expect(first.results).toEqual([{}, {}, {}, {}]);
      expect(await stage.story.holders(V)).toEqual(['t1']);
      const { results } = await stage.story.transact([acquire(T2, V, 'RO'), release(T1, V), release(T2, V), acquire(T1, V, 'RO')]);
      expect(codes(results)).toEqual(['done', 'done', 'done', 'volume_not_ready']);
      expect(results.map(({ drained }) => drained?.length ?? 0)).toEqual([0, 0, 1, 0]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying', holders: [] });
    });

    it('counts nobody twice whose state has changed in the same transaction', async () => {
      await withDrain();
      const { results } = await stage.story.transact([running(T1, V), ending(T1, V), release(T1, V)]);
      expect(results).toMatchObject([{}, {}, { drained: [{ volume: V }] }]);
    });

    it('is the forced one of an operator, too, who stands in the history with the reason', async () => {
      await withDrain();
      const [answer] = await stage.story.done(forceRelease(T1, 'admin', V));
      expect(answer?.drained).toMatchObject([{ volume: V, drain: { requester: { principal: 'ops' } } }]);
      expect((await stage.story.history(V)).slice(-2)).toMatchObject([
        { change: 'volume_released', cause: 'forced: the machine burnt down', by: 'admin', holder: { taskId: 't1' } },
        { change: 'volume_destroying', cause: 'unused', by: 'admin' },
      ]);
    });

    it('is remembered with who asked until the data is gone, and not for the next volume of the name (promise 10)', async () => {
      await withDrain();
      await stage.story.done(release(T1, V), drain(V, { admitsReaders: true }), destroy(V));
      expect((await stage.story.volume(V))?.drain).toMatchObject({ requester: { principal: 'ops' }, admitsReaders: false });
      await stage.story.done(gone(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone', generation: 1 });
      expect(await stage.story.volume(V)).not.toHaveProperty('drain');
      await stage.story.done(create(V), confirm(V, 2), acquire(T1, V), release(T1, V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', generation: 2 });
    });
  });
}
