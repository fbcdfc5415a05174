import { ok, refuse, refused, type Result } from '@holdfast/core/base';
import type { Resources } from '@holdfast/core/resources';

/**
 * What an offer must hold at least, so that nobody is offered crumbs (C-059): all quantities of one of these sets, in thousandths.
 * No sets at all: anything goes that is not empty.
 */
export type MinimumAllocatable = readonly ReadonlyMap<string, number>[];

/** Reads `cpus:0.01|mem:32`: sets separated by `|`, quantities of a set by `;`, in units. An empty text: no minimum. */
export function parseMinimumAllocatable(text: string): Result<MinimumAllocatable> {
  if (text.trim() === '') return ok([]);
  const sets: Map<string, number>[] = [];
  for (const setText of text.split('|')) {
    const set = new Map<string, number>();
    for (const part of setText.split(';')) {
      const parsed = /^\s*([^\s:]+)\s*:\s*(\d+(?:\.\d+)?)\s*$/.exec(part);
      if (!parsed)
        return refused(
          refuse('invalid_argument', { field: 'min_allocatable', problem: `"${part}" is not name:number, such as cpus:0.01` }),
        );
      set.set(parsed[1]!, Math.round(Number(parsed[2]) * 1000));
    }
    sets.push(set);
  }
  return ok(sets);
}

/** The default of C-059. A shared volume alone is never enough for it. */
export const DEFAULT_MINIMUM_ALLOCATABLE = 'cpus:0.01|mem:32';

/** Whether both together are worth an offer. Apart, since what is shared and what is not are kept apart and seldom added up. */
export function isAllocatable(nonShared: Resources, shared: Resources, minimum: MinimumAllocatable): boolean {
  if (nonShared.isEmpty && shared.isEmpty) return false;
  if (minimum.length === 0) return true;
  return minimum.some((set) => {
    for (const [name, milli] of set) if (nonShared.scalarMilli(name) + shared.scalarMilli(name) < milli) return false;
    return true;
  });
}
