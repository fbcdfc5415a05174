import { formatMilli, type Resources, toMilli } from '@holdfast/core/resources';
import type { TaskLimits } from './task';

/** What is wrong with the limits of a task that uses these resources, as a sentence (D-039). */
export function limitsProblem({ cpusMilli, memMb }: TaskLimits, resources: Resources): string | undefined {
  return (
    (cpusMilli === undefined ? undefined : tooLow('cpus', cpusMilli, resources)) ??
    (memMb === undefined || memMb === 'unlimited' ? undefined : tooLow('mem', toMilli(memMb), resources))
  );
}

function tooLow(name: string, limitMilli: number, resources: Resources): string | undefined {
  const usedMilli = resources.scalarMilli(name);
  return limitMilli >= usedMilli
    ? undefined
    : `its limit of ${formatMilli(limitMilli)} ${name} is below the ${formatMilli(usedMilli)} ${name} that it asks for.`;
}
