import { acquire, cancelDestroy, confirm, create, createFailed, destroy, drain, gone, release, running } from './ledger-story';
import { T1, T2, V, W, type StoreStage } from './store-stage';

export function describeCancelling(stage: StoreStage): void {
  const asked = async (...args: Parameters<typeof cancelDestroy>) => (await stage.story.ask(cancelDestroy(...args))).refusal;

  describe('cancelling a destroy that waits', () => {
    it('makes the volume what it was: holders stay, new ones are admitted, and the last release destroys nothing', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const before = await stage.story.volume(V);
      await stage.story.done(drain(V));
      expect(await stage.story.done(cancelDestroy(V, 1, 'admin'))).toEqual([{ generation: 1 }]);
      expect(await stage.story.volume(V)).toEqual({ ...before, revision: 5 });
      expect((await stage.story.history(V)).at(-1)).toEqual({
        revision: 5,
        atMs: stage.story.nowMs,
        change: 'destroy_cancelled',
        volume: V,
        generation: 1,
        cause: 'changed my mind',
        by: 'admin',
        epoch: 1,
      });
      expect(await stage.story.done(acquire(T2, V), release(T1, V), release(T2, V))).toEqual([{}, {}, {}]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready' });
    });

    it('may be done by nobody in particular, as at a deadline, and be followed by another destroy on other terms', async () => {
      await stage.withReadyVolume();
      await stage.story.done(
        acquire(T1, V),
        drain(V),
        cancelDestroy(V),
        drain(V, { admitsReaders: true, requester: { principal: 'eve' } }),
      );
      expect(await stage.story.volume(V)).toMatchObject({
        state: 'draining',
        drain: { admitsReaders: true, requester: { principal: 'eve' } },
      });
      expect((await stage.story.history(V)).at(-2)).not.toHaveProperty('by');
    });

    it('is refused where none waits, and says in which state the volume is', async () => {
      const refusedIn = (state: string) => ({
        code: 'destroy_not_pending',
        details: { role: 'eng', persistenceId: 'vol-1', state },
        ledgerRevision: stage.story.seenRevision,
      });
      expect(await asked(V)).toMatchObject(refusedIn('absent'));
      await stage.story.done(create(V));
      expect(await asked(V)).toMatchObject(refusedIn('creating'));
      await stage.story.done(confirm(V));
      expect(await asked(V)).toMatchObject(refusedIn('ready'));
      await stage.story.done(acquire(T1, V), drain(V), release(T1, V));
      expect(await asked(V)).toMatchObject(refusedIn('destroying'));
      await stage.story.done(gone(V));
      expect(await asked(V)).toMatchObject(refusedIn('gone'));
      expect((await stage.story.history(V)).map(({ change }) => change)).not.toContain('destroy_cancelled');
    });

    it('does not cancel the destroy of a later volume of the same name (promise 10)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(drain(V), gone(V), create(V), confirm(V, 2), acquire(T1, V), drain(V));
      expect(await asked(V, 1)).toMatchObject({ code: 'destroy_not_pending', details: { state: 'gone' } });
      expect((await asked(V, 3))?.code).toBe('destroy_not_pending');
      expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', generation: 2 });
      expect(await stage.story.done(cancelDestroy(V, 2))).toEqual([{ generation: 2 }]);
    });
  });

  describe('a destroy that waits for a volume which is still being made', () => {
    beforeEach(() => stage.story.done(create(V), acquire(T1, V), drain(V)));

    it('goes on waiting when the agent confirms, once', async () => {
      expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', drain: { isMade: false } });
      const before = (await stage.story.volume(V))?.drain;
      expect(await stage.story.done(confirm(V), confirm(V))).toEqual([{ generation: 1 }, { generation: 1 }]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', drain: { ...before, isMade: true } });
      expect((await stage.story.history(V)).map(({ change }) => change).slice(-2)).toEqual(['volume_draining', 'volume_ready']);
      expect((await stage.story.ask(createFailed(V))).refusal?.code).toBe('operation_invalid');
    });

    it('is over with the volume when the agent cannot make it: those who waited are released with the cause', async () => {
      await stage.story.done(createFailed(V, 'disk full'));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone', holders: [] });
      expect(await stage.story.volume(V)).not.toHaveProperty('drain');
      expect((await stage.story.history(V)).slice(-2)).toMatchObject([
        { change: 'volume_released', cause: 'disk full' },
        { change: 'volume_gone', cause: 'disk full' },
      ]);
    });

    it('holds on while a task runs on what is said to have failed', async () => {
      await stage.story.done(running(T1, V));
      expect((await stage.story.ask(createFailed(V))).refusal?.code).toBe('volume_in_use');
      expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', holders: [{ taskId: 't1' }] });
    });

    it('leaves it creating when it is cancelled, or ready when the agent has confirmed meanwhile', async () => {
      await stage.story.done(cancelDestroy(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'creating' });
      expect(await stage.story.volume(V)).not.toHaveProperty('drain');
      await stage.story.done(drain(V), confirm(V), cancelDestroy(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready' });
    });

    it('destroys it after the last release, and believes a failure even then', async () => {
      await stage.story.done(release(T1, V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying', drain: { isMade: false } });
      await stage.story.done(createFailed(V));
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone' });
    });

    it('takes no word about an earlier volume of the name (promise 10)', async () => {
      await stage.story.done(createFailed(V), create(V), acquire(T1, V), drain(V));
      const before = [await stage.story.volume(V), await stage.story.history()];
      expect((await stage.story.ask(confirm(V, 1))).refusal?.code).toBe('volume_not_found');
      await stage.story.done(createFailed(V, 'late', 1), gone(V, 1));
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
    });

    it('destroys at once where nobody waits for the volume', async () => {
      await stage.story.done(create(W), drain(W));
      expect(await stage.story.volume(W)).toMatchObject({ state: 'destroying' });
      await stage.story.done(destroy(W), createFailed(W));
      expect(await stage.story.volume(W)).toMatchObject({ state: 'gone' });
    });
  });
}
