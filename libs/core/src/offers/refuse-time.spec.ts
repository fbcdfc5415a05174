import { normaliseRefuseMs } from './refuse-time';

describe('normaliseRefuseMs', () => {
  it.each([
    ['absent', undefined, 5_000],
    ['zero, which sets no filter', 0, 0],
    ['negative', -1, 5_000],
    ['not a number', NaN, 5_000],
    ['ordinary', 1_500, 1_500],
    ['more than 365 days', 31_536_000_001, 31_536_000_000],
    ['endless', Infinity, 31_536_000_000],
  ])('takes %s for what it means (C-050)', (_, given, meant) => {
    expect(normaliseRefuseMs(given)).toBe(meant);
  });
});
