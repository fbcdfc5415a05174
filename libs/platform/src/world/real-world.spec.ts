import { realWorld } from '.';

describe('the real world', () => {
  const world = realWorld();

  it('tells the time of the machine, different ids and random numbers from 0 to 1', () => {
    const before = Date.now();
    const nowMs = world.nowMs();
    expect([before <= nowMs, nowMs <= Date.now()]).toEqual([true, true]);
    expect(world.ids.uuid()).not.toBe(world.ids.uuid());
    const numbers = Array.from({ length: 100 }, () => world.random.next());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(90);
  });

  describe('its timers', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('call once after the delay, and not when cancelled', () => {
      const call = jest.fn();
      const cancelled = jest.fn();
      world.after(10, call);
      world.after(10, cancelled)();
      jest.advanceTimersByTime(100);
      expect(call).toHaveBeenCalledTimes(1);
      expect(cancelled).not.toHaveBeenCalled();
    });

    it('call at every interval until cancelled', () => {
      const call = jest.fn();
      const cancel = world.every(10, call);
      jest.advanceTimersByTime(35);
      cancel();
      jest.advanceTimersByTime(100);
      expect(call).toHaveBeenCalledTimes(3);
    });

    it('serve delays that setTimeout cannot: a failover timeout of 60 days', () => {
      const call = jest.fn();
      const days = 24 * 60 * 60 * 1000;
      world.after(60 * days, call);
      const cancelled = jest.fn();
      const cancel = world.after(60 * days, cancelled);
      jest.advanceTimersByTime(59 * days);
      expect(call).not.toHaveBeenCalled();
      cancel();
      jest.advanceTimersByTime(days);
      expect(call).toHaveBeenCalledTimes(1);
      expect(cancelled).not.toHaveBeenCalled();
    });
  });
});
