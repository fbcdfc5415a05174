import { describeDuration, parseDurationMs } from './duration';

describe('durations on the command line', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('reads %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '10', '0s', '-5m', '10 m', 'x10m', '10m5potatoes', '10mx', '1h30', '10M', 'soon'])(
    'refuses %j rather than guess',
    (text) => {
      expect(() => parseDurationMs(text)).toThrow('such as 90s, 10m or 1h30m');
    },
  );

  it('says a length of time by its two largest units', () => {
    expect(describeDuration(5_400_000)).toBe('1 hour 30 minutes');
    expect(describeDuration(89_999)).toBe('1 minute 30 seconds');
    expect(describeDuration(400)).toBe('400 ms');
  });
});
