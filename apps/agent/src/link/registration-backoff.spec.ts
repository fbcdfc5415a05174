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
