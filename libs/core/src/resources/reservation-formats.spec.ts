import { oldReservation, reservationStack, type OldReservation } from './reservation-formats';
import type { Reservation } from './resource';

const fieldRefused = (old: OldReservation, stack: readonly Reservation[] = []) => {
  const result = reservationStack(old, stack);
  return result.ok ? undefined : result.refusal.field;
};
const dynamic: Reservation = { type: 'dynamic', role: 'eng', principal: 'p', labels: [{ key: 'a' }, { key: 'b', value: 'c' }] };

describe('the two formats of reservations', () => {
  it('reads role and reservation as a stack; * is empty (B-001)', () => {
    expect(reservationStack({}, [])).toEqual({ ok: true, value: [] });
    expect(reservationStack({ role: '*' }, [])).toEqual({ ok: true, value: [] });
    expect(reservationStack({ role: 'eng' }, [])).toEqual({ ok: true, value: [{ type: 'static', role: 'eng' }] });
    expect(reservationStack({ role: 'eng', reservation: { principal: 'p' } }, [])).toEqual({
      ok: true,
      value: [{ type: 'dynamic', role: 'eng', principal: 'p' }],
    });
  });

  it('accepts both formats for one reservation, if they agree (B-003)', () => {
    const { principal, labels } = dynamic;
    expect(reservationStack({ role: 'eng', reservation: { principal, labels: [...labels!].reverse() } }, [dynamic])).toEqual({
      ok: true,
      value: [dynamic],
    });
    expect(fieldRefused({ role: 'eng' }, [{ type: 'static', role: 'eng' }])).toBeUndefined();
  });

  it('refuses both formats where they do not agree (B-003)', () => {
    const { principal, labels } = dynamic;
    expect(fieldRefused({ role: 'ops', reservation: { principal, labels } }, [dynamic])).toBe('role');
    expect(fieldRefused({ role: 'eng', reservation: { principal: 'q', labels } }, [dynamic])).toBe('reservation.principal');
    expect(fieldRefused({ role: 'eng', reservation: { principal } }, [dynamic])).toBe('reservation.labels');
    expect(fieldRefused({ role: 'eng' }, [dynamic])).toBe('reservation');
    expect(fieldRefused({ role: 'eng', reservation: {} }, [{ type: 'static', role: 'eng' }])).toBe('reservation');
  });

  it('refuses the old format beside more than one reservation (B-003)', () => {
    expect(fieldRefused({ role: 'eng/a' }, [dynamic, { type: 'dynamic', role: 'eng/a' }])).toBe('role');
  });

  it('refuses type and role inside the old reservation, and a reservation of * (B-004)', () => {
    expect(fieldRefused({ role: 'eng', reservation: { type: 'DYNAMIC' } })).toBe('reservation.type');
    expect(fieldRefused({ role: 'eng', reservation: { role: 'eng' } })).toBe('reservation.role');
    expect(fieldRefused({ role: '*', reservation: {} })).toBe('reservation');
    expect(fieldRefused({ reservation: {} })).toBe('reservation');
  });

  it('writes the old format for those who do not know refinement, where it can be said (B-013)', () => {
    expect(oldReservation([])).toEqual({ role: '*' });
    expect(oldReservation([{ type: 'static', role: 'eng' }])).toEqual({ role: 'eng' });
    expect(oldReservation([dynamic])).toEqual({ role: 'eng', reservation: { principal: 'p', labels: dynamic.labels } });
    expect(oldReservation([dynamic, { type: 'dynamic', role: 'eng/a' }])).toBeUndefined();
  });
});
