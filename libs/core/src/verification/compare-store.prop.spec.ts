import fc from 'fast-check';
import { compareStore } from './compare-store';
import { consistentLook } from './random-cluster.fixture';
import { CORRUPTIONS } from './seeded-corruptions.fixture';
import { differenceKey } from './still-differing';

const pick = fc.nat({ max: 1000 });

describe('comparing ledger, master and agent', () => {
  it('finds no difference in anything that may be under way', () => {
    fc.assert(
      fc.property(consistentLook, (look) => expect(compareStore(look)).toEqual([])),
      { numRuns: 2000 },
    );
  });

  it('tells nothing of an agent that is away but what its absence does not explain', () => {
    fc.assert(
      fc.property(consistentLook, ({ agent: _away, ...look }) => expect(compareStore(look)).toEqual([])),
      { numRuns: 1000 },
    );
  });

  it.each(Object.entries(CORRUPTIONS))('finds that %s, names it right, and tells of nothing else', (_, corrupt) => {
    let found = 0;
    fc.assert(
      fc.property(consistentLook, pick, (look, which) => {
        const spoilt = corrupt(look, which);
        if (!spoilt) return;
        found++;
        const differences = compareStore(spoilt.look);
        const named = differences.filter(
          ({ kind, volume, holder }) => kind === spoilt.kind && volume === spoilt.volume && holder?.launchId === spoilt.launchId,
        );
        expect(named).toHaveLength(1);
        // What else there is follows from it: launches that hold a volume of which the ledger knows nothing.
        const others = differences.filter((difference) => !named.includes(difference));
        for (const { kind, volume } of others) {
          expect([kind, volume]).toEqual([spoilt.kind === 'volume_unrecorded' ? 'holder_missing' : 'nothing', spoilt.volume]);
        }
      }),
      { numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(10);
  });

  it('gives every difference evidence of all three, a remedy, and a name of its own', () => {
    fc.assert(
      fc.property(consistentLook, fc.constantFrom(...Object.values(CORRUPTIONS)), pick, (look, corrupt, which) => {
        const differences = compareStore(corrupt(look, which)?.look ?? look);
        for (const { evidence, remedy, message } of differences) {
          expect(Object.values(evidence).filter(Boolean)).toHaveLength(3);
          expect(`${message} ${remedy}`).not.toContain('undefined');
          expect(remedy).not.toBe('');
        }
        expect(new Set(differences.map(differenceKey)).size).toBe(differences.length);
      }),
      { numRuns: 500 },
    );
  });
});
