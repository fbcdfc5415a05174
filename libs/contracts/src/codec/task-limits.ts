import { fromMilli } from '@holdfast/core/resources';
import type { TaskLimits } from '@holdfast/core/tasks';
import type { Value_Scalar } from '../gen/holdfast/v1/value';
import { malformed } from './edge';
import { readMilli } from './value';

type WireLimits = { [name: string]: Value_Scalar };

/** D-039: of processors and memory only; infinite memory is none too much. Absent if none is set. */
export function readLimits(wire: WireLimits): TaskLimits | undefined {
  const limits: { -readonly [K in keyof TaskLimits]: TaskLimits[K] } = {};
  for (const [name, value] of Object.entries(wire)) {
    const field = `limits[${name}]`;
    if (name === 'cpus') limits.cpusMilli = readMilli(value, field);
    else if (name === 'mem') limits.memMb = value.value === Infinity ? 'unlimited' : fromMilli(readMilli(value, field));
    else malformed(field, 'is not possible: only cpus and mem can be limited');
  }
  return Object.keys(limits).length === 0 ? undefined : limits;
}

export const writeLimits = ({ cpusMilli, memMb }: TaskLimits = {}): WireLimits => ({
  ...(cpusMilli !== undefined && { cpus: { value: fromMilli(cpusMilli) } }),
  ...(memMb !== undefined && { mem: { value: memMb === 'unlimited' ? Infinity : memMb } }),
});
