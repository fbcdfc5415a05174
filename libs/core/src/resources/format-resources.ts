import { ANY_ROLE } from '@holdfast/core/base';
import { formatMilli } from './fixed-point';
import { reservationRole } from './reservations';
import type { Resource, Value } from './resource';
import { resourceJson } from './resource-json';
import type { Resources } from './resources';

/**
 * As `--resources` takes it: the text form if it can say everything, else the JSON list. Reading it back gives equal resources,
 * copies included (parse ∘ format = identity).
 */
export function formatResources(resources: Resources): string {
  const list = resources.toCopies();
  return list.every(isPlain) ? list.map(plainText).join(';') : JSON.stringify(list.map(resourceJson));
}

/** Survives being written between the marks of the text form. */
const isWord = (text: string): boolean => /^[^\s;:,()[\]{}]+$/.test(text);

function isPlain(resource: Resource): boolean {
  const [reservation, ...refinements] = resource.reservations;
  const isBare =
    !resource.disk && !resource.shared && !resource.revocable && resource.allocationRole === undefined && resource.providerId === undefined;
  return isBare && refinements.length === 0 && isPlainReservation(reservation) && isWord(resource.name) && isPlainValue(resource.value);
}

const isPlainReservation = (reservation: Resource['reservations'][number] | undefined): boolean =>
  !reservation ||
  (reservation.type === 'static' && reservation.principal === undefined && reservation.labels === undefined && isWord(reservation.role));

const isPlainValue = (value: Value): boolean => value.kind !== 'set' || value.items.every(isWord);

function plainText(resource: Resource): string {
  const role = reservationRole(resource);
  return `${resource.name}${role === ANY_ROLE ? '' : `(${role})`}:${valueText(resource.value)}`;
}

function valueText(value: Value): string {
  if (value.kind === 'scalar') return formatMilli(value.milli);
  if (value.kind === 'set') return `{${value.items.join(',')}}`;
  return `[${value.ranges.map(({ begin, end }) => `${begin}-${end}`).join(',')}]`;
}
