import { ANY_ROLE, ok, refused, type Principal, type Result, type Role } from '@holdfast/core/base';
import type { Problem } from './problem';
import type { Label, Reservation } from './resource';

/** How frameworks without RESERVATION_REFINEMENT spell a reservation: a role, and what belongs to a dynamic one (B-001). */
export interface OldReservation {
  readonly role?: Role;
  readonly reservation?: {
    readonly type?: string;
    readonly role?: Role;
    readonly principal?: Principal;
    readonly labels?: readonly Label[];
  };
}

/** The stack that both formats together mean, or what is wrong with them (B-001, B-003, B-004). Roles are checked by validateResource. */
export function reservationStack(old: OldReservation, stack: readonly Reservation[]): Result<readonly Reservation[], Problem> {
  const problem = stack.length === 0 ? oldFormatProblem(old) : bothFormatsProblem(old, stack);
  if (problem) return refused(problem);
  if (stack.length > 0) return ok(stack);
  const { role = ANY_ROLE, reservation } = old;
  if (role === ANY_ROLE) return ok([]);
  return ok([reservation ? { type: 'dynamic', role, ...ownerOf(reservation) } : { type: 'static', role }]);
}

/** The old format of a stack (B-013); undefined where it has no way to say it. */
export function oldReservation(stack: readonly Reservation[]): OldReservation | undefined {
  const [only] = stack;
  if (!only) return { role: ANY_ROLE };
  if (stack.length > 1) return undefined;
  return only.type === 'static' ? { role: only.role } : { role: only.role, reservation: ownerOf(only) };
}

type Owner = Pick<Reservation, 'principal' | 'labels'>;

const ownerOf = ({ principal, labels }: Owner): Owner => ({
  ...(principal !== undefined && { principal }),
  ...(labels !== undefined && { labels }),
});

function oldFormatProblem({ role = ANY_ROLE, reservation }: OldReservation): Problem | undefined {
  if (!reservation) return undefined;
  if (reservation.type !== undefined) return { field: 'reservation.type', problem: 'must not be set; use reservations instead' };
  if (reservation.role !== undefined) return { field: 'reservation.role', problem: "must not be set; the resource's role says it" };
  return role === ANY_ROLE ? { field: 'reservation', problem: "the role '*' cannot be reserved" } : undefined;
}

function bothFormatsProblem({ role, reservation }: OldReservation, stack: readonly Reservation[]): Problem | undefined {
  if (role === undefined && reservation === undefined) return undefined;
  const [only] = stack;
  if (!only || stack.length > 1) {
    return { field: 'role', problem: 'role and reservation must not be set beside more than one entry in reservations' };
  }
  if (role !== undefined && role !== only.role)
    return { field: 'role', problem: `'${role}' is not the role '${only.role}' in reservations` };
  if (only.type === 'dynamic') return ownerProblem(role, reservation, only);
  return reservation && { field: 'reservation', problem: 'must not be set beside a static entry in reservations' };
}

function ownerProblem(role: Role | undefined, old: Owner | undefined, { principal, labels }: Owner): Problem | undefined {
  if (role === undefined || !old) {
    return { field: 'reservation', problem: 'role and reservation must be set both or not at all, beside a dynamic entry in reservations' };
  }
  if ((old.principal ?? '') !== (principal ?? ''))
    return { field: 'reservation.principal', problem: 'is not the principal in reservations' };
  return sameLabels(old.labels, labels) ? undefined : { field: 'reservation.labels', problem: 'are not the labels in reservations' };
}

const sortedLabels = (labels: readonly Label[] = []) => JSON.stringify(labels.map(({ key, value }) => JSON.stringify([key, value])).sort());

/** Their order says nothing. */
const sameLabels = (left?: readonly Label[], right?: readonly Label[]): boolean => sortedLabels(left) === sortedLabels(right);
