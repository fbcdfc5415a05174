import type { Disk, DiskSource, Label, Reservation, Resource, VolumeMount } from './resource';
import { formatValue } from './value';

/** As Mesos prints it: `disk(reservations: [(STATIC,role1)])[id1:path1]<SHARED>:64`. */
export function formatResource(resource: Resource): string {
  let text = resource.name;
  if (resource.allocationRole !== undefined) text += `(allocated: ${resource.allocationRole})`;
  if (resource.reservations.length > 0) text += `(reservations: [${resource.reservations.map(formatReservation).join(',')}])`;
  if (resource.disk) text += `[${formatDisk(resource.disk)}]`;
  if (resource.revocable) text += '{REV}';
  if (resource.shared) text += '<SHARED>';
  return `${text}:${formatValue(resource.value)}`;
}

/** With the number of copies behind a shared one: `…<SHARED>:64<2>`. */
export const formatCopies = ({ resource, copies }: { readonly resource: Resource; readonly copies: number }): string =>
  resource.shared ? `${formatResource(resource)}<${copies}>` : formatResource(resource);

function formatReservation({ type, role, principal, labels }: Reservation): string {
  const parts = [type.toUpperCase(), role];
  if (principal !== undefined) parts.push(principal);
  if (labels !== undefined) parts.push(formatLabels(labels));
  return `(${parts.join(',')})`;
}

const formatLabels = (labels: readonly Label[]): string =>
  `{${labels.map(({ key, value }) => (value === undefined ? key : `${key}: ${value}`)).join(', ')}}`;

function formatDisk({ source, persistence, volume }: Disk): string {
  const first = [source && formatSource(source), persistence?.id].filter((part) => part !== undefined).join(',');
  return volume ? `${first}:${formatMount(volume)}` : first;
}

/** A disk that a provider made is named by what the provider says of it, another by where it is. */
function formatSource({ type, root, id, vendor, profile }: DiskSource): string {
  if (id !== undefined || profile !== undefined) return `${type}(${vendor ?? ''},${id ?? ''},${profile ?? ''})`;
  return root === undefined ? type : `${type}:${root}`;
}

const formatMount = ({ containerPath, hostPath, mode }: VolumeMount): string =>
  hostPath === undefined ? containerPath : `${hostPath}:${containerPath}:${mode.toLowerCase()}`;
