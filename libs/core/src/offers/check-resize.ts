import { type Refusal, refuse } from '@holdfast/core/base';
import { formatResource, isDivisible, type Resource, toPlainDisk, unallocatedIdentity, validateResource } from '@holdfast/core/resources';
import { keyOfVolume } from '@holdfast/core/tasks';
import { oneAllocationRole, oneProvider, refuseProblem } from './check-resources';
import { existsUnchanged, isWritableVolume } from './check-volume';
import type { ResizeOperation } from './operation';
import type { ResizeSurroundings } from './operation-surroundings';
import { EXTENSIONS_LABEL } from './extensions';

const invalid = (problem: string): Refusal => refuse('operation_invalid', { problem });

/**
 * Refuses a GROW_VOLUME or SHRINK_VOLUME that may not be done, whatever is left of the offers; in the order of B-056 and B-058, then whether the
 * agent has exactly this volume. `volume` and `change` carry allocation roles (B-025).
 */
export function checkResize(operation: ResizeOperation, surroundings: ResizeSurroundings): Refusal | undefined {
  const { volume, change } = operation;
  return (
    wellFormed(operation) ??
    something(operation) ??
    oneProvider([volume, change]) ??
    ofAgentItself(volume) ??
    isWritableVolume(volume) ??
    sharedMayBeResized(operation, surroundings) ??
    onDivisibleDisk(volume) ??
    ofSameDisk(operation) ??
    (operation.type === 'SHRINK_VOLUME' ? leavesSomething(operation) : undefined) ??
    existsUnchanged(volume, surroundings) ??
    oneAllocationRole([volume, change], surroundings.role)
  );
}

const nameOfChange = ({ type }: ResizeOperation): string => (type === 'GROW_VOLUME' ? 'addition' : 'subtract');

const wellFormed = (operation: ResizeOperation): Refusal | undefined =>
  refuseProblem(validateResource(operation.volume, 'volume') ?? validateResource(operation.change, nameOfChange(operation)));

const milliOf = ({ value }: Resource): number => (value.kind === 'scalar' ? value.milli : 0);

const something = (operation: ResizeOperation): Refusal | undefined =>
  milliOf(operation.change) > 0 ? undefined : invalid(`${nameOfChange(operation)}: must be more than nothing`);

const ofAgentItself = ({ providerId }: Resource): Refusal | undefined =>
  providerId === undefined ? undefined : invalid(`The volume is of resource provider ${providerId}, whose volumes cannot be resized.`);

/** Who uses a volume may count on its size, hence never less of it; more does no harm, but Mesos refuses it. */
function sharedMayBeResized({ type, volume }: ResizeOperation, { mayGrowShared }: ResizeSurroundings): Refusal | undefined {
  if (!volume.shared) return undefined;
  const key = keyOfVolume(volume);
  if (type === 'SHRINK_VOLUME')
    return invalid(`Volume ${key} is shared, and shared volumes cannot be shrunk; create a smaller one instead.`);
  if (mayGrowShared) return undefined;
  return refuse('capability_missing', {
    capability: EXTENSIONS_LABEL,
    reason: `volume ${key} is shared, and Mesos does not grow shared volumes; give FrameworkInfo the label ${EXTENSIONS_LABEL}=true to have Holdfast do it.`,
  });
}

/** B-057, B-062: a MOUNT disk is one volume whole. So is a device. */
function onDivisibleDisk(volume: Resource): Refusal | undefined {
  const plain = toPlainDisk(volume);
  if (isDivisible(plain)) return undefined;
  return invalid(`Volume ${keyOfVolume(volume)} takes a whole ${plain.disk?.source?.type} disk, which cannot be resized.`);
}

/** Same reservations, source, provider and so on, so that the one can become part of the other (B-056). */
function ofSameDisk(operation: ResizeOperation): Refusal | undefined {
  const { volume, change } = operation;
  const plain = toPlainDisk(volume);
  if (unallocatedIdentity(plain) === unallocatedIdentity(change)) return undefined;
  return invalid(
    `${nameOfChange(operation)}: ${formatResource(change)} is not the kind of disk under volume ${keyOfVolume(volume)}, which is ${formatResource(plain)}.`,
  );
}

const leavesSomething = ({ volume, change }: ResizeOperation): Refusal | undefined =>
  milliOf(change) < milliOf(volume)
    ? undefined
    : invalid(`subtract: must be less than the size of volume ${keyOfVolume(volume)}; use DESTROY to give all of it back.`);
