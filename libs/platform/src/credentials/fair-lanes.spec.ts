import fc from 'fast-check';
import { createFairLanes } from './fair-lanes';

/** Pieces that end when told, and the order in which they began. */
function stage(options: { readonly atOnce: number; readonly waitingPerLane: number }) {
  const lanes = createFairLanes(options);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    ask: (lane: string, name: string) =>
      lanes.run(lane, () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.push(() => resolve(name)));
      }),
    endNext: async () => {
      ends.shift()?.();
      await settled();
    },
    underWay: () => ends.length,
    lanes,
  };
}

describe('fair lanes', () => {
  it('run a few pieces at a time', async () => {
    const { ask, begun, endNext } = stage({ atOnce: 2, waitingPerLane: 9 });
    const answers = ['1', '2', '3'].map((name) => ask('a', name));
    expect(begun).toEqual(['1', '2']);
    await endNext();
    expect(begun).toEqual(['1', '2', '3']);
    await endNext();
    await endNext();
    expect(await Promise.all(answers)).toEqual(['1', '2', '3']);
  });

  it('let a newcomer in another lane wait for one piece, however many wait in a busy one', async () => {
    const { ask, begun, endNext } = stage({ atOnce: 1, waitingPerLane: 100 });
    for (let n = 0; n < 50; n++) void ask('flood', `flood ${n}`);
    void ask('newcomer', 'newcomer');
    await endNext();
    await endNext();
    expect(begun).toEqual(['flood 0', 'flood 1', 'newcomer']);
  });

  it('turn away what is too much for one lane, and take it again once there is room', async () => {
    const { ask, endNext } = stage({ atOnce: 1, waitingPerLane: 2 });
    expect(['1', '2', '3', '4'].map((name) => ask('a', name) !== undefined)).toEqual([true, true, true, false]);
    expect(ask('b', 'other') !== undefined).toBe(true);
    await endNext();
    expect(ask('a', '5') !== undefined).toBe(true);
  });

  it('go on after a piece that failed', async () => {
    const { lanes } = stage({ atOnce: 1, waitingPerLane: 9 });
    const failing = lanes.run('a', () => Promise.reject(new Error('no')));
    const next = lanes.run('a', () => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });

  it('begin every piece that they took once, and never more at once than allowed', async () => {
    const ask = fc.record({ lane: fc.constantFrom('a', 'b', 'c'), endsBefore: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(ask, { maxLength: 20 }), fc.integer({ min: 1, max: 3 }), async (asks, atOnce) => {
        const { ask: run, begun, endNext, underWay } = stage({ atOnce, waitingPerLane: 4 });
        const taken: string[] = [];
        for (const [index, { lane, endsBefore }] of asks.entries()) {
          for (let n = 0; n < endsBefore; n++) await endNext();
          if (run(lane, `${index}`) !== undefined) taken.push(`${index}`);
          expect(underWay()).toBeLessThanOrEqual(atOnce);
        }
        while (underWay() > 0) await endNext();
        expect([...begun].sort()).toEqual([...taken].sort());
      }),
      { numRuns: 50 },
    );
  });
});
