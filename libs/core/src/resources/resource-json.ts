import { fromMilli } from './fixed-point';
import type { Disk, DiskSource, Label, Reservation, Resource, Value } from './resource';

/** JSON as `--resources` takes it: Mesos' field names, newer reservation format. `parseResources` reads it back. */
export type ResourceJson = Readonly<Record<string, unknown>>;

export const resourceJson = (resource: Resource): ResourceJson => ({
  name: resource.name,
  ...valueJson(resource.value),
  ...(resource.reservations.length > 0 && { reservations: resource.reservations.map(reservationJson) }),
  ...(resource.allocationRole !== undefined && { allocation_info: { role: resource.allocationRole } }),
  ...(resource.disk && { disk: diskJson(resource.disk) }),
  ...(resource.shared && { shared: {} }),
  ...(resource.revocable && { revocable: {} }),
  ...(resource.providerId !== undefined && { provider_id: { value: resource.providerId } }),
});

function valueJson(value: Value): ResourceJson {
  if (value.kind === 'scalar') return { type: 'SCALAR', scalar: { value: fromMilli(value.milli) } };
  if (value.kind === 'ranges') return { type: 'RANGES', ranges: { range: value.ranges } };
  return { type: 'SET', set: { item: value.items } };
}

const reservationJson = ({ type, role, principal, labels }: Reservation): ResourceJson => ({
  type: type === 'static' ? 'STATIC' : 'DYNAMIC',
  role,
  ...(principal !== undefined && { principal }),
  ...(labels && { labels: labelsJson(labels) }),
});

const labelsJson = (labels: readonly Label[]): ResourceJson => ({ labels });

const diskJson = ({ source, persistence, volume }: Disk): ResourceJson => ({
  ...(source && { source: sourceJson(source) }),
  ...(persistence && { persistence }),
  ...(volume && {
    volume: {
      container_path: volume.containerPath,
      mode: volume.mode,
      ...(volume.hostPath !== undefined && { host_path: volume.hostPath }),
    },
  }),
});

const sourceJson = ({ type, root, metadata, ...made }: DiskSource): ResourceJson => ({
  type,
  ...(root !== undefined && { [type === 'PATH' ? 'path' : 'mount']: { root } }),
  ...made,
  ...(metadata && { metadata: labelsJson(metadata) }),
});
