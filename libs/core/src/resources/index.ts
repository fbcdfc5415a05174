export type { Attribute } from './attribute';
export type { Disk, DiskSource, Label, Range, Reservation, Resource, Value, VolumeMount } from './resource';
export { Resources, type Copies } from './resources';
export { resourceIdentity, unallocatedIdentity } from './identity';
export { scalar } from './scalar';
export { formatMilli, fromMilli, MILLI, toMilli } from './fixed-point';
export { isDivisible } from './divisible';
export { shrunk } from './shrink';
export { allocated, unallocated } from './allocation';
export {
  hasRefinedReservation,
  isAllocatableTo,
  isDynamicallyReserved,
  isReserved,
  isReservedTo,
  isUnreserved,
  reservationRole,
  reservedBy,
  toUnreserved,
  unreservedOnce,
} from './reservations';
export { oldReservation, reservationStack, type OldReservation } from './reservation-formats';
export { roleIsAncestor, roleProblem } from './roles';
export { idProblem } from './id-problem';
export { containerPathProblem } from './container-path';
export { isPersistentVolume, toPlainDisk } from './persistent-volume';
export { applyCheckpointed, needsCheckpoint, toConfigured } from './checkpoint';
export { formatResource } from './format-resource';
export { formatResources } from './format-resources';
export { parseResources } from './parse-resources';
export { resourceJson, type ResourceJson } from './resource-json';
export type { Problem } from './problem';
export { validateResource, validateResources } from './validate-resource';
export { validateAgentResources } from './validate-agent-resources';
export { unitsProblem } from './validate-value';
