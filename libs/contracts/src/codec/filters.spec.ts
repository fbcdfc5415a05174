import { readFilters } from './filters';

const YEAR_MS = 31_536_000_000;

describe('refuse_seconds', () => {
  it.each([
    ['the default where absent', undefined, undefined],
    ['no filter at 0', 0, 0],
    ['milliseconds', 2.5, 2500],
    ['a filter still, however short', 0.000_1, 1],
    ['the default where negative', -1, undefined],
    ['the default where no number', Number.NaN, undefined],
    ['the default at minus infinity', Number.NEGATIVE_INFINITY, undefined],
    ['365 days at most', 31_536_001, YEAR_MS],
    ['365 days for ever', Number.POSITIVE_INFINITY, YEAR_MS],
  ])('means %s (C-050)', (_name, refuseSeconds, refuseMs) => {
    expect(readFilters({ refuseSeconds }).refuseMs).toBe(refuseMs);
  });
});
