import { type OldReservation, type Reservation, oldReservation, reservationStack } from '@holdfast/core/resources';
import {
  type Resource as WireResource,
  type Resource_ReservationInfo as WireReservation,
  Resource_ReservationInfo_Type as ReservationType,
} from '../gen/holdfast/v1/resource';
import { malformed, readEach, required } from './edge';
import { readLabels, writeLabels } from './label';

type Formats = Pick<WireResource, 'role' | 'reservation' | 'reservations'>;

const NONE: readonly Reservation[] = [];

/** Takes the old format (`role` and `reservation`) and the new one (`reservations`); both at once only if they agree (B-001, B-003, B-004). */
export function readReservations(wire: Formats): readonly Reservation[] {
  const isOld = wire.role !== undefined || wire.reservation !== undefined;
  if (!isOld && wire.reservations.length === 0) return NONE;
  const stack = readEach(wire.reservations, 'reservations', readReservation);
  if (!isOld) return stack;
  const meant = reservationStack({ role: wire.role, reservation: wire.reservation && readOldReservation(wire.reservation) }, stack);
  return meant.ok ? meant.value : malformed(meant.refusal.field, meant.refusal.problem);
}

function readReservation(wire: WireReservation): Reservation {
  const type = required(wire.type, 'type');
  if (type !== ReservationType.STATIC && type !== ReservationType.DYNAMIC) malformed('type', `${type} is not a type of reservation`);
  const role = required(wire.role, 'role');
  return { type: type === ReservationType.STATIC ? 'static' : 'dynamic', role, ...readDetails(wire) };
}

const readOldReservation = (wire: WireReservation): NonNullable<OldReservation['reservation']> => ({
  ...(wire.type !== undefined && { type: wire.type }),
  ...(wire.role !== undefined && { role: wire.role }),
  ...readDetails(wire),
});

function readDetails({ principal, labels: wire }: WireReservation): Pick<Reservation, 'principal' | 'labels'> {
  const labels = readLabels(wire, 'labels');
  return { ...(principal !== undefined && { principal }), ...(labels.length > 0 && { labels }) };
}

/** The new format. */
export const writeReservation = ({ type, role, principal, labels }: Reservation): WireReservation => ({
  type: type === 'static' ? ReservationType.STATIC : ReservationType.DYNAMIC,
  role,
  principal,
  labels: writeLabels(labels),
});

/**
 * The old format; undefined for a refined reservation, which it cannot say. Frameworks that know only the old one are not offered any (B-013),
 * so that such a stack is for somebody who reads the new one anyway.
 */
export function writeOldReservation(stack: readonly Reservation[]): Pick<WireResource, 'role' | 'reservation'> | undefined {
  const old = oldReservation(stack);
  if (!old) return undefined;
  const { role, reservation } = old;
  return { role, reservation: reservation && { principal: reservation.principal, labels: writeLabels(reservation.labels) } };
}
