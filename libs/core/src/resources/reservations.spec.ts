import {
  hasRefinedReservation,
  isAllocatableTo,
  isDynamicallyReserved,
  isReservedTo,
  isUnreserved,
  reservationRole,
  reservedBy,
  toUnreserved,
  unreservedOnce,
} from './reservations';
import { sampleDisk, sampleOne } from './sample-resources.fixture';

const plain = sampleOne('mem:1');
const refined = sampleDisk({
  reservations: [
    { type: 'static', role: 'eng' },
    { type: 'dynamic', role: 'eng/web' },
  ],
});

describe('who a resource is reserved to', () => {
  it('is told by the newest reservation (A-134)', () => {
    expect([reservationRole(plain), reservationRole(refined)]).toEqual(['*', 'eng/web']);
    expect([isReservedTo(refined, 'eng/web'), isReservedTo(refined, 'eng'), isReservedTo(plain, '*')]).toEqual([true, false, false]);
  });

  it('is nobody without a reservation (B-001)', () => {
    expect([isUnreserved(plain), isUnreserved(refined)]).toEqual([true, false]);
  });

  it('is told dynamic by the newest reservation (B-043)', () => {
    expect([plain, sampleDisk(), refined].map(isDynamicallyReserved)).toEqual([false, false, true]);
  });

  it('is refined by a second reservation (B-013)', () => {
    expect([plain, sampleDisk(), refined].map(hasRefinedReservation)).toEqual([false, false, true]);
  });

  it('lets that role and its descendants have it, and no other (A-089)', () => {
    const disk = sampleDisk({ role: 'eng' });
    const allowed = ['eng', 'eng/web', 'eng/web/blue', 'engine', 'ops', '*', 'en'].filter((role) => isAllocatableTo(disk, role));
    expect(allowed).toEqual(['eng', 'eng/web', 'eng/web/blue']);
    expect(isAllocatableTo(plain, 'ops')).toBe(true);
  });
});

it('pushes and pops one reservation of the stack (B-040)', () => {
  const reservation = { type: 'dynamic', role: 'eng/web/blue' } as const;
  expect(reservedBy(refined, reservation).reservations).toEqual([...refined.reservations, reservation]);
  expect(unreservedOnce(reservedBy(refined, reservation))).toEqual(refined);
  expect(unreservedOnce(plain)).toBe(plain);
  expect(toUnreserved(refined).reservations).toEqual([]);
});
