import { FairPace } from './fair-pace';

describe('a pace of two a second (wire 11)', () => {
  let now: number;
  let due: { readonly atMs: number; readonly call: () => void }[];
  const pace = () =>
    new FairPace(2, 1000, {
      nowMs: () => now,
      timers: {
        after: (delayMs, call) => {
          due.push({ atMs: now + delayMs, call });
          return () => undefined;
        },
      },
    });
  beforeEach(() => {
    now = 10_000;
    due = [];
  });

  it('lets the first go on at once and the next ones half a second after each other, and turns away whom it would keep too long', async () => {
    const kept = pace();
    await kept.turn();
    const passed: number[] = [];
    for (const number of [1, 2]) void kept.turn()?.then(() => passed.push(number));
    expect(kept.turn()).toBeUndefined();
    expect(due.map(({ atMs }) => atMs)).toEqual([10_500, 11_000]);
    due[0]!.call();
    await Promise.resolve();
    expect(passed).toEqual([1]);
    now = 10_500;
    expect(kept.turn()).toBeDefined();
    expect(due.at(-1)?.atMs).toBe(11_500);
  });

  it('does not save turns that nobody took, and forgets its own when the clock is set back', async () => {
    const kept = pace();
    await kept.turn();
    now = 60_000;
    await kept.turn();
    void kept.turn();
    expect(due.map(({ atMs }) => atMs)).toEqual([60_500]);
    now = 1_000;
    await kept.turn();
    expect(due).toHaveLength(1);
  });
});
