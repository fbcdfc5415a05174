import fc from 'fast-check';
import type { LedgerEntry, LedgerUnit } from '@holdfast/core/volumes';
import { acquire, create, destroy, holderRef, release, running } from '@holdfast/testing/volume-store';
import { checkHistory } from './check-history';
import { ModelRun } from './model-run';
import { modelSteps } from './model-steps';
import { finalVolumes, recordCalls, renumbered, stepsOf } from './recorded-history.fixture';

const V = 'eng/vol-1';
const A = holderRef('t1', 'a');
const B = holderRef('t2', 'b');
const SAME = { volume: V, generation: 0 };
const DRAIN: LedgerUnit = { kind: 'drain_volume', volume: V, drain: { requester: {}, admitsReaders: true, onDeadline: 'cancel' } };

/** The life of a volume from CREATE to its tombstone, and the beginning of the next. */
const LIFE = stepsOf(
  [create(V)],
  [acquire(A, V)],
  [{ kind: 'confirm_created', ...SAME }],
  [running(A, V)],
  [acquire(B, V, 'RO')],
  [destroy(V)],
  [DRAIN],
  [release(A, V)],
  [release(B, V)],
  [{ kind: 'volume_gone', ...SAME, cause: 'deleted' }],
  [create(V), acquire(A, V)],
  [{ kind: 'confirm_created', ...SAME }],
);

const CHANGES = [
  'volume_created',
  'volume_acquired',
  'volume_ready',
  'holder_running',
  'volume_acquired',
  'volume_draining',
  'volume_released',
  'volume_released',
  'volume_destroying',
  'volume_gone',
  'volume_created',
  'volume_acquired',
  'volume_ready',
];

describe('the history checker', () => {
  let whole: Awaited<ReturnType<typeof recordCalls>>;
  beforeAll(async () => {
    whole = await recordCalls(LIFE);
  });

  it('finds nothing where nothing is wrong', () => {
    expect(whole.entries.map(({ change }) => change)).toEqual(CHANGES);
    expect(checkHistory(whole)).toEqual([]);
  });

  it('finds nothing in histories that the model has made, whole or with their beginning trimmed', () => {
    fc.assert(
      fc.property(modelSteps, fc.nat(), (steps, cut) => {
        const run = new ModelRun('store');
        for (const step of steps) for (const _call of run.calls(step));
        const volumes = finalVolumes(run.store);
        expect(checkHistory({ entries: run.entries, volumes })).toEqual([]);
        if (run.entries.length < 2) return;
        const kept = run.entries.slice(1 + (cut % (run.entries.length - 1)));
        expect(checkHistory({ entries: kept, volumes })).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds nothing in calls that were answered by the rules', async () => {
    await fc.assert(
      fc.asyncProperty(modelSteps, async (steps) => {
        const recorded = await recordCalls(steps);
        expect(checkHistory(recorded)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  describe('finds in a history', () => {
    type Change = (entries: LedgerEntry[]) => readonly LedgerEntry[];
    const planted: readonly (readonly [does: string, plant: Change, found: RegExp])[] = [
      ['a revision that comes twice', (e) => e.with(5, { ...e[5]!, revision: 5 }), /revision 5, volume_draining.*revisions must rise/],
      [
        'an older epoch (promise 5)',
        (e) => e.map((one, at) => ({ ...one, epoch: at === 7 ? 1 : 2 })),
        /revision 8, volume_released.*in epoch 1, after one of epoch 2 at revision 7/,
      ],
      [
        'a volume that is destroyed while somebody holds it (promise 1)',
        (e) => renumbered(e.toSpliced(7, 1)),
        /revision 8, volume_destroying.*task t2.*since revision 5 \(promise 1\)/,
      ],
      [
        'a holder of what is gone (promise 1)',
        (e) => renumbered(e.toSpliced(9, 0, { ...e[4]!, cause: 'agent_reported' })),
        /revision 11, volume_gone.*task t2.*promise 1/,
      ],
      [
        'a holder who comes twice (promise 6)',
        (e) => renumbered(e.toSpliced(5, 0, e[4]!)),
        /revision 6, volume_acquired.*since revision 5 \(promise 6\)/,
      ],
      [
        'a release of one who is not there (promise 2)',
        (e) => renumbered(e.toSpliced(7, 0, e[6]!)),
        /revision 8, volume_released.*task t1.*does not hold it/,
      ],
      ['a release without a cause', (e) => e.with(6, { ...e[6]!, cause: undefined } as never), /revision 7.*no cause/],
      ['a holder of what is being destroyed', (e) => renumbered(e.toSpliced(9, 0, e[4]!)), /revision 10, volume_acquired.*was destroying/],
      [
        'a writer where only readers are admitted',
        (e) => renumbered(e.toSpliced(6, 0, { ...e[4]!, holder: { ...e[4]!.holder!, mode: 'RW', taskId: 't9' } })),
        /revision 7, volume_acquired.*was draining/,
      ],
      ['a destroy that waits for nobody', (e) => renumbered([...e.slice(0, 1), e[5]!]), /revision 2, volume_draining.*nobody holds it/],
      [
        'a generation that does not rise (promise 10)',
        (e) => e.with(10, { ...e[10]!, generation: 1 }),
        /revision 11, volume_created.*should be 2/,
      ],
      ['a generation that rises by more than one', (e) => e.with(10, { ...e[10]!, generation: 3 }), /revision 11.*should be 2/],
      [
        'a word about an earlier volume (promise 10)',
        (e) => e.with(11, { ...e[11]!, generation: 1 }),
        /revision 12, volume_acquired.*should be 2/,
      ],
      [
        'a volume that is created twice',
        (e) => renumbered(e.toSpliced(3, 0, { ...e[10]!, revision: 4 })),
        /revision 4, volume_created.*was ready/,
      ],
      [
        'a volume that is gone and was not being destroyed',
        (e) => renumbered(e.toSpliced(8, 1)),
        /revision 9, volume_gone.*not being destroyed/,
      ],
      ['a holder that runs again', (e) => renumbered(e.toSpliced(4, 0, e[3]!)), /revision 5, holder_running.*was running/],
      ['a change without its holder', (e) => e.with(3, { ...e[3]!, holder: undefined } as never), /revision 4.*no holder is named/],
      ['a word that it does not know', (e) => e.with(2, { ...e[2]!, change: 'volume_reddy' }), /revision 3.*no such change/],
    ];

    it.each(planted)('%s', (_does, plant, found) => {
      expect(checkHistory({ entries: plant([...whole.entries]) })).toContainEqual(expect.stringMatching(found));
    });

    it('that a reader may come while the last readers are waited for', () => {
      const reader = { ...whole.entries[4]!, holder: { ...whole.entries[4]!.holder!, taskId: 't9' } };
      const entries = renumbered([...whole.entries.slice(0, 6), reader]);
      expect(checkHistory({ entries })).toEqual([]);
    });
  });

  describe('finds in the books', () => {
    const volume = () => whole.volumes[0]!;
    it.each<readonly [string, () => typeof whole.volumes, RegExp]>([
      ['a holder that was lost', () => [{ ...volume(), holders: [] }], /task t1.*since revision 12, and is missing in the books/],
      [
        'a holder that never came',
        () => [{ ...volume(), holders: [...volume().holders, { ...volume().holders[0]!, taskId: 't9' }] }],
        /task t9.*has no such holder/,
      ],
      [
        'another state of a holder',
        () => [{ ...volume(), holders: [{ ...volume().holders[0]!, state: 'ending' }] }],
        /RW ending in the books, RW pending in the history/,
      ],
      ['another state', () => [{ ...volume(), state: 'destroying' }], /they say destroying, the history says ready/],
      ['another generation', () => [{ ...volume(), generation: 1 }], /they say generation 1, the history says 2/],
      ['no trace of a volume', () => [], /volume eng\/vol-1 is missing; the history says ready since revision 13/],
    ])('%s', (_what, volumes, found) => {
      expect(checkHistory({ entries: whole.entries, volumes: volumes() })).toContainEqual(expect.stringMatching(found));
    });

    it('nothing, where they were read before the history went on', () => {
      const early = { ...volume(), generation: 1, state: 'ready' as const, holders: [], revision: 3 };
      const held = { ...early, holders: [whole.entries[1]!.holder!] };
      expect(checkHistory({ entries: whole.entries, volumes: [held] })).toEqual([]);
      expect(checkHistory({ entries: whole.entries, volumes: [early] })).toContainEqual(expect.stringContaining('is missing in the books'));
    });
  });

  describe('finds in the answers', () => {
    const [FAILED_DESTROY, FIRST_RELEASE] = [6, 8];
    const tampered = (at: number, change: (answer: never) => object) =>
      checkHistory({
        ...whole,
        calls: whole.calls.map((call, i) => (i === at ? { ...call, answer: change(call.answer as never) as never } : call)),
      });

    it('a refusal that does not name every holder', () => {
      const found = tampered(FAILED_DESTROY, (answer: { results: [{ refusal: { details: { holders: unknown[] } } }] }) => {
        const [{ refusal }] = answer.results;
        return {
          ...answer,
          results: [{ refusal: { ...refusal, details: { ...refusal.details, holders: refusal.details.holders.slice(1) } } }],
        };
      });
      expect(found[0]).toMatch(
        /destroy_volume.*revision 5.*unit 0 should be answered .*volume_in_use.*t1\/a RW running.*t2\/b RO pending.*and was answered/,
      );
    });

    it('a success that has left no entry, and an entry that nobody has asked for', () => {
      const lost = { ...whole, entries: whole.entries.filter(({ revision }) => revision !== 7) };
      expect(checkHistory(lost)).toContainEqual(
        expect.stringMatching(/release_volumes.*should have written volume_released.*and wrote nothing/),
      );
      const unasked = { ...whole, calls: whole.calls.slice(0, -1) };
      expect(checkHistory(unasked)).toEqual(['1 of 13 entries belong to no call that is known']);
    });

    it('a refusal that was no longer, or not yet, right', () => {
      const found = tampered(FIRST_RELEASE, (answer: object) => ({
        ...answer,
        results: whole.calls[FAILED_DESTROY]!.answer && [{ generation: 1 }],
      }));
      expect(found[0]).toMatch(/release_volumes.*unit 0 should be answered \{\}, and was answered \{"generation":1\}/);
      const unverified = tampered(FAILED_DESTROY, (answer: object) => ({ ...answer, unverified: true }));
      expect(unverified[0]).toMatch(/said to be unverified/);
    });

    it('an answer of a past that had ended before the call began', () => {
      const calls = whole.calls.map((call, at) => (at === FAILED_DESTROY ? { ...call, beganAt: 1000, endedAt: 1001 } : call));
      expect(checkHistory({ ...whole, calls })).toEqual([
        expect.stringMatching(/destroy_volume; from 1000.*began after the end of.*has seen a later revision/),
      ]);
    });

    it('nothing, where the answer to what was done has been lost', () => {
      const calls = whole.calls.map(({ answer: _answer, endedAt: _endedAt, ...call }, at) =>
        at === FIRST_RELEASE ? call : whole.calls[at]!,
      );
      expect(checkHistory({ ...whole, calls })).toEqual([]);
    });
  });
});
