import fc from 'fast-check';
import { RegistrationBackoff } from './registration-backoff';

it('waits anything up to a limit that doubles from 1 s to 1 min, and begins anew when registered (D-077)', () => {
  let random = 0.999;
  const backoff = new RegistrationBackoff({ firstMs: 1000, maxMs: 60_000 }, { next: () => random });
  expect(Array.from({ length: 8 }, () => backoff.nextMs())).toEqual([999, 1998, 3996, 7992, 15_984, 31_968, 59_940, 59_940]);
  random = 0;
  expect(backoff.nextMs()).toBe(0);
  random = 0.5;
  backoff.reset();
  expect(backoff.nextMs()).toBe(500);
});

it('stays within its bounds whatever the settings, the chance and the number of attempts (D-077)', () => {
  const times = fc
    .tuple(fc.integer({ min: 1, max: 10_000 }), fc.nat(1_000_000))
    .map(([firstMs, more]) => ({ firstMs, maxMs: firstMs + more }));
  const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(times, chances, fc.nat(40), ({ firstMs, maxMs }, drawn, resetAt) => {
      let at = 0;
      const backoff = new RegistrationBackoff({ firstMs, maxMs }, { next: () => drawn[at]! });
      let failures = 0;
      for (; at < drawn.length; at++) {
        if (at === resetAt) {
          backoff.reset();
          failures = 0;
        }
        const limitMs = Math.min(firstMs * 2 ** failures++, maxMs);
        const waitMs = backoff.nextMs();
        expect(waitMs).toBe(Math.floor(drawn[at]! * limitMs));
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThan(limitMs);
      }
    }),
  );
});
