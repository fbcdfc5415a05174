import { volumeKey } from '@holdfast/core/volumes';
import { acquire, confirm, create, destroy, drain, gone, held, holderRef, release, running, volumeResource } from './ledger-story';
import { T1, T2, V, W, type StoreStage } from './store-stage';

export function describeReconciliation(stage: StoreStage): void {
  describe('reconciliation', () => {
    it('adds volumes and holders that only the agent knows (A-182)', async () => {
      const outcome = await stage.story.report({ has: [V], holders: [held(T1, V, 'running', 'RO')] });
      expect(outcome.refusal).toBeUndefined();
      expect(outcome.differences).toEqual([
        expect.stringContaining('Volume eng/vol-1 was not in the ledger'),
        expect.stringContaining('held by task t1 of framework framework-1'),
      ]);
      expect(await stage.story.volume(V)).toMatchObject({
        state: 'ready',
        generation: 1,
        creator: { principal: 'ops' },
        holders: [{ ...T1, mode: 'RO', state: 'running', sinceMs: stage.story.nowMs }],
      });
      expect((await stage.story.history()).map(({ change, cause }) => [change, cause])).toEqual([
        ['volume_added', 'agent_reported'],
        ['volume_acquired', 'agent_reported'],
      ]);
    });

    it('changes nothing when the report says what the ledger knows', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), running(T1, V));
      const before = [await stage.story.volume(V), await stage.story.history()];
      const outcome = await stage.story.report({ has: [V], holders: [held(T1, V)] });
      expect(outcome).toEqual({ revision: 4, differences: [], destroying: [], draining: [] });
      expect([await stage.story.volume(V), await stage.story.history()]).toEqual(before);
    });

    it('releases holders that the agent does not report, with the cause', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), acquire(T2, V), running(T2, V));
      const { differences } = await stage.story.report({ has: [V], holders: [held(T2, V)] });
      expect(differences).toEqual([expect.stringContaining('no longer held by task t1')]);
      expect(await stage.story.holders(V)).toEqual(['t2']);
      expect((await stage.story.history(V)).at(-1)).toMatchObject({
        change: 'volume_released',
        cause: 'not_reported',
        holder: { taskId: 't1' },
      });
    });

    it('takes state, mode and agent of a holder from the report, and keeps since when it holds', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const sinceMs = stage.story.nowMs;
      const moved = holderRef('t1', 'launch-of-t1', 'agent-2');
      const { differences } = await stage.story.report({ has: [V], agentId: 'agent-2', holders: [held(moved, V, 'running', 'RO')] });
      expect(differences).toHaveLength(2);
      expect(await stage.story.volume(V)).toMatchObject({
        agentId: 'agent-2',
        generation: 1,
        holders: [{ ...moved, mode: 'RO', state: 'running', sinceMs }],
      });
    });

    it('records a volume anew as its agent reports it, under the same generation and creator (A-185)', async () => {
      await stage.withReadyVolume();
      const createdMs = (await stage.story.volume(V))?.createdMs;
      const resource = volumeResource(V, { sizeMb: 80, shared: false });
      const { differences } = await stage.story.report({ volumes: [{ volume: V, resource }] });
      expect(differences).toEqual([expect.stringContaining('recorded anew')]);
      expect(await stage.story.volume(V)).toMatchObject({ resource, generation: 1, createdMs, creator: { frameworkId: 'framework-1' } });
      await stage.story.done(acquire(T1, V));
      expect((await stage.story.ask(acquire(T2, V))).refusal?.code).toBe('volume_in_use');
    });

    it('finds ready what was still creating when the agent has it, and never made when it has not', async () => {
      await stage.story.done(create(V), create(W), acquire(T1, [V, W]));
      const { differences } = await stage.story.report({ has: [V], holders: [held(T1, V, 'pending')] });
      expect(differences).toEqual([
        expect.stringContaining('Volume eng/vol-1 was still being created'),
        expect.stringContaining('Volume eng/vol-2 is no longer held by task t1'),
        expect.stringContaining('Volume eng/vol-2 was never made'),
      ]);
      expect([await stage.story.volume(V), await stage.story.volume(W)]).toMatchObject([
        { state: 'ready', holders: [{ state: 'pending' }] },
        { state: 'gone', holders: [] },
      ]);
    });

    it('says loudly that a volume is lost when the agent no longer has it', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V));
      const { differences } = await stage.story.report();
      expect(differences.at(-1)).toContain('LOST');
      expect(await stage.story.volume(V)).toMatchObject({ state: 'gone', holders: [] });
      expect((await stage.story.history(V)).at(-1)).toMatchObject({ change: 'volume_gone', cause: 'lost_by_agent' });
    });

    it('has destroyed again what a crash left half destroyed, and buries what was deleted before (architecture 6)', async () => {
      await stage.story.done(create(V), confirm(V), create(W), confirm(W), destroy(V), destroy(W));
      const outcome = await stage.story.report({ has: [V] });
      expect(outcome.destroying).toEqual([{ volume: V, generation: 1 }]);
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying' });
      expect(await stage.story.volume(W)).toMatchObject({ state: 'gone' });
      expect((await stage.story.history(W)).at(-1)).toMatchObject({ change: 'volume_gone', cause: 'deleted_before' });
      await stage.story.done(gone(V));
    });

    it('does not have a volume deleted that somebody turns out to hold', async () => {
      await stage.withReadyVolume();
      await stage.story.done(destroy(V));
      const { destroying } = await stage.story.report({ has: [V], holders: [held(T1, V)] });
      expect(destroying).toEqual([]);
      expect((await stage.story.ask(gone(V))).refusal?.code).toBe('volume_in_use');
      await stage.story.report({ has: [V] });
      expect((await stage.story.report({ has: [V] })).destroying).toEqual([{ volume: V, generation: 1 }]);
    });

    it('holds on to a volume that a reported task holds, though the agent does not report the volume', async () => {
      await stage.withReadyVolume();
      await stage.story.report({ holders: [held(T1, [V, W])] });
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', holders: [{ taskId: 't1' }] });
      expect(await stage.story.volume(W)).toBeUndefined();
      const { differences } = await stage.story.report({ has: [V], holders: [held(T1, [V, W])] });
      expect(differences).toEqual([expect.stringContaining('neither its agent nor the ledger has this volume')]);
    });

    it('takes a volume that comes back after it was lost for a later one', async () => {
      await stage.withReadyVolume();
      await stage.story.report();
      await stage.story.report({ has: [V] });
      expect(await stage.story.volume(V)).toMatchObject({ state: 'ready', generation: 2 });
    });

    it('destroys what waits to be unused when the report shows that its last holder is gone, and goes on waiting for the others', async () => {
      await stage.story.done(
        create(V),
        confirm(V),
        create(W),
        confirm(W),
        acquire(T1, [V, W]),
        running(T1, V, W),
        acquire(T2, V),
        drain(W),
        drain(V),
      );
      const [ofV, ofW] = [(await stage.story.volume(V))?.drain, (await stage.story.volume(W))?.drain];
      const outcome = await stage.story.report({ has: [W, V], holders: [held(T2, V)] });
      expect(outcome.differences).toEqual([
        expect.stringContaining('updated to running'),
        expect.stringContaining('Volume eng/vol-1 is no longer held by task t1'),
        expect.stringContaining('Volume eng/vol-2 is no longer held by task t1'),
        expect.stringContaining('Volume eng/vol-2 was to be destroyed when unused'),
      ]);
      expect(outcome.destroying).toEqual([{ volume: W, generation: 1, drain: ofW }]);
      expect(outcome.draining).toEqual([{ volume: V, generation: 1, drain: ofV }]);
      expect((await stage.story.history(W)).slice(-2)).toMatchObject([
        { change: 'volume_released', cause: 'not_reported' },
        { change: 'volume_destroying', cause: 'unused' },
      ]);
      expect(await stage.story.report({ has: [W, V], holders: [held(T2, V)] })).toEqual({ ...outcome, differences: [] });
    });

    it('adds a holder that only the agent knows to a volume whose destroy waits, and waits for it too (promise 2)', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), drain(V));
      await stage.story.report({ has: [V], holders: [held(T1, V, 'pending'), held(T2, V)] });
      expect(await stage.story.volume(V)).toMatchObject({ state: 'draining', holders: [{ taskId: 't1' }, { taskId: 't2' }] });
      expect(await stage.story.done(release(T1, V), release(T2, V))).toMatchObject([{}, { drained: [{ volume: V }] }]);
    });

    it('keeps the destroy that waits when it records the volume anew', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), drain(V));
      const before = await stage.story.volume(V);
      const resource = volumeResource(V, { sizeMb: 80 });
      await stage.story.report({ volumes: [{ volume: V, resource }], holders: [held(T1, V, 'pending')] });
      expect(await stage.story.volume(V)).toEqual({ ...before, resource, revision: 5 });
      await stage.story.done(release(T1, V));
      await stage.story.report({ has: [V] });
      expect(await stage.story.volume(V)).toMatchObject({ state: 'destroying', drain: before?.drain, resource: volumeResource(V) });
    });

    it('finds made what a destroy waits for and was still creating, and never made when the agent has it not', async () => {
      await stage.story.done(create(V), create(W), acquire(T1, [V, W]), drain(V), drain(W));
      const { differences, draining } = await stage.story.report({ has: [V], holders: [held(T1, V, 'pending')] });
      expect(differences).toEqual([
        expect.stringContaining('Volume eng/vol-1 was still being created'),
        expect.stringContaining('Volume eng/vol-2 is no longer held by task t1'),
        expect.stringContaining('Volume eng/vol-2 was never made'),
      ]);
      expect(draining).toMatchObject([{ volume: V, drain: { isMade: true } }]);
      expect((await stage.story.history(W)).at(-1)).toMatchObject({ change: 'volume_gone', cause: 'never_made' });
      expect(await stage.story.volume(W)).not.toHaveProperty('drain');
    });

    it('says loudly that a volume is lost also when its destroy waited, and holds on to it while a reported task holds it', async () => {
      await stage.withReadyVolume();
      await stage.story.done(acquire(T1, V), drain(V));
      expect((await stage.story.report({ holders: [held(T1, V, 'pending')] })).draining).toMatchObject([{ volume: V }]);
      const { differences, draining, destroying } = await stage.story.report();
      expect(differences.at(-1)).toContain('LOST');
      expect({ draining, destroying }).toEqual({ draining: [], destroying: [] });
      expect((await stage.story.history(V)).at(-1)).toMatchObject({ change: 'volume_gone', cause: 'lost_by_agent' });
    });

    it('writes into each entry on whose behalf the report was asked for', async () => {
      await stage.story.done(create(V), acquire(T1, V), drain(V));
      const before = (await stage.story.history()).length;
      await stage.story.report({ has: [V, W], holders: [held(T2, W)], by: 'admin' });
      const entries = (await stage.story.history()).slice(before);
      expect(entries.map(({ change, by }) => [change, by])).toEqual([
        ['volume_ready', 'admin'],
        ['volume_added', 'admin'],
        ['volume_acquired', 'admin'],
        ['volume_released', 'admin'],
        ['volume_destroying', 'admin'],
      ]);
      await stage.story.done(acquire(T1, W));
      expect((await stage.story.history()).at(-1)).not.toHaveProperty('by');
    });

    it('takes ids in any script and order', async () => {
      const names = ['ß', 'zeta', 'Älpha', '日本', '😀', 'a-b', 'a_b', '\uffee'].map((id) => volumeKey('eng/röle', id));
      await stage.story.report({ has: names });
      await stage.story.done(...names.map((name, at) => acquire(holderRef(`tâsk ${at},"mode":"RO","state":"ending","since_ms":1}`), name)));
      const { differences } = await stage.story.report();
      expect(differences).toHaveLength(2 * names.length);
      expect((await stage.story.store.readVolumes({ storeIds: [stage.story.storeId] })).every(({ state }) => state === 'gone')).toBe(true);
    });
  });
}
