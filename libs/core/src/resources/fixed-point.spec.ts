import { formatMilli, toMilli } from './fixed-point';

it('keeps three decimals, rounded (B-005)', () => {
  expect([1.234, 1.2345, 1.2344, 0.0005, 0.0004].map(toMilli)).toEqual([1234, 1235, 1234, 1, 0]);
});

it('prints without exponent and trailing zeros (A-019)', () => {
  expect([0, 1, 10, 100, 1100, 1_000_001_000, 99_999_999_999_999, 2 ** 50, -1500].map(formatMilli)).toEqual([
    '0',
    '0.001',
    '0.01',
    '0.1',
    '1.1',
    '1000001',
    '99999999999.999',
    '1125899906842.624',
    '-1.5',
  ]);
});
