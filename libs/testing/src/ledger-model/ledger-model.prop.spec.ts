import fc from 'fast-check';
import { MemoryVolumeStore } from '@holdfast/testing/volume-store';
import { EVERY_WORD } from './every-word';
import { expectLikeModel } from './expect-like-model';
import { modelSteps } from './model-steps';

const RUNS = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 300);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 2 ** 31);

describe('the rules of libs/core and the reference model', () => {
  it(`answer alike, leave alike and write the same history (seed ${SEED}, ${RUNS} runs)`, async () => {
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(modelSteps, async (steps) => {
        for (const word of await expectLikeModel({ store: new MemoryVolumeStore() }, 'store', steps)) met.add(word);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect([...met]).toEqual(expect.arrayContaining([...EVERY_WORD]));
  });
});
