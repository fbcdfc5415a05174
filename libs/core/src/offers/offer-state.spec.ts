import { canBecome, type OfferState } from './offer-state';

const ENDS: readonly OfferState[] = ['accepted', 'declined', 'rescinded', 'expired'];

describe('the life of an offer', () => {
  it.each(ENDS)('can be %s while it is outstanding (C-090)', (end) => {
    expect(canBecome('outstanding', end)).toBe(true);
  });

  it('is answered at most once (promise 4)', () => {
    for (const from of ENDS) {
      for (const to of ['outstanding', ...ENDS] as const) expect([from, to, canBecome(from, to)]).toEqual([from, to, false]);
    }
  });
});
